import assert from "node:assert/strict";
import * as fc from "fast-check";
import { planOperation, wordsOf, type PlannedCall } from "../../../src/core/command/planOperation.ts";
import { planCell } from "../../../src/core/command/planCell.ts";
import { severityOf } from "../../../src/core/problem.ts";
import { splitSql } from "../../../src/core/command/sql.ts";
import { judgeSql } from "../../../src/core/command/sqlRisk.ts";
import type { InputShape } from "../../../src/core/shell/host.ts";

const plan = (line: string, input: InputShape = { kind: "none" }): PlannedCall => planOperation(wordsOf(line.split(" ")), input);
const cell = (text: string, variables: readonly string[] = []) => planCell(text, { variables: new Set(variables), expectations: [] });
const problemsOf = (text: string, variables: readonly string[] = []): readonly string[] => cell(text, variables).problems.map((problem) => `${problem.code}: ${text.slice(problem.start, problem.end)}`);

describe("flags", () => {
  it("are read in every way kubectl reads them", () => {
    for (const line of ["kubectl logs x -n a -f", "kubectl -n a logs -f x", "kubectl --namespace=a logs x --follow", "kubectl logs -na -f=true x", "kubectl logs -n=a x --follow=true"]) {
      const { operation, problems } = plan(line);
      assert.deepEqual([operation.verb, operation.positionals, operation.flags["namespace"], operation.flags["follow"], problems.filter((one) => severityOf(one) === "error")], ["logs", ["x"], "a", true, []], line);
    }
  });

  it("keep switches apart from arguments", () => {
    const { operation } = plan("kubectl exec -it p -c db -- redis-cli -n 2 GET --x");
    assert.deepEqual(operation.positionals, ["p"]);
    assert.deepEqual(operation.rest, ["redis-cli", "-n", "2", "GET", "--x"]);
    assert.deepEqual(operation.argv.slice(0, 6), ["kubectl", "exec", "-i", "p", "-c", "db"]);
    assert.deepEqual(operation.inner?.positionals, ["GET", "--x"]);
  });

  it("of getopt tools may be joined, numbered and repeated", () => {
    assert.deepEqual(plan("grep -inA3 -e x -e y f").operation.flags, { "ignore-case": true, "line-number": true, "after-context": "3", regexp: ["x", "y"] });
    assert.deepEqual(plan("tail -20").operation.flags, { lines: "20" });
    assert.deepEqual(plan("curl -sXPOST -HA:b http://h").operation.flags, { silent: true, request: "POST", header: ["A:b"] });
    assert.deepEqual(plan("jq --arg a 1 -r .x f").operation.positionals, [".x", "f"]);
  });

  it("that are wrong are errors with the nearest right one", () => {
    assert.deepEqual(problemsOf("kubectl logs x --tial=5"), ["unknown-flag: --tial=5"]);
    assert.equal(cell("kubectl logs x --tial=5").problems[0]?.fix?.text, "--tail=5");
    assert.deepEqual(problemsOf("kubectl logs x --tail"), ["missing-flag-value: --tail"]);
    assert.ok(problemsOf("grep -Y x").includes("unknown-flag: -Y"));
  });
});

describe("calls that are not complete or not known", () => {
  const table: readonly (readonly [string, string])[] = [
    ["kubeclt get pods", "unknown-command: kubeclt"],
    ["kubectl gte pods", "unknown-verb: gte"],
    ["kubectl rollout satus deployment/x", "unknown-verb: rollout satus"],
    ["kubectl", "missing-argument: kubectl"],
    ["kubectl get", "missing-argument: kubectl get"],
    ["kubectl exec p", "missing-argument: kubectl exec p"],
    ["kubectl exec p ls", "missing-argument: kubectl exec p ls"],
    ["kubectl scale deployment/x", "missing-argument: kubectl scale deployment/x"],
    ["kubectl set image deployment/x", "missing-argument: kubectl set image deployment/x"],
    ["aws s3 cp a", "missing-argument: aws s3 cp a"],
    ["aws s3 cp a b c", "extra-argument: c"],
    ["curl -s", "missing-argument: curl -s"],
    ["kubectl get pods --kubeconfig=x", "target-override: --kubeconfig=x"],
    ["kubectl wait pod/x --for=delete --timeout=60", "invalid-flag-value: --timeout=60"],
    ["kubectl scale deployment/x --replicas=two", "invalid-flag-value: --replicas=two"],
    ["kubectl delete pod x --dry-run=maybe", "invalid-flag-value: --dry-run=maybe"],
    ["curl -m soon http://h", "invalid-flag-value: -m soon"],
    ["aws sts get-caller-identity --query 'Account['", "invalid-query: --query 'Account['"],
    ["aws ec2 describe-instances --query \"Reservations[?State='up']\"", "invalid-query: --query \"Reservations[?State='up']\""],
    ["kubectl exec p -- mysql -u root", "interactive-session: mysql -u root"],
    ["kubectl exec p -- redis-cli", "interactive-session: redis-cli"],
    ["kubectl exec p -- bash", "interactive-session: bash"],
    ["kubectl exec p -- mysql -psecret -e 'SELECT 1'", "password-in-arguments: -psecret"],
    ["DROP TABLE x", "sql-in-shell: DROP TABLE x"],
    ["mysql -u root -e 'SELECT 1'", "local-database-client: mysql -u root -e 'SELECT 1'"],
  ];
  for (const [text, expected] of table) it(text, () => assert.ok(problemsOf(text).includes(expected), problemsOf(text).join("\n")));
});

