import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { cellReference } from "../../src/core/runbook/cellName.ts";
import { readQuickActions } from "../../src/core/runbook/quickActions.ts";
import { withRun, type CellResult, type RehearsedRun } from "./rehearsedRun.ts";

const NOTEBOOKS = resolve(import.meta.dirname, "../../notebooks");
const RUNBOOKS = {
  database: "01-database-failure", redis: "03-redis-failure", cluster: "04-cluster-failure", breach: "05-security-breach", backup: "06-backup-and-restore", reference: "08-quick-reference",
} as const;
/** A MySQL client in the pod `$1`, without headings. */
const SQL = (pod: string, statement: string, context = ""): string => `kubectl ${context} exec ${pod} -n buildnest -- sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -N buildnest_ecommerce -e "${statement}"'`;
const IMAGE = `kubectl get pods -n buildnest -l app=buildnest -o json | jq -r '[.items[] | select(.metadata.deletionTimestamp == null) | .spec.containers[0].image] | unique | join(" ")'`;
/** An order of the test account, as a customer makes one: only a database that takes writes answers so. */
const ORDERS = `TOKEN=$(curl -s -X POST https://api.buildnest.com/api/auth/login -H "Content-Type: application/json" -d '{"username":"testuser","password":"testpass"}' | jq -r .token)
curl -s -o /dev/null -w "%{http_code}" -X POST https://api.buildnest.com/api/orders -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"items":[{"productId":1,"quantity":1}]}'
# Expected: 201`;
const RECORD = `aws route53 list-resource-record-sets --hosted-zone-id Z1234567890ABC --start-record-name api.buildnest.com --start-record-type CNAME --max-items 1 | jq -r '.ResourceRecordSets[0].ResourceRecords[0].Value'`;

/** A quick action, alone on a fault. */
export interface ActionCase {
  readonly action: string;
  readonly runbook: keyof typeof RUNBOOKS;
  readonly fault?: string;
  /** What was done before, as texts or names of cells. */
  readonly before?: readonly string[];
  /** The action stops at this cell, for this reason. Left out, it must be green to its end. */
  readonly stops?: { readonly at: string; readonly because: RegExp };
  /** Looks at the world afterwards: each with what it must find. */
  readonly effect: readonly string[];
  /** Rehearsed with the slow tests only. */
  readonly isSlow?: boolean;
  /** What the person must have been shown. */
  readonly shows?: readonly RegExp[];
}

