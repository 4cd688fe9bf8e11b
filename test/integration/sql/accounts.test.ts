import assert from "node:assert/strict";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { startMariadb, type Mariadb } from "../../parts/mariadb.ts";
import { openEngine, programsOf, runProgram } from "../../unit/sql/engine.ts";
import { ask, runReal } from "./realClient.ts";

/** Somebody who logs in; the administrator is `root`, whose password differs between the servers. */
interface Person {
  readonly user: string;
  readonly password: string;
}

const root: Person = { user: "root", password: "" };
const app: Person = { user: "app", password: "x1" };
const by = (person: Person, ...statements: readonly string[]): readonly (readonly [Person, string])[] => statements.map((sql) => [person, sql]);
const HASH = "*0D3CED9BEC10A777AEC23CCC353A8C08A633045E";

const steps: readonly (readonly [Person, string])[] = [
  ...by(root,
    "CREATE DATABASE shop; CREATE DATABASE other; CREATE TABLE shop.orders (id INT PRIMARY KEY, n INT); CREATE TABLE other.t (id INT); CREATE TABLE shop.users (id INT); CREATE VIEW shop.v AS SELECT * FROM shop.orders",
    "CREATE USER app IDENTIFIED BY 'x1'", "CREATE USER app IDENTIFIED BY 'x1'", "CREATE USER IF NOT EXISTS app IDENTIFIED BY 'x1'; SHOW WARNINGS", "DROP USER nobody", "DROP USER IF EXISTS nobody; SHOW WARNINGS",
    "SHOW GRANTS FOR app", "GRANT ALL ON shop.* TO app; SHOW GRANTS FOR app", "REVOKE ALL PRIVILEGES ON shop.* FROM app; GRANT SELECT, INSERT ON shop.* TO app; GRANT UPDATE ON shop.orders TO app WITH GRANT OPTION; SHOW GRANTS FOR app"),
  ...by({ user: "app", password: "wrong" }, "SELECT 1"), ...by({ user: "app", password: "" }, "SELECT 1"), ...by({ user: "nobody", password: "x" }, "SELECT 1"),
  ...by(app,
    "SELECT USER(), CURRENT_USER(), SESSION_USER()", "USE other", "USE nonesuch", "SELECT * FROM other.t", "SELECT * FROM nonesuch.t", "SELECT * FROM shop.nonesuch", "INSERT INTO shop.orders VALUES (1, 1)", "UPDATE shop.orders SET n = 2 WHERE id = 1", "SELECT n FROM shop.v",
    "DELETE FROM shop.orders", "UPDATE shop.users SET id = 1", "DROP TABLE shop.orders", "TRUNCATE TABLE shop.orders", "CREATE TABLE shop.x (id INT)", "ALTER TABLE shop.orders ADD c INT", "CREATE INDEX i ON shop.orders (n)", "CREATE DATABASE mine", "DROP DATABASE shop",
    "CREATE VIEW shop.w AS SELECT 1", "DROP VIEW shop.v", "CREATE TRIGGER shop.tr BEFORE INSERT ON shop.orders FOR EACH ROW SET @a = 1", "CREATE PROCEDURE shop.p() SELECT 1", "CALL shop.p()", "DROP PROCEDURE shop.p", "LOCK TABLES shop.orders READ", "RENAME TABLE shop.orders TO shop.o2", "REPLACE INTO shop.orders VALUES (1, 1)",
    "SET GLOBAL max_connections = 5", "SET GLOBAL read_only = 1", "FLUSH PRIVILEGES", "FLUSH TABLES", "STOP SLAVE", "SHOW SLAVE STATUS", "SHOW MASTER STATUS", "SHOW BINARY LOGS", "RESET MASTER", "RESET SLAVE", "SET sql_log_bin = 0", "SELECT User FROM mysql.user", "SHOW DATABASES", "SHOW TABLES FROM other", "SHOW TABLES FROM shop",
    "SHOW COLUMNS FROM other.t", "DESCRIBE other.t", "SHOW CREATE TABLE other.t", "SHOW CREATE TABLE shop.orders", "SELECT schema_name FROM information_schema.schemata WHERE schema_name <> 'information_schema'", "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('shop', 'other') ORDER BY 1", "CHECKSUM TABLE other.t",
    "CREATE USER z IDENTIFIED BY 'z'", "DROP USER app", "ALTER USER root@localhost IDENTIFIED BY 'q'", "RENAME USER app TO b", "SET PASSWORD FOR root@localhost = PASSWORD('q')", "GRANT SELECT ON shop.* TO app", "GRANT SELECT ON *.* TO app", "GRANT DELETE ON shop.orders TO app", "GRANT UPDATE ON shop.orders TO app", "REVOKE SELECT ON shop.* FROM app",
    "SHOW GRANTS FOR root@localhost", "SHOW GRANTS", "SHOW GRANTS FOR CURRENT_USER()", "SELECT COUNT(*) FROM information_schema.processlist"),
  ...by(root,
    "SHOW GRANTS FOR nobody", "GRANT SELECT ON shop.* TO nobody", "GRANT SELECT ON shop.nonesuch TO app", "GRANT PROCESS ON shop.* TO app", "GRANT PROCESS ON shop.orders TO app", "GRANT LOCK TABLES ON shop.orders TO app", "GRANT FOO ON *.* TO app",
    "REVOKE DELETE ON other.* FROM app", "REVOKE DELETE ON shop.users FROM app", "REVOKE DELETE ON *.* FROM app", "REVOKE SELECT ON shop.* FROM nobody", "REVOKE DELETE ON shop.* FROM app; SHOW GRANTS FOR app", "REVOKE ALL PRIVILEGES, GRANT OPTION FROM app; SHOW GRANTS FOR app", "REVOKE ALL PRIVILEGES, GRANT OPTION FROM nobody",
    "GRANT PROCESS, REPLICATION CLIENT, SUPER ON *.* TO app; SHOW GRANTS FOR app", "GRANT ALL ON *.* TO app WITH GRANT OPTION; SHOW GRANTS FOR app", "GRANT ALL ON shop.orders TO app; SHOW GRANTS FOR app", "REVOKE DROP ON *.* FROM app; SHOW GRANTS FOR app", "SET PASSWORD FOR app = PASSWORD('x2')"),
  ...by(app, "SELECT 1"), ...by({ user: "app", password: "x2" }, "SET PASSWORD = PASSWORD('x3'); SELECT 1"), ...by({ user: "app", password: "x3" }, "SELECT 1"),
  ...by(root,
    "SET PASSWORD FOR app = 'plain'", "SET PASSWORD FOR nobody = PASSWORD('x')", `SET PASSWORD FOR app = '${HASH}'; SHOW GRANTS FOR app`, "RENAME USER app TO app2@'10.%'; SHOW GRANTS FOR app2@'10.%'", "RENAME USER nobody TO b", "RENAME USER root@localhost TO app2@'10.%'", "ALTER USER app2@'10.%' ACCOUNT LOCK", "ALTER USER nobody@'%' ACCOUNT LOCK",
    "CREATE USER lock1 IDENTIFIED BY 'l' ACCOUNT LOCK"),
  ...by({ user: "lock1", password: "l" }, "SELECT 1"),
  ...by(root, "ALTER USER lock1 ACCOUNT UNLOCK"),
  ...by({ user: "lock1", password: "l" }, "SELECT CURRENT_USER()"),
  ...by(root,
    `CREATE USER c IDENTIFIED BY PASSWORD '${HASH}', d IDENTIFIED WITH mysql_native_password AS '${HASH}', e IDENTIFIED VIA mysql_native_password USING '${HASH}', f`, "SHOW GRANTS FOR f; SHOW GRANTS FOR c", "SELECT User, Host, plugin, authentication_string FROM mysql.user WHERE User NOT IN ('root', 'app') ORDER BY 1, 2",
    "CREATE USER g IDENTIFIED BY PASSWORD 'short'", "DROP USER c, d, e", "GRANT SELECT ON shop.* TO new1 IDENTIFIED BY 'n'; SHOW GRANTS FOR new1", "GRANT SELECT ON `sh%`.* TO new1; SHOW GRANTS FOR new1", "DROP USER f, nobody2; SHOW GRANTS FOR new1", "CREATE OR REPLACE USER new1 IDENTIFIED BY 'z'; SHOW GRANTS FOR new1", "DROP USER new1"),
  ...by({ user: "new1", password: "z" }, "SELECT 1"),
];