describe("risk", () => {
  const table: readonly (readonly [string, string])[] = [
    ["kubectl get pods", "read"],
    ["kubectl delete pod a", "change"],
    ["kubectl delete pod/a pod/b", "change"],
    ["kubectl delete pod a --force --grace-period=0", "destroy"],
    ["kubectl delete pvc a", "destroy"],
    ["kubectl delete pod/a pvc/b", "destroy"],
    ["kubectl delete pod,pvc -l x=y", "destroy"],
    ["kubectl delete sts a", "destroy"],
    ["kubectl delete ns a", "destroy"],
    ["kubectl delete pvc a --dry-run=server", "read"],
    ["kubectl delete -f x.yaml", "destroy"],
    ["kubectl scale deployment/a --replicas=0", "destroy"],
    ["kubectl scale deployment/a --replicas=3", "change"],
    ["kubectl apply -f x", "change"],
    ["kubectl apply -f x --prune", "destroy"],
    ["kubectl drain n", "change"],
    ["kubectl drain n --delete-emptydir-data", "destroy"],
    ["kubectl cp p:/a b", "read"],
    ["kubectl cp a p:/b", "change"],
    ["kubectl exec p -- df -h", "read"],
    ["kubectl exec p -- rm -rf /x", "destroy"],
    ["kubectl exec p -- redis-cli FLUSHALL", "destroy"],
    ["kubectl exec p -- redis-cli -n 1 GET a", "read"],
    ["kubectl exec p -- redis-cli config set x y", "change"],
    ["kubectl exec p -- sh -c 'ls /x | wc -l'", "read"],
    ["kubectl exec p -- sh -c 'ls; mysql -e \"DROP TABLE x\"'", "destroy"],
    ["kubectl exec p -- sh -c 'zcat /x | mysql db'", "destroy"],
    ["kubectl exec p -- sh -c 'if a; then b; fi'", "undetermined"],
    ["kubectl exec p -- sh -c 'ls > /tmp/x'", "change"],
    ["kubectl exec p -- env A=1 redis-cli PING", "read"],
    ["kubectl exec p -- /opt/tool --all", "undetermined"],
    ["kubectl exec p -- mysql -e 'SHOW REPLICA STATUS\\G'", "read"],
    ["kubectl exec p -- mysql -e 'STOP REPLICA; SELECT 1'", "change"],
    ["kubectl exec p -- mysqladmin ping", "read"],
    ["kubectl exec p -- ./mvnw liquibase:dropAll", "destroy"],
    ["kubectl exec -i p -- mysql db < f.sql", "destroy"],
    ["kubectl exec -i p -- mysql db <<E\nSELECT 1;\nE", "read"],
    ["cat f | kubectl exec -i p -- mysql db", "destroy"],
    ["aws s3 cp s3://b/k /tmp/", "read"],
    ["aws s3 cp f s3://b/k", "change"],
    ["aws s3 rm s3://b/k", "destroy"],
    ["aws s3 sync a s3://b --delete", "destroy"],
    ["aws ec2 describe-instances", "read"],
    ["aws ec2 terminate-instances --instance-ids i", "destroy"],
    ["aws rds reboot-db-instance --db-instance-identifier x", "change"],
    ["aws rds frobnicate", "undetermined"],
    ["curl http://h", "read"],
    ["curl -I http://h", "read"],
    ["curl -d x http://h", "change"],
    ["curl -G -d x http://h", "read"],
    ["curl -X DELETE http://h", "change"],
    ["terraform plan", "read"],
    ["terraform destroy", "destroy"],
    ["echo $(kubectl delete pvc a)", "destroy"],
    ["for p in a b; do kubectl delete pod $p; done", "change"],
  ];
  for (const [text, risk] of table) it(`${risk}: ${text.split("\n")[0] ?? ""}`, () => assert.equal(cell(text).statements[0]?.risk, risk));
});

