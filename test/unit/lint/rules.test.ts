import assert from "node:assert/strict";
import type { Facts } from "../../../src/core/facts/facts.ts";
import { readFacts } from "../../../src/core/facts/readFacts.ts";
import { expectFindings, lint } from "./check.ts";

const F = "```";
const step = (...cells: readonly string[]): string => cells.join("\n\n");
const bash = (text: string): string => `${F}bash\n${text}\n${F}`;

describe("lint rules", () => {
  it("ask for an owner that exists", () => {
    const codes = ["owner-missing", "owner-unknown"];
    expectFindings("---\ntitle: T\n---\n", codes, ["owner-missing: ---"]);
    expectFindings("# T\n\n**Owner**: Team\n", codes, []);
    const shared = { path: "facts.yaml", facts: factsWith("DBA") };
    expectFindings("---\nowner: DBA\n---\n", codes, [], { shared });
    expectFindings("---\nowner: Nobody\n---\n", codes, ["owner-unknown: owner: Nobody"], { shared });
  });

  it("ask what restored means of a runbook that recovers something", () => {
    const codes = ["verification-missing"];
    const [change, look] = [bash("kubectl delete pod web-0 -n shop"), bash("kubectl get pods -n shop")];
    expectFindings(`---\ntitle: T\n---\n\n${change}\n`, codes, ["verification-missing: ---"]);
    expectFindings(`---\nverification: []\n---\n\n${change}\n`, codes, ["verification-missing: verification: []"]);
    expectFindings(`---\nrto: 15 minutes\n---\n\n${look}\n`, codes, ["verification-missing: ---"]);
    expectFindings(`---\ndrill: { cases: [pod-gone] }\n---\n\n${look}\n`, codes, ["verification-missing: ---"]);
    expectFindings(`---\nverification: [look]\n---\n\n${change}\n`, codes, []);
    expectFindings(`---\ntitle: T\n---\n\n${look}\n`, codes, []);
    expectFindings(`${change}\n`, codes, [], { isRunbook: false });
  });

  it("hold review dates against the day", () => {
    const codes = ["review-missing", "review-date", "review-stale", "review-overdue", "review-on-weekend"];
    expectFindings("# T\n", codes, ["review-missing: # T"]);
    expectFindings("---\nreviewed: 2026-01-31\n---\n", codes, []);
    expectFindings("---\nreviewed: 2025-01-31\n---\n", codes, ["review-stale: reviewed: 2025-01-31"]);
    expectFindings("---\nreviewed: 2026-02-31\n---\n", codes, ["review-date: reviewed: 2026-02-31"]);
    expectFindings("---\nreviewed: 2026-12-31\n---\n", codes, ["review-date: reviewed: 2026-12-31"]);
    expectFindings("**Last Reviewed**: January 31, 2025  \n**Next Review**: 1 February 2026\n", codes, ["review-stale: January 31, 2025", "review-overdue: 1 February 2026", "review-on-weekend: 1 February 2026"]);
  });

  it("find numbers that cannot be dialled and roles that do not exist", () => {
    const codes = ["phone-undialable", "escalation-unknown"];
    const table = "| Role | Phone |\n| --- | --- |\n| **Lead** | +1-555-DEV-001 |\n| DBA | +44 20 7946 0958 |\n";
    expectFindings(`${table}\n**Escalation Chain**: DevOps → DBA → Lead\n`, codes, ["phone-undialable: +1-555-DEV-001", "escalation-unknown: DevOps"]);
    expectFindings("Escalation: A -> B\n", codes, []);
  });

  it("find words that decide nothing, and blanks", () => {
    const codes = ["vague-wording", "unfinished-text", "text-placeholder"];
    expectFindings("Restart it if needed. TODO: how? Ask [NAME] or [Your Name].\n", codes, ["vague-wording: if needed", "unfinished-text: TODO", "text-placeholder: [NAME]", "text-placeholder: [Your Name]"]);
    expectFindings("See [API](https://example.com), `TODO`, [x] and\n\n> [!NOTE]\n\n<!-- TODO -->\n\n```\nTODO\n```\n", codes, []);
  });

  it("find blanks in commands that the shell reads as redirections", () => {
    expectFindings(bash("kubectl logs <pod-name> -n=<namespace>\n# <not this>\nsort < in.txt > out.txt"), ["angle-placeholder"], ["angle-placeholder: <pod-name>", "angle-placeholder: <namespace>"]);
  });

  it("take what cannot run in other people's Markdown for reading", () => {
    const severities = (text: string): readonly string[] => lint(bash(text), { isRunbook: false }).filter(({ problem }) => problem.code === "shell-syntax").map(({ severity }) => severity);
    assert.deepEqual(severities("kubectl get pods (all)"), ["error"]);
    assert.deepEqual(severities("kubectl logs <pod>"), []);
    assert.deepEqual(severities("sum by(resource) (rate(x[5m]))"), ["information"]);
  });

  it("leave out what only repeats another finding", () => {
    expectFindings(bash("kubectl describe pod <pod> -n <namespace>"), ["overwrites-file"], []);
    expectFindings(bash("spec:\nkind: X"), ["unknown-command"], ["unknown-command: spec:"], { isRunbook: false });
    expectFindings(bash("spec:\nkind: X"), ["unknown-command"], ["unknown-command: spec:", "unknown-command: kind:"]);
  });

  it("put garbled characters back", () => {
    expectFindings("## ðŸ”´ A â†’ B, naïve café, Ärger\n", ["garbled-text"], ["garbled-text: ðŸ”´", "garbled-text: â†’"]);
  });

  it("ask each step for budget, expectation and way back", () => {
    const codes = ["budget-missing", "expectation-missing", "rollback-missing"];
    const apply = bash("kubectl apply -f web.yaml -n shop");
    expectFindings(step("## Step 1: Apply", apply), codes, ["budget-missing: ## Step 1: Apply", "expectation-missing: ## Step 1: Apply", "rollback-missing: kubectl apply -f web.yaml -n shop"]);
    expectFindings(step("## Step 1: Apply (2 min)", "To take it back: apply the file before.", bash("kubectl apply -f web.yaml -n shop\n# Expected: contains web")), codes, []);
    expectFindings(step("## Step 1: Apply (2 min)", bash("kubectl apply -f web.yaml -n shop\n# Expected: contains web"), "## Rollback", "Apply the file before."), codes, []);
    expectFindings(step("## Step 1: Scale (2 min)", bash("kubectl scale deployment/web --replicas=2 -n shop\n# Expected: contains web")), codes, []);
    expectFindings(step("## Apply", apply), codes, []);
  });

  it("want a look after what destroys", () => {
    const codes = ["destruction-unverified"];
    const flush = "kubectl exec redis-0 -n shop -- redis-cli FLUSHALL";
    expectFindings(step("## Step 1: Empty (1 min)", bash(flush)), codes, [`destruction-unverified: ${flush}`]);
    expectFindings(step("## Step 1: Empty (1 min)", bash(`${flush}\n# Expected: OK`)), codes, []);
    expectFindings(step("## Step 1: Empty (1 min)", bash(flush), "## Step 2: Look (1 min)", bash("kubectl get pods -n shop\n# Expected: contains redis")), codes, []);
    expectFindings(step("## Step 1: Empty (1 min)", bash(flush), "## Step 2: Wait (1 min)", "Drink.", "## Step 3: Look (1 min)", bash("kubectl get pods -n shop"), "## Step 4: Look (1 min)", bash("kubectl get pods -n shop\n# Expected: contains redis")), codes, [`destruction-unverified: ${flush}`]);
  });

  it("hold budgets against the RTO", () => {
    const codes = ["path-over-rto", "path-fills-rto", "objective-missing"];
    const steps = "### Step 1: A (10 minutes)\n\n### Step 2: B (6 minutes)\n";
    expectFindings(`## S\n\n${steps}`, codes, ["objective-missing: ## S"]);
    expectFindings(`## S - RTO: 15 minutes\n\n${steps}`, codes, ["path-over-rto: ## S - RTO: 15 minutes"]);
    expectFindings(`## S - RTO: 16 minutes\n\n${steps}`, codes, ["path-fills-rto: ## S - RTO: 16 minutes"]);
    expectFindings(`## S - RTO: 20 minutes\n\n${steps}`, codes, []);
  });

  it("hold backups against the RPO", () => {
    const codes = ["rpo-over-backup"];
    expectFindings("## S - RPO: 5 minutes\n\nDaily full backup\n\nHourly incremental\n", codes, ["rpo-over-backup: Hourly incremental"]);
    expectFindings("## S - RPO: 1 day\n\nHourly incremental backup\n", codes, []);
  });

  it("follow the branches", () => {
    const codes = ["step-unreachable", "branch-loops"];
    const both = "**If successful**: Skip to Step 3\n\n**If failed**: Go to Step 3\n";
    expectFindings(`## Step 1: A (1 min)\n\n${both}\n## Step 2: B (1 min)\n\n## Step 3: C (1 min)\n`, codes, ["step-unreachable: ## Step 2: B (1 min)"]);
    expectFindings("## Step 1: A (1 min)\n\n## Step 2: B (1 min)\n\n**If failed**: Go to Step 1\n", codes, ["branch-loops: **If failed**: Go to Step 1"]);
    expectFindings("## Step 1: A (1 min)\n\n### Option A: X\n\n### Option B: Y\n\n## Step 2: B (1 min)\n", codes, []);
  });

  it("find alternatives in one cell", () => {
    const codes = ["alternatives-commented"];
    expectFindings(bash("kubectl get pods -n a\n# Or look at the nodes\nkubectl get nodes"), codes, ["alternatives-commented: Or look at the nodes"]);
    expectFindings(bash("# Or look at the nodes\nkubectl get nodes\n# Order matters\nkubectl get pods -n a"), codes, []);
  });

  it("ask where a call goes", () => {
    const codes = ["target-missing", "context-missing", "namespace-missing"];
    expectFindings(bash("kubectl get pods -n a\nkubectl get nodes\ncurl -s https://api.example.com/\ncurl http://localhost:9090"), codes, ["target-missing: kubectl get pods -n a", "target-missing: curl -s https://api.example.com/"]);
    const two = "---\ntargets:\n  a: { kubernetes: { context: a } }\n  b: { kubernetes: { context: b, namespace: n } }\n---\n\n";
    expectFindings(two + bash("kubectl get nodes\nkubectl --context=b scale deployment/web --replicas=1\nkubectl scale deployment/web --replicas=1"), codes, ["context-missing: kubectl scale deployment/web --replicas=1", "namespace-missing: kubectl scale deployment/web --replicas=1"]);
  });

  it("find secrets with their value in the file", () => {
    expectFindings("---\nparameters:\n  TOKEN: { default: abc }\n  PIN: { type: secret, default: '1' }\n  KEY: { type: secret }\n---\n", ["secret-default"], ["secret-default: TOKEN: { default: abc }", "secret-default: PIN: { type: secret, default: '1' }"]);
  });

  it("know what current versions refuse", () => {
    expectFindings(`${F}yaml\napiVersion: policy/v1beta1\n${F}\n\n${bash("kubectl get psp\n# kubectl get psp is gone\nkubectl apply -f a.yaml --dry-run=client")}\n\nexpire_logs_days is gone.\n`, ["removed-feature"], ["removed-feature: apiVersion: policy/v1beta1", "removed-feature: kubectl get psp"]);
  });

  it("look for the files that are named", () => {
    const codes = ["file-missing"];
    const fileExists = (path: string): boolean => path === "here.md";
    expectFindings("[a](here.md#x), [b](gone.md), [c](https://example.com/x.md), see GONE.md and [d](#top).\n", codes, ["file-missing: gone.md", "file-missing: GONE.md"], { fileExists });
    expectFindings("---\nworld: worlds/w.yaml\n---\n", codes, ["file-missing: world: worlds/w.yaml"], { fileExists });
    expectFindings(bash("kubectl apply -f k8s/web.yaml\nkubectl get pods -o yaml > made.yaml\nkubectl apply -f made.yaml\nkubectl apply -f /etc/x.yaml\nkubectl apply -f -"), codes, ["file-missing: kubectl apply -f k8s/web.yaml"], { fileExists });
    expectFindings("[b](gone.md)\n", codes, []);
  });

  it("read alerting rules as Prometheus does", () => {
    const codes = ["alert-rule", "alert-without-for"];
    expectFindings(`${F}yaml\n- alert: Down\n  expr: up == 0\n  severity: critical\n${F}\n`, codes, ["alert-without-for: alert", "alert-rule: severity"]);
    expectFindings(`${F}yaml\ngroups:\n  - name: g\n    rules:\n      - alert: Down\n        expr: up == 0\n        for: 1m\n        labels: { severity: critical }\n${F}\n`, codes, []);
  });
});

function factsWith(role: string): Facts {
  return readFacts(`contacts:\n  - { role: ${role}, phone: +44 20 7946 0958 }\n`).facts;
}