/** Each action of the palette, alone on its fault; and where it may not or cannot, how it says so. */
export const ACTION_CASES: readonly ActionCase[] = [
  { action: "Check System Status", runbook: "reference", fault: "redis-gone", effect: [], shows: [/buildnest-app-\S+ +1\/1/u, /service|ClusterIP/u, /SuccessfulDelete/u] },
  { action: "View Logs", runbook: "database", fault: "database-crash-loop", effect: [], shows: [/\[pod\/buildnest-app-\S+\/buildnest-app\]/u, /ERROR\] Aborting/u, /Ready to accept connections/u] },
  { action: "View Logs", isSlow: true, runbook: "reference", effect: [], shows: [/\[pod\/buildnest-app-\S+\/buildnest-app\]/u, /ready for connections/u] },
  { action: "Database Quick Check", runbook: "reference", effect: [], shows: [/room: \d+ % used/u, /orders\s+\d+/u] },
  { action: "Database Quick Check", isSlow: true, runbook: "reference", fault: "database-disk-full", stops: { at: "database-volume", because: /full: 100 % used/u }, effect: [] },
  { action: "Emergency Rollback", runbook: "database", fault: "release-crash", effect: [`${IMAGE}\n# Expected: buildnest/ecommerce:v1.0.5`] },
  { action: "Emergency Rollback", isSlow: true, runbook: "reference", fault: "release-errors", before: ["rollback-once", "emergency-rollback"], stops: { at: "rollback-once", because: /rolled back already/u }, effect: [`${IMAGE}\n# Expected: buildnest/ecommerce:v1.0.5`] },
  { action: "Restart Database Pod", isSlow: true, runbook: "database", fault: "database-crash-loop", effect: [`${SQL("mysql-0", "SELECT COUNT(*) > 0 FROM users")}\n# Expected: 1`, ORDERS] },
  { action: "Restart Database Pod", isSlow: true, runbook: "database", fault: "database-corrupted-volume", stops: { at: "restart-database", because: /./u }, effect: [] },
  { action: "Restart Database Pod", isSlow: true, runbook: "database", fault: "database-disk-full", stops: { at: "restart-check", because: /full: 0 KiB left/u }, effect: [] },
  { action: "Fail Over Database", isSlow: true, runbook: "database", fault: "database-corrupted-volume", effect: ["kubectl get statefulset mysql -n buildnest -o jsonpath='{.spec.replicas}'\n# Expected: 0", `${SQL("mysql-standby-0", "SELECT @@global.read_only")}\n# Expected: 0`, ORDERS, `${SQL("mysql-standby-0", "SELECT COUNT(*) FROM orders WHERE created_at > NOW() - INTERVAL 30 SECOND")}\n# Expected: 1`] },
  { action: "Fail Over Database", isSlow: true, runbook: "database", fault: "replica-lag", before: [SQL("mysql-0", "INSERT INTO categories (name) VALUES (7)"), "MAX_LAG_SECONDS=30\nsleep 60"], stops: { at: "standby-fit", because: /\d+ seconds behind/u }, effect: ["kubectl get statefulset mysql -n buildnest -o jsonpath='{.spec.replicas}'\n# Expected: 1", `${SQL("mysql-standby-0", "SELECT @@global.read_only")}\n# Expected: 1`] },
  { action: "Restart Redis", isSlow: true, runbook: "redis", fault: "redis-crash-loop", effect: ["kubectl exec redis-0 -n buildnest -- redis-cli PING\n# Expected: PONG", "kubectl get pod redis-0 -n buildnest -o jsonpath='{.status.containerStatuses[0].restartCount}'\n# Expected: 0"] },
  { action: "Restart Redis", isSlow: true, runbook: "redis", fault: "redis-gone", stops: { at: "restart-redis", because: /./u }, effect: [] },
  { action: "Restart Application", isSlow: true, runbook: "database", fault: "application-slow", effect: ["kubectl get replicasets -n buildnest -l app=buildnest -o json | jq '[.items[] | select(.status.replicas > 0)] | length'\n# Expected: 1", `curl -s -o /dev/null -w "%{time_total}" "https://api.buildnest.com/api/products?page=0&size=1" | jq '. < 2.5'\n# Expected: true`] },
  {
    action: "Quarantine", runbook: "breach", fault: "jwt-secret-leaked",
    effect: [
      `kubectl get pods -n buildnest -l incident=quarantine -o json | jq '[.items[] | select(.metadata.ownerReferences == null and .metadata.labels.app == null)] | length'\n# Expected: 2`,
      "kubectl get networkpolicy incident-quarantine -n buildnest -o json | jq -c '[.spec.podSelector.matchLabels.incident, .spec.policyTypes]'\n# Expected: '[\"quarantine\",[\"Ingress\",\"Egress\"]]'",
      "kubectl exec \"$(kubectl get pods -n buildnest -l incident=quarantine -o name | head -n 1)\" -n buildnest -- nc -z -w 5 mysql 3306 || echo refused\n# Expected: refused",
      `MARKED=$(kubectl get pods -n buildnest -l incident=quarantine -o name)
jq -n --arg marked "$MARKED" --rawfile log "logs-$STAMP.log" --rawfile processes "processes-$STAMP.log" --rawfile connections "connections-$STAMP.log" --rawfile sessions "sessions-$STAMP.log" '
  [all($marked | scan("\\\\S+"); . as $pod | $log | contains($pod)), ($processes | contains("kworkerd")), ($connections | contains("203.0.113.66:4444")), ($sessions | contains("session:"))] | all'
# Expected: true`,
      "curl -s -o /dev/null https://api.buildnest.com/api/products\n# Expected: 200 OK",
    ],
  },
  { action: "Quarantine", isSlow: true, runbook: "breach", before: ["SUSPECT_SELECTOR=app=nobody"], stops: { at: "quarantine-pods", because: /contains patched: got no output/u }, effect: [] },
  {
    action: "Preserve Evidence", runbook: "breach", fault: "jwt-secret-leaked",
    effect: [
      `SERVING=$(kubectl get pods -n buildnest -l app=buildnest -o name)
jq -n --arg serving "$SERVING" --rawfile log "logs-$STAMP.log" --rawfile processes "processes-$STAMP.log" --rawfile connections "connections-$STAMP.log" --rawfile sessions "sessions-$STAMP.log" --slurpfile pods "pods-$STAMP.json" --slurpfile objects "objects-$STAMP.json" '
  [all($serving | scan("\\\\S+"); . as $pod | $log | contains($pod)), ($log | contains("203.0.113.66")), ($processes | contains("kworkerd")), ($connections | contains("203.0.113.66:4444")), ($sessions | contains("session:")), ($pods[0].items | length > 2), ($objects[0].items | length > 5)] | all'
# Expected: true`,
    ],
  },
  { action: "Preserve Evidence", isSlow: true, runbook: "breach", fault: "redis-gone", stops: { at: "preserve-sessions", because: /exit code/u }, effect: [] },
  {
    action: "Rotate JWT Secret", runbook: "breach", fault: "jwt-secret-leaked",
    before: [`HELD=$(curl -s -X POST https://api.buildnest.com/api/auth/login -H "Content-Type: application/json" -d '{"username":"testuser","password":"testpass"}' | jq -r .token)`],
    effect: [
      `curl -s -o /dev/null -w "%{http_code}" https://api.buildnest.com/api/orders -H "Authorization: Bearer $HELD"\n# Expected: 401`,
      `curl -s -o /dev/null -w "%{http_code}" -X POST https://api.buildnest.com/api/auth/refresh -H "Authorization: Bearer $HELD"\n# Expected: 401`,
      `sleep 20
kubectl logs -l app=buildnest -n buildnest --all-containers --tail=-1 --since=15s | jq -Rs '[split("\\n")[] | select(contains("203.0.113.66") and contains("HTTP/1.1\\" 2"))] | length'\n# Expected: 0`,
      ORDERS,
    ],
  },
  { action: "Back Up Now", runbook: "backup", effect: [`aws s3 cp "s3://buildnest-backups/mysql/buildnest-$STAMP.sql.gz" /tmp/proof.sql.gz\nzcat /tmp/proof.sql.gz | grep -c 'CREATE TABLE .orders. '\n# Expected: 1`] },
  { action: "Back Up Now", runbook: "backup", fault: "database-crash-loop", stops: { at: "back-up", because: /exit code 0: got exit code \d/u }, effect: [] },
  {
    action: "Restore Latest", runbook: "backup", before: [SQL("mysql-0", "DELETE FROM order_items; DELETE FROM orders"), `${SQL("mysql-0", "SELECT COUNT(*) FROM orders")}\n# Expected: 0`],
    effect: [`${SQL("mysql-0", "SELECT COUNT(*) > 100 FROM orders")}\n# Expected: 1`, "curl -s -o /dev/null 'https://api.buildnest.com/api/products?page=0&size=1'\n# Expected: 200 OK", ORDERS],
  },
  { action: "Restore Latest", isSlow: true, runbook: "backup", fault: "database-corrupted-volume", stops: { at: "keep-current", because: /exit code 0: got exit code \d/u }, effect: [] },
  { action: "Fail Over DNS", runbook: "cluster", fault: "cluster-gone", stops: { at: "dr-takes-traffic", because: /read-only/u }, effect: [`${RECORD}\n# Expected: api-primary.buildnest.com`] },
  { action: "Fail Over DNS", isSlow: true, runbook: "cluster", fault: "cluster-gone", before: ["dr-promote"], stops: { at: "dr-takes-traffic", because: /no pod is ready/u }, effect: [`${RECORD}\n# Expected: api-primary.buildnest.com`] },
  { action: "Fail Over DNS", runbook: "cluster", fault: "cluster-gone", before: ["dr-promote", "dr-start-application"], effect: [`${RECORD}\n# Expected: api-dr.buildnest.com`, ORDERS] },
];

