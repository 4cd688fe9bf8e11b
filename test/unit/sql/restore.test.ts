import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { backupFile, Client, openEngine, programsOf, readRestored, restoreBackup, runProgram, type ProgramRun } from "./engine.ts";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const environment = { MYSQL_PWD: "secret" };

describe("the backup, restored through the mysql program", () => {
  const golden = readRestored();
  let server: MysqlServer;
  let client: Client;
  let run: ProgramRun;

  before(async () => {
    server = await openEngine();
    run = await restoreBackup(server, "shop");
    client = new Client(server, "shop");
  });

  after(() => server.close());

  it("ends without a word", () => {
    assert.deepEqual({ ...run, stdout: run.stdout.toString() }, { exitCode: 0, stdout: "", stderr: "" });
  });

  it("has the tables of the real server, in its order", () => {
    assert.deepEqual(client.rows("SHOW TABLES").map(([name]) => name), golden.tables.map(({ table }) => table));
    assert.equal(golden.tables.length, 8);
  });

  for (const expected of golden.tables) {
    describe(expected.table, () => {
      it(`has ${String(expected.rows)} rows, also for information_schema`, () => {
        assert.equal(client.cell(`SELECT COUNT(*) FROM \`${expected.table}\``), expected.rows);
        assert.equal(client.cell(`SELECT table_rows FROM information_schema.tables WHERE table_schema = 'shop' AND table_name = '${expected.table}'`), expected.rows);
      });

      it("is defined as on the real server", () => assert.equal(client.rows(`SHOW CREATE TABLE \`${expected.table}\``)[0]?.[1], expected.create));

      it("has the real server's CHECKSUM TABLE and sum of CRC32", () => {
        assert.equal(String(client.rows(`CHECKSUM TABLE \`${expected.table}\``)[0]?.[1]), expected.checksumTable);
        assert.equal(client.cell(expected.crcQuery), expected.crcSum);
      });

      it("prints as the real server's client prints it, byte for byte", async () => {
        const printed = await runProgram(programsOf(server), ["mysql", "-uroot", "-B", "shop", "-e", `SELECT * FROM \`${expected.table}\` ORDER BY \`${expected.key}\``], { environment });
        assert.equal(createHash("sha256").update(printed.stdout).digest("hex"), expected.sha256);
      });
    });
  }

  describe("afterwards", () => {
    it("keeps the trigger, which fires only from now on", () => {
      assert.equal(client.cell("SELECT action_statement FROM information_schema.triggers WHERE trigger_schema = 'shop'"), golden.trigger);
      client.run("START TRANSACTION", "INSERT INTO orders (user_id, status, total, created_at) VALUES (1, 'NEW', 5, NOW())");
      assert.deepEqual(client.rows("SELECT entity, action, detail FROM audit_log ORDER BY id DESC LIMIT 1"), [["order", "INSERT", "status=NEW; total=5.00"]]);
      client.run("ROLLBACK");
    });

    it("is the same after a stop of the world", async () => {
      const again = await openEngine();
      again.load(server.save());
      const reader = new Client(again, "shop");
      for (const { table, checksumTable } of golden.tables) assert.equal(String(reader.rows(`CHECKSUM TABLE \`${table}\``)[0]?.[1]), checksumTable, table);
      again.close();
    });
  });
});

describe("a backup that was cut off", () => {
  it("says where, fails, and leaves what was read", async () => {
    const script = gunzipSync(readFileSync(backupFile)).subarray(0, 4000);
    const server = await openEngine();
    server.createDatabase("shop");
    const run = await runProgram(programsOf(server), ["mysql", "-uroot", "shop"], { environment, stdin: script.toString("latin1") });
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /^ERROR 1064 \(42000\) at line \d+: You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version/);
    assert.deepEqual(new Client(server, "shop").rows("SHOW TABLES").length > 0, true);
    server.close();
  });
});
