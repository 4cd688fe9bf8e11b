import assert from "node:assert/strict";
import { SqlError } from "../../../src/drill/contract.ts";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { Client, openEngine, programsOf, readRestored, restoreBackup, runProgram, type ProgramRun } from "../sql/engine.ts";

const secret = { MYSQL_PWD: "secret" };

describe("the clients of a MySQL pod", () => {
  let server: MysqlServer;
  let standby: MysqlServer;

  before(async () => {
    server = await openEngine();
    await restoreBackup(server, "shop");
    standby = await openEngine({ hostname: "standby", users: [{ name: "root", password: "other", isSuper: true }] });
  });

  after(() => {
    server.close();
    standby.close();
  });

  const run = (line: string, given: { readonly stdin?: string; readonly environment?: Readonly<Record<string, string>> } = {}): Promise<ProgramRun> =>
    runProgram(programsOf(server, { "mysql-standby": standby }), [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ""), given);

  describe("mysql, as people type it", () => {
    const one = "n\n1\n";
    const cases: readonly [line: string, expected: Partial<{ exitCode: number; stdout: string; stderr: string }>, given?: Parameters<typeof run>[1]][] = [
      ["mysql -u root -psecret -e 'SELECT 1 AS n'", { exitCode: 0, stdout: one, stderr: "mysql: [Warning] Using a password on the command line interface can be insecure.\n" }],
      ["mysql -uroot --password=secret -e 'SELECT 1 AS n'", { exitCode: 0, stdout: one }],
      ["mysql -uroot -e 'SELECT 1 AS n'", { exitCode: 0, stdout: one, stderr: "" }, { environment: secret }],
      ["mysql --user root '--execute=SELECT 1 AS n'", { exitCode: 0, stdout: one }, { environment: secret }],
      ["mysql -u root -p -e 'SELECT 1 AS n'", { exitCode: 0, stdout: one, stderr: "Enter password: \n" }, { stdin: "secret\n" }],
      ["mysql -u root -p shop", { exitCode: 0, stdout: "n\n2000\n", stderr: "Enter password: \n" }, { stdin: "secret\nSELECT COUNT(*) AS n FROM orders;\n" }],
      ["mysql -u root -p -e 'SELECT 1'", { exitCode: 1, stdout: "", stderr: "Enter password: \nERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)\n" }],
      ["mysql -uroot -pwrong -e 'SELECT 1'", { exitCode: 1, stderr: "mysql: [Warning] Using a password on the command line interface can be insecure.\nERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)\n" }],
      ["mysql -unobody -e 'SELECT 1'", { exitCode: 1, stderr: "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: YES)\n" }, { environment: secret }],
      ["mysql -uroot nothing -e 'SELECT 1'", { exitCode: 1, stderr: "ERROR 1049 (42000): Unknown database 'nothing'\n" }, { environment: secret }],
      ["mysql -uroot -h mysql-standby -pother -e 'SELECT @@hostname AS n'", { exitCode: 0, stdout: "n\nstandby\n" }],
      ["mysql -uroot -hmysql-standby -psecret -e 'SELECT 1'", { exitCode: 1 }],
      ["mysql -uroot -h nowhere -e 'SELECT 1'", { exitCode: 1, stderr: "ERROR 2005 (HY000): Unknown MySQL server host 'nowhere' (-2)\n" }, { environment: secret }],
      ["mysql -uroot -N -e 'SELECT 1 AS n'", { stdout: "1\n" }, { environment: secret }],
      ["mysql -uroot -NBe 'SELECT 1 AS n, NULL AS m'", { stdout: "1\tNULL\n" }, { environment: secret }],
      ["mysql -uroot --batch --skip-column-names -e 'SELECT 1'", { stdout: "1\n" }, { environment: secret }],
      ["mysql -uroot -t shop -e 'SELECT id, username FROM users LIMIT 1'", { stdout: "+----+----------+\n| id | username |\n+----+----------+\n|  1 | testuser |\n+----+----------+\n" }, { environment: secret }],
      ["mysql -uroot -E shop -e 'SELECT id, username FROM users LIMIT 1'", { stdout: "*************************** 1. row ***************************\n      id: 1\nusername: testuser\n" }, { environment: secret }],
      ["mysql -uroot -e 'SELECT 1 AS a, 2 AS bcd\\G'", { stdout: "*************************** 1. row ***************************\n  a: 1\nbcd: 2\n" }, { environment: secret }],
      ["mysql -uroot --force -e 'SELECT nope; SELECT 1 AS n'", { exitCode: 0, stdout: one, stderr: "ERROR 1054 (42S22) at line 1: Unknown column 'nope' in 'field list'\n" }, { environment: secret }],
      ["mysql -uroot -e 'SELECT nope; SELECT 1 AS n'", { exitCode: 1, stdout: "", stderr: "ERROR 1054 (42S22) at line 1: Unknown column 'nope' in 'field list'\n" }, { environment: secret }],
      ["mysql -uroot", { exitCode: 1, stdout: "1\n1\n", stderr: "ERROR 1064 (42000) at line 3: You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'nonsense' at line 1\n" }, { environment: secret, stdin: "SELECT 1;\n\nnonsense;\nSELECT 2;" }],
      ["mysql -uroot --nonsense", { exitCode: 7, stderr: "mysql: [ERROR] unknown option '--nonsense'.\n" }],
      ["mysql -uroot -e", { exitCode: 7, stderr: "mysql: [ERROR] mysql: option '-e' requires an argument.\n" }],
      ["mysql -uroot -e 'SELECT 1 FROM dual WHERE 0'", { exitCode: 0, stdout: "" }, { environment: secret }],
    ];
    for (const [line, expected, given] of cases) {
      it(`${line}${given?.stdin === undefined ? "" : " < …"}`, async () => {
        const done = await run(line, given);
        const actual = { exitCode: done.exitCode, stdout: done.stdout.toString(), stderr: done.stderr };
        assert.deepEqual({ ...actual, ...expected }, actual);
      });
    }

    it("escapes what would break a line in batch form, unless --raw", async () => {
      const sql = "SELECT 'a\\tb\\nc\\\\d' AS n";
      const programs = programsOf(server);
      const print = async (...flags: readonly string[]): Promise<string> => (await runProgram(programs, ["mysql", "-uroot", ...flags, "-e", sql], { environment: secret })).stdout.toString();
      assert.equal(await print("-B"), "n\na\\tb\\nc\\\\d\n");
      assert.equal(await print("--raw"), "n\na\tb\nc\\d\n");
    });

    it("says that no server listens", async () => {
      const done = await runProgram(programsOf(undefined), ["mysql", "-uroot", "-e", "SELECT 1"]);
      assert.deepEqual([done.exitCode, done.stderr], [1, "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)\n"]);
    });

    it("loses the connection when the server goes down in the middle, also with --force", async () => {
      let asked = 0;
      const programs = programsOf(server, {}, { local: () => ({ server, accept: () => ((asked += 1) > 2 ? new SqlError(2003, "HY000", "down") : undefined) }) });
      const done = await runProgram(programs, ["mysql", "-uroot", "--force", "-N"], { environment: secret, stdin: "SELECT 1;\nSELECT 2;\nSELECT 3;\n" });
      assert.deepEqual([done.exitCode, done.stdout.toString(), done.stderr], [1, "1\n", "ERROR 2013 (HY000) at line 2: Lost connection to MySQL server during query\n"]);
    });

    it("leaves no connection behind", async () => {
      await run("mysql -uroot -e 'SELECT nope'", { environment: secret });
      const client = new Client(server);
      assert.equal(client.rows("SHOW PROCESSLIST").length, 1);
      client.close();
    });
  });

  describe("mysqldump", () => {
    it("restores to the same tables, checksums and trigger", async () => {
      const dumped = await run("mysqldump -u root shop --single-transaction --routines --triggers", { environment: secret });
      assert.deepEqual([dumped.exitCode, dumped.stderr], [0, ""]);
      const other = await openEngine();
      other.createDatabase("copy");
      const restored = await runProgram(programsOf(other), ["mysql", "-uroot", "copy"], { environment: secret, stdin: (async function* chunk() { yield dumped.stdout; })() });
      assert.deepEqual([restored.exitCode, restored.stderr], [0, ""]);
      const client = new Client(other, "copy");
      for (const { table, checksumTable, create } of readRestored().tables) {
        assert.equal(String(client.rows(`CHECKSUM TABLE \`${table}\``)[0]?.[1]), checksumTable, table);
        assert.equal(client.rows(`SHOW CREATE TABLE \`${table}\``)[0]?.[1], create);
      }
      assert.equal(client.cell("SELECT action_statement FROM information_schema.triggers"), readRestored().trigger);
      other.close();
    });

    it("names the database with --databases, and dumps single tables and definitions alone", async () => {
      assert.match((await run("mysqldump -uroot --databases shop --no-data", { environment: secret })).stdout.toString(), /CREATE DATABASE \/\*!32312 IF NOT EXISTS\*\/ `shop`[\s\S]*USE `shop`;/);
      const one = (await run("mysqldump -uroot shop categories --skip-comments", { environment: secret })).stdout.toString();
      assert.match(one, /CREATE TABLE `categories`/);
      assert.doesNotMatch(one, /CREATE TABLE `orders`|^--/m);
      assert.doesNotMatch((await run("mysqldump -uroot shop -d", { environment: secret })).stdout.toString(), /^INSERT INTO/m);
    });

    it("fails with 2 and prints no dump where it may not look", async () => {
      const denied = await run("mysqldump -uroot -pwrong shop");
      assert.deepEqual([denied.exitCode, denied.stdout.toString()], [2, ""]);
      assert.match(denied.stderr, /mysqldump: Got error: 1045: Access denied for user 'root'@'localhost' \(using password: YES\) when trying to connect\n$/);
      const missing = await run("mysqldump -uroot nothing", { environment: secret });
      assert.equal(missing.exitCode, 2);
      assert.match(missing.stderr, /Got error: 1049: Unknown database 'nothing' when selecting the database/);
    });

    it("says at its end that it is complete", async () => {
      assert.match((await run("mysqldump -uroot shop categories", { environment: secret })).stdout.toString(), /\n-- Dump completed on 2026-01-31 03:00:00\n$/);
    });
  });

  describe("mysqladmin", () => {
    it("ping: alive with a wrong password too, as the readiness probe wants", async () => {
      for (const line of ["mysqladmin ping", "mysqladmin -uroot -psecret ping", "mysqladmin -uroot -pwrong ping"]) {
        const done = await run(line);
        assert.deepEqual([done.exitCode, done.stdout.toString()], [0, "mysqld is alive\n"], line);
      }
      const down = await runProgram(programsOf(undefined), ["mysqladmin", "ping"]);
      assert.equal(down.exitCode, 1);
      assert.match(down.stderr, /^mysqladmin: connect to server at 'localhost' failed\nerror: 'Can't connect to local MySQL server/);
    });

    it("status, processlist, and what it does not know", async () => {
      assert.match((await run("mysqladmin -uroot status", { environment: secret })).stdout.toString(), /^Uptime: \d+ {2}Threads: 1 {2}Questions: \d+ {2}Slow queries: 0 {2}Opens: \d+ {2}Flush tables: 1 {2}Open tables: \d+ {2}Queries per second avg: [\d.]+\n$/);
      assert.match((await run("mysqladmin -uroot processlist", { environment: secret })).stdout.toString(), /^\+-+\+[\s\S]*\| root \|/);
      const unknown = await run("mysqladmin -uroot explode", { environment: secret });
      assert.deepEqual([unknown.exitCode, unknown.stderr], [1, "mysqladmin: Unknown command: 'explode'\n"]);
      assert.equal((await run("mysqladmin -uroot status", { environment: { MYSQL_PWD: "wrong" } })).exitCode, 1);
    });
  });
});