/** What a case is called. */
export function caseTitle({ action, runbook, fault, before = [], stops }: ActionCase): string {
  return `${action} of ${runbook}${fault === undefined ? "" : ` on ${fault}`}${before.length === 0 ? "" : ", after something was done"}: ${stops === undefined ? "does what it says" : `stops at ${stops.at}`}`;
}

/** Runs the action alone in a world of its own, and looks at what became of the world. */
export async function rehearseAction({ action, runbook, fault, before = [], stops, effect, shows = [] }: ActionCase, home: string): Promise<void> {
  await withRun(join(NOTEBOOKS, `${RUNBOOKS[runbook]}.runbook.md`), home, fault === undefined ? {} : { fault }, async (run) => {
    for (const text of before) await prepare(run, text);
    const results = await runAction(run, action);
    const last = results.at(-1);
    assert.deepEqual({ at: last?.cell, isRed: isRed(last) }, { at: stops?.at ?? last?.cell, isRed: stops !== undefined }, told(results));
    if (stops !== undefined) assert.match(last?.outcome.message ?? "", stops.because);
    for (const text of effect) {
      const outcome = await run.look(text);
      assert.equal(outcome.status, "succeeded", `${text}\n${outcome.message ?? ""}`);
    }
    for (const pattern of shows) assert.match(run.printed(), pattern);
  });
}

/** Runs the action's cells in order, as the palette does: one that fails stops those after it. */
async function runAction(run: RehearsedRun, name: string): Promise<readonly CellResult[]> {
  const results: CellResult[] = [];
  for (const index of readQuickActions(run.document).find((action) => action.name === name)?.cells ?? []) {
    results.push(await run.run(index));
    if (isRed(results.at(-1))) break;
  }
  return results;
}

async function prepare(run: RehearsedRun, text: string): Promise<void> {
  const index = run.document.cells.findIndex((_, at) => run.document.cells[at]?.command !== undefined && cellReference(run.document, at).name === text);
  const outcome = index >= 0 ? (await run.run(index)).outcome : await run.look(text);
  assert.equal(outcome.status, "succeeded", `${text}: ${outcome.message ?? ""}`);
}

function isRed(result: CellResult | undefined): boolean {
  return result === undefined || (result.outcome.status !== "succeeded" && result.outcome.status !== "finding");
}

function told(results: readonly CellResult[]): string {
  return results.map(({ cell, outcome }) => `${cell}: ${outcome.status} ${outcome.message ?? ""}`).join("\n");
}
