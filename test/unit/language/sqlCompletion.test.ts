import assert from "node:assert/strict";
import { completeSql, tablesOf, type SqlFacts } from "../../../src/core/language/sqlCompletion.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const FACTS: SqlFacts = { tables: ["orders", "shop.items"], isMySql: true };

/** `|` is the cursor; what the text becomes with each suggestion. */
function complete(marked: string, facts: SqlFacts = FACTS): readonly string[] {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return completeSql(text, offset, facts).map(({ insert, start, end }) => text.slice(0, start) + insert + text.slice(end));
}

describe("completing SQL", () => {
  const cases: readonly (readonly [marked: string, texts: readonly string[]])[] = [
    ["SELECT * FROM |", ["SELECT * FROM orders", "SELECT * FROM shop.items"]],
    ["SELECT * FROM or|", ["SELECT * FROM orders", "SELECT * FROM shop.items"]],
    ["SELECT *\nFROM a JOIN | ON x", ["SELECT *\nFROM a JOIN orders ON x", "SELECT *\nFROM a JOIN shop.items ON x"]],
    ["DROP TABLE s|", ["DROP TABLE orders", "DROP TABLE shop.items"]],
    ["SELECT 1; show  repl|", ["SELECT 1; SHOW REPLICA STATUS\\G"]],
    ["tru|", ["TRUNCATE TABLE "]],
    ["SELECT 1;\n-- then\nstop|", ["SELECT 1;\n-- then\nSTOP REPLICA;"]],
    ["SELECT '|", []],
    ["SELECT 'it''s FROM |", []],
    ["-- FROM |", []],
    ["/* FROM |", []],
    ["SELECT id |", []],
    ["SELECT 1\nFRO|", []],
  ];
  for (const [marked, expected] of cases) it(JSON.stringify(marked), () => assert.deepEqual(complete(marked), expected));

  it("offers all beginnings in an empty cell, MySQL's own only to MySQL", () => {
    assert.ok(complete("|").includes("SHOW FULL PROCESSLIST;"));
    assert.ok(complete("|", { ...FACTS, isMySql: false }).every((text) => !text.startsWith("SHOW")));
    assert.ok(complete("|", { ...FACTS, isMySql: false }).includes("DELETE FROM "));
  });

  it("says what each beginning risks", () => {
    const risks = Object.fromEntries(completeSql("", 0, FACTS).map(({ label, detail }) => [label, detail]));
    assert.deepEqual(["SELECT", "SHOW REPLICA STATUS", "CHECK TABLE", "EXPLAIN", "UPDATE", "KILL", "DELETE FROM", "TRUNCATE TABLE", "RESET REPLICA ALL"].map((label) => risks[label]), ["read", "read", "read", "read", "CHANGE", "CHANGE", "DESTROY", "DESTROY", "DESTROY"]);
    assert.match(completeSql("DROP", 4, FACTS)[0]?.documentation ?? "", /No ROLLBACK brings it back\. Risk: DESTROY \(DROP TABLE removes data for good\)/);
  });

  it("knows the tables that the runbook's SQL names", () => {
    const text = '# R\n\n```sql {via: "kubectl exec -i db-0 -- mysql"}\nSELECT * FROM `orders` JOIN shop.items ON 1;\nUPDATE stock SET a = 1;\nDROP TABLE IF EXISTS old;\n```\n\n```bash\nmysql -e "SELECT COUNT(*) FROM customers" # taken from nowhere\n```\n';
    assert.deepEqual(tablesOf(parseRunbook(text)), ["orders", "shop.items", "stock", "customers"]);
  });
});
