import assert from "node:assert/strict";
import { planJson } from "../../../src/core/plan/planJson.ts";
import { planMarkdown } from "../../../src/core/plan/planMarkdown.ts";
import { planText } from "../../../src/core/plan/planText.ts";
import { planWholeRunbook, type RunbookPlan } from "../../../src/core/plan/runbookPlan.ts";
import { requestText } from "../../../src/core/plan/callWords.ts";
import { defaultValues } from "../../../src/core/plan/variableValues.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const FRONT = `---
title: Shop is down
targets:
  main: { kubernetes: { context: east, namespace: shop }, alias: prod }
  backups: { aws: { profile: ops, region: eu-west-1, buckets: [dumps] }, alias: s3 }
parameters:
  DB: { type: string, default: db-0 }
  COUNT: { type: integer, default: 3 }
  TOKEN: { type: secret, default: "hush" }
---
`;

function plan(body: string): RunbookPlan {
  const document = parseRunbook(FRONT + body);
  return planWholeRunbook(document, defaultValues(document));
}

/** Each call as it will be sent, the ways of one call joined by ` or `. */
function requests(body: string): readonly string[] {
  return plan(body).cells.flatMap(({ calls }) => calls.map(({ resolved }) => resolved.map(requestText).join(" or ")));
}

describe("the plan of a runbook", () => {
  const cases: readonly (readonly [what: string, body: string, requests: readonly string[]])[] = [
    ["puts a parameter's default in", "```bash\nkubectl delete pod $DB\n```\n", ["kubectl delete pod db-0"]],
    ["puts it in between quotes, as one word", '```bash\nkubectl scale deployment/web --replicas="${COUNT}"\n```\n', ["kubectl scale deployment/web --replicas=3"]],
    ["shows no secret", "```bash\ncurl -H \"Authorization: $TOKEN\" https://shop\n```\n", ["curl -H Authorization: $TOKEN https://shop"]],
    ["uses what the cell itself assigns", "```bash\nDB=db-1\nkubectl delete pod $DB\n```\n", ["kubectl delete pod db-1"]],
    ["does not know what a command prints", "```bash\nDB=$(kubectl get pods -o name | head -n 1)\nkubectl delete $DB\n```\n", ["kubectl get pods -o name", "head -n 1", "kubectl delete $DB"]],
    ["lists both ways where an option sets another value", "```bash\nkubectl logs $DB\n```\n## Step 1: x\n### Option A: y\n```bash\nDB=db-standby-0\n```\n## Step 2: z\n```bash\nkubectl delete pod $DB\n```\n", ["kubectl logs db-0", "kubectl delete pod db-0 or kubectl delete pod db-standby-0"]],
    ["is not sure of an assignment that may not run", "```bash\nkubectl get pods && DB=other\nkubectl logs $DB\n```\n", ["kubectl get pods", "kubectl logs $DB"]],
    ["leaves the variable of a loop as written", "```bash\nfor DB in a b; do kubectl logs $DB; done\n```\n", ["kubectl logs $DB"]],
  ];
  for (const [what, body, expected] of cases) it(what, () => assert.deepEqual(requests(body), expected));

  it("takes the worst of what a call may come to", () => {
    const found = plan("```bash\nCOUNT=0\n```\n```bash\nkubectl scale deployment/web --replicas=$COUNT\n```\n");
    const calls = found.cells.flatMap((cell) => cell.calls);
    assert.deepEqual(calls.flatMap(({ resolved }) => resolved.map(({ operation }) => operation.risk)), ["change", "destroy"]);
    assert.match(planText(found), /1 destruction; nothing has been run/);
  });

  const BODY = "## Step 1: Look (2 minutes)\n\n**If successful**: Skip to Step 2\n\n```bash {name: look}\nkubectl get pods | grep db\n```\n\n## Step 2: Act\n\n### Option A: Restart\n\n```bash {name: act}\nkubectl rollout restart deployment/web\naws s3 ls s3://dumps/\n```\n";

  it("reads well in a terminal", () => {
    assert.equal(planText(plan(BODY)), `Plan: Shop is down
3 reads, 1 change; nothing has been run

  prod (main): Kubernetes context east, namespace shop
  s3 (backups): AWS profile ops, eu-west-1, buckets dumps
  DB = db-0
  COUNT = 3
  TOKEN = (asked for, hidden)

Step 1: Look
  Time allowed: 2 min.
  If successful: go to step 2.
  look
    read    kubectl get pods
            → prod: east, shop; in process
    read    grep db
            → in process

Step 2, Option A: Restart
  act
    CHANGE  kubectl rollout restart deployment/web
            → prod: east, shop; in process
            replaces every pod of deployment/web, one after the other. Undo: kubectl rollout undo deployment/web.
    read    aws s3 ls s3://dumps/
            → s3: ops, eu-west-1, dumps; in process
`);
  });

  it("is a Markdown document whose tables hold bars, and which has no hidden value", () => {
    const text = planMarkdown(plan("```bash {name: a}\ngrep 'x|y' file\necho '`'\n```\n"));
    assert.match(text, /\| read \| `grep 'x\\\|y' file` \|/);
    assert.match(text, /\| read \| ``echo '`'`` \|/);
    assert.doesNotMatch(text, /hush/);
  });

  it("says which cells do not run as they are", () => {
    assert.match(planMarkdown(plan("```bash {name: a}\nkubectl gett pods\n```\n")), /\*\*This cell does not run as it is:\*\*/);
  });

  it("gives machines the call as written and as sent", () => {
    const [only] = planJson(plan("```bash {name: a}\nkubectl delete pod $DB\n```\n")).operations;
    assert.partialDeepStrictEqual(only, { cell: "a", argv: ["kubectl", "delete", "pod", "$DB"], unresolved: ["$DB"], requests: ["kubectl delete pod db-0"], risk: "change", target: "main" });
  });

  it("is the same each time", () => {
    assert.equal(planMarkdown(plan(BODY)), planMarkdown(plan(BODY)));
  });
});