describe("SQL", () => {
  it("is split outside quotes and comments, conditional comments being code", () => {
    assert.deepEqual(splitSql("SELECT ';' ; -- x; y\n/* a; */ /*!40101 SET NAMES utf8 */; SELECT `a;b`\\G# c"), ["SELECT ';'", "SET NAMES utf8", "SELECT `a;b`"]);
  });

  const table: readonly (readonly [string, string])[] = [
    ["SELECT * FROM t WHERE a = 'DROP TABLE x'", "read"], ["(SELECT 1) UNION (SELECT 2)", "read"], ["USE d; SELECT 1;", "read"], ["SELECT 1 INTO OUTFILE '/x'", "change"], ["INSERT INTO t VALUES (1)", "change"], ["UPDATE t SET a=1", "change"],
    ["DELETE FROM t", "destroy"], ["TRUNCATE t", "destroy"], ["RESET REPLICA ALL", "destroy"], ["ALTER TABLE t DROP COLUMN a", "destroy"], ["ALTER TABLE t ADD a INT", "change"], ["WITH x AS (SELECT 1) DELETE FROM t", "destroy"],
    ["SET GLOBAL read_only=OFF", "change"], ["SET @@global.read_only=0", "change"], ["SET NAMES utf8", "read"], ["FROBNICATE", "undetermined"], ["/*!50000 DROP TABLE t */", "destroy"], ["CALL p()", "undetermined"], ["", "read"],
  ];
  for (const [sql, risk] of table) it(`${risk}: ${sql}`, () => assert.equal(judgeSql(sql).risk, risk));
});

describe("passwords", () => {
  it("of a bare -p come from the pod's environment", () => {
    const { operation } = plan("kubectl exec p -- mysqldump -uroot -p db --single-transaction");
    assert.deepEqual(operation.rest, ["sh", "-c", 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysqldump "$@"', "mysqldump", "-uroot", "db", "--single-transaction"]);
    assert.deepEqual([operation.inner?.tool, operation.risk], ["mysqldump", "read"]);
    assert.match(plan("kubectl exec p -- mysql -u app -p -e x").operation.rest?.[2] ?? "", /^MYSQL_PWD="\$MYSQL_PASSWORD" exec mysql/);
  });

  it("stay where they are when the rewritten call is planned again", () => {
    const first = plan("kubectl exec p -- mysql -uroot -p -e DROP");
    const again = planOperation(wordsOf(first.operation.argv));
    assert.deepEqual([again.operation.rest, again.operation.inner?.tool], [first.operation.rest, "mysql"]);
  });
});

describe("planCell", () => {
  it("leaves what is not known yet as written", () => {
    const planned = cell('T=$(curl http://h)\ncurl -H "A: $T" http://h/$(date +%s)').statements[1]?.operations[0];
    assert.deepEqual(planned?.unresolved, ["$T", "$(date +%s)"]);
    assert.equal(planned?.operation.argv[2], "A: $T");
  });

  it("knows variables from before, from the cell and from loops", () => {
    assert.deepEqual(problemsOf("echo $A"), ["variable-not-set: $A"]);
    assert.deepEqual(problemsOf("echo $A", ["A"]), []);
    assert.deepEqual(problemsOf("export A=1; for B in x; do echo $A $B; done; echo ${C:-x}"), []);
  });

  it("gives expectations to the statement above them", () => {
    const text = "echo a\n# Expected: a\nfor i in 1; do\necho b\ndone\n# Expected: b";
    const at = [7, text.lastIndexOf("#")];
    const { statements } = planCell(text, { variables: new Set(), expectations: at.map((start) => ({ kind: "output", text: "x", start, end: start + 1 })) });
    assert.deepEqual(statements.map((statement) => statement.expectations.map((one) => one.start)), [[7], [at[1]]]);
  });

  it("judges a query cell's text", () => {
    const of = (inputText: string) => planCell("kubectl exec -i p -- mysql db", { variables: new Set(), expectations: [], inputText }).statements[0]?.risk;
    assert.deepEqual([of("SELECT 1;"), of("DROP TABLE t;")], ["read", "destroy"]);
  });

  it("is total", () => {
    const piece = fc.constantFrom("kubectl ", "exec p -- ", "mysql -e ", "-", "--", "-n", "get ", "'", '"', "$(", ")", "$X", "{1..9}", "|", ";", "for i in a; do ", "done", "\n", "<<E\n", "E\n", "aws s3 cp ", "curl ", "sh -c ", "STOP SLAVE;", "echo ", "kubectl wait --timeout=", "5x ", "https://h/p?a={b}[c]&d ", "--from-literal=a=$(date) ", "create secret generic s ", "--dry-run=client ", "apply -f - ", "> f ", "mysql -p db ", "terraform apply ", "scale deploy/x --replicas=0 ", "*.gz ");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join("");
        for (const problem of cell(text).problems) assert.ok(problem.start >= 0 && problem.start <= problem.end && problem.end <= text.length, JSON.stringify([text, problem]));
      }),
      { numRuns: 300 },
    );
    for (const deep of ["$(".repeat(3000), "{a,".repeat(3000), "echo ${X:-".repeat(500), "(".repeat(3000)]) assert.ok(cell(deep).problems.length > 0);
  });

  it("bounds what braces make", () => {
    assert.deepEqual(problemsOf("echo {1..1000}{1..1000}{1..1000}"), ["too-many-words: {1..1000}{1..1000}{1..1000}"]);
    assert.deepEqual(problemsOf("echo {1..99999999}"), ["too-many-words: {1..99999999}"]);
  });

  it("refuses a secret made anew and applied", () => {
    assert.ok(problemsOf("kubectl create secret generic s --from-literal=a=b --dry-run=client -o yaml | kubectl apply -f -")[0]?.startsWith("secret-overwrite"));
  });
});