/** Rows, then the error; where it happened and what the client repeats of the statement left out. */
function answer(stdout: Buffer, stderr: string): string {
  const error = /^ERROR \d+ \(\w+\)(?: at line \d+)?: .*$/mu.exec(stderr)?.[0].replace(/ at line \d+(?=: )/u, "") ?? "";
  return `${stdout.toString()}${error}`;
}

describe("accounts and privileges beside a real MariaDB", function () {
  this.timeout(120_000);
  let real: Mariadb;
  let ours: MysqlServer;
  const answers: { readonly real: string; readonly ours: string }[] = [];

  before(async function () {
    const started = await startMariadb(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"]);
    if ("skipped" in started) {
      console.log(started.skipped);
      return this.skip();
    }
    real = started;
    ours = await openEngine({ version: await ask(real, "SELECT VERSION()"), users: [{ name: "root", hosts: ["localhost"], password: "secret", isSuper: true }] });
    for (const [{ user, password }, sql] of steps) {
      const theirs = await runReal(real, real.client, ["--batch", "--execute", sql], "", user === "root" ? undefined : { user, password });
      const own = await runProgram(programsOf(ours), ["mysql", `-u${user}`, "--batch", "-e", sql], { environment: { MYSQL_PWD: user === "root" ? "secret" : password } });
      answers.push({ real: answer(theirs.stdout, theirs.stderr), ours: answer(own.stdout, own.stderr) });
    }
  });

  after(async () => {
    await real?.stop();
    ours?.close();
  });

  for (const [index, [{ user, password }, sql]] of steps.entries()) {
    it(`${user}${password === "" ? "" : `/${password}`}: ${sql.slice(0, 150)}`, () => assert.equal(answers[index]?.ours, answers[index]?.real));
  }
});
