import assert from "node:assert/strict";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import type { Mariadb } from "../../parts/mariadb.ts";
import { programsOf, runProgram } from "../../unit/sql/engine.ts";
import { cellsOf, cellText } from "../notebookShell.ts";
import { startBoth } from "./realBeside.ts";
import { ask, runReal } from "./realClient.ts";

const DATABASE = "buildnest_ecommerce";

const failure = cellsOf("01-database-failure");
const backup = cellsOf("06-backup-and-restore");
const rotation = cellsOf("10-secret-rotation");

describe("the database cells of the notebooks on a real MariaDB", function () {
  this.timeout(180_000);
  let real: Mariadb;
  let ours: MysqlServer;

  before(async function () {
    ({ real, ours } = await startBoth(DATABASE, this));
  });

  after(async () => {
    await real?.stop();
    ours?.close();
  });

  for (const [cells, name] of [[failure, "row-counts"], [failure, "recent-orders"], [failure, "last-order"], [failure, "nothing-mixed"], [backup, "row-counts"], [backup, "nothing-mixed"]] as const) {
    it(`${name}: the same answer after a restore`, async () => {
      const theirs = await runReal(real, real.client, ["--batch", DATABASE], cellText(cells, name));
      const own = await runProgram(programsOf(ours), ["mysql", "-uroot", "--batch", DATABASE], { environment: { MYSQL_PWD: "secret" }, stdin: cellText(cells, name) });
      assert.deepEqual([own.exitCode, own.stdout.toString(), own.stderr], [theirs.exitCode, theirs.stdout.toString(), theirs.stderr]);
      assert.equal(theirs.exitCode, 0, theirs.stderr);
    });
  }

  it("nothing-mixed: counts an order that came in after the restore began", async () => {
    await ask(real, `INSERT INTO ${DATABASE}.orders (user_id, status, total, created_at) VALUES (17, 'NEW', 1, NOW())`);
    assert.equal((await runReal(real, real.client, ["--batch", "-N", DATABASE], cellText(backup, "nothing-mixed"))).stdout.toString().trim(), "1");
  });

  it("back-up: its options give a whole dump that says where it ends in the binary log, and loads again", async () => {
    const options = /exec mysqldump -u root (.*) buildnest_ecommerce'/u.exec(cellText(backup, "back-up"))?.[1]?.split(" ") ?? [];
    assert.ok(options.includes("--master-data=2"));
    const dumped = await runReal(real, real.dump, [...options, DATABASE], "");
    assert.deepEqual([dumped.exitCode, dumped.stderr], [0, ""]);
    const lines = dumped.stdout.toString().trimEnd().split("\n");
    assert.match(lines.at(-1) ?? "", /^-- Dump completed/u);
    assert.equal(lines.slice(0, 60).filter((line) => /^-- CHANGE (?:MASTER|REPLICATION SOURCE) TO.*LOG_POS=\d+/u.test(line)).length, 1);
    await ask(real, `DELETE FROM ${DATABASE}.payments`);
    assert.equal((await runReal(real, real.client, [DATABASE], dumped.stdout)).stderr, "");
    assert.notEqual(await ask(real, `SELECT COUNT(*) FROM ${DATABASE}.payments`), "0");
  });

  it("the rotation's statements: the new password lets in, the old one does not, and the binary log has neither", async () => {
    await ask(real, "CREATE USER buildnest IDENTIFIED BY PASSWORD ''; CREATE USER root@'%'");
    // What jq makes of the Secret: the text that the cell hands to mysql, with a password in its place.
    const statements = (cell: string, password: string): string => (/@base64d \| "(.*)"'/u.exec(cellText(rotation, cell))?.[1] ?? "").replaceAll(String.raw`\(.)`, password).replaceAll(String.raw`\"`, '"');
    const secret = "0123456789abcdef-rotated";
    for (const sql of [statements("change-app-account", secret), statements("change-root-accounts", secret).replace(/SET PASSWORD FOR root@localhost = [^;]*;/u, "")]) {
      assert.match(sql, /SET PASSWORD FOR .*rotated/u);
      const run = await runReal(real, real.client, [], sql);
      assert.deepEqual([run.exitCode, run.stderr], [0, ""]);
    }
    const login = async (password: string): Promise<string> => (await runReal(real, real.client, ["-N", "-B", "-e", "SELECT 1"], "", { user: "buildnest", password })).stdout.toString().trim();
    assert.deepEqual([await login(secret), await login("old"), await login("")], ["1", "", ""]);
    const logs = (await ask(real, "SHOW BINARY LOGS")).split("\n").map((line) => line.split("\t")[0] ?? "");
    const events = await Promise.all(logs.map((log) => ask(real, `SHOW BINLOG EVENTS IN '${log}'`)));
    assert.match(events.join("\n"), /SET PASSWORD FOR 'buildnest'@'%'='\*[0-9A-F]{40}'/u);
    assert.doesNotMatch(events.join("\n"), /rotated/u);
  });
});
