import assert from "node:assert/strict";
import { Client, openEngine, programsOf, runProgram } from "./engine.ts";
import { linkReplica, type MysqlServer } from "../../../src/drill/sql/server.ts";

/** What `mysql -u app` says to a password. */
async function login(server: MysqlServer, password: string): Promise<string> {
  const { stdout, stderr } = await runProgram(programsOf(server), ["mysql", "-uapp", "-N", "-B", "-e", "SELECT 'in'"], { environment: { MYSQL_PWD: password } });
  return `${stdout.toString()}${stderr}`.trim();
}

const REFUSED = "ERROR 1045 (28000): Access denied for user 'app'@'localhost' (using password: YES)";

describe("accounts of a SQL server", () => {
  it("let in with the new password only, at once; who is connected stays so", async () => {
    const server = await openEngine();
    const connected = new Client(server, undefined, "app", "app-secret");
    new Client(server).run("ALTER USER 'app'@'%' IDENTIFIED BY 'it''s new'");
    assert.equal(await login(server, "app-secret"), REFUSED);
    assert.equal(await login(server, "it's new"), "in");
    assert.equal(connected.cell("SELECT 1"), 1);
  });

  it("keep their passwords over an own snapshot; a copy keeps its own", async () => {
    const server = await openEngine();
    new Client(server).run("ALTER USER app IDENTIFIED BY \"new\"");
    const [again, copy] = [await openEngine(), await openEngine({ hostname: "db-1" })];
    for (const other of [again, copy]) other.load(server.save());
    assert.equal(await login(again, "new"), "in");
    assert.equal(await login(copy, "new"), REFUSED);
  });

  it("change on the replica too", async () => {
    const [primary, replica] = [await openEngine(), await openEngine({ hostname: "db-1", serverId: 2 })];
    linkReplica(primary, replica, { lagMs: 0, host: "db-0", user: "replication", isReachable: () => true });
    new Client(primary).run("ALTER USER app IDENTIFIED BY 'new'");
    replica.catchUp();
    assert.equal(await login(replica, "new"), "in");
  });

  it("change all together or not at all, and by whom may", async () => {
    const server = await openEngine();
    const root = new Client(server);
    const app = new Client(server, undefined, "app", "app-secret");
    assert.equal(root.error("ALTER USER app IDENTIFIED BY 'new', nobody IDENTIFIED BY 'new'"), "ERROR 1396 (HY000): Operation ALTER USER failed for 'nobody'@'%'");
    assert.equal(await login(server, "app-secret"), "in");
    assert.equal(app.error("ALTER USER root IDENTIFIED BY 'mine'"), "ERROR 1227 (42000): Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation");
    app.run("ALTER USER CURRENT_USER() IDENTIFIED BY 'own'");
    assert.equal(await login(server, "own"), "in");
  });

  it("keep two passwords where the product can, until the old one is discarded", async () => {
    const maria = await openEngine();
    assert.match(new Client(maria).error("ALTER USER app IDENTIFIED BY 'new' RETAIN CURRENT PASSWORD"), /^ERROR 1064 .* near 'RETAIN CURRENT PASSWORD' at line 1$/);
    const server = await openEngine({ version: "8.4.0" });
    const root = new Client(server);
    root.run("ALTER USER app IDENTIFIED BY 'new' RETAIN CURRENT PASSWORD");
    assert.deepEqual([await login(server, "app-secret"), await login(server, "new")], ["in", "in"]);
    root.run("ALTER USER app DISCARD OLD PASSWORD");
    assert.deepEqual([await login(server, "app-secret"), await login(server, "new")], [REFUSED, "in"]);
    root.run("SET PASSWORD FOR app = 'newer' RETAIN CURRENT PASSWORD");
    assert.deepEqual([await login(server, "new"), await login(server, "newer")], ["in", "in"]);
    assert.equal(root.error("ALTER USER app IDENTIFIED BY '' RETAIN CURRENT PASSWORD"), "ERROR 3895 (HY000): Current password can not be retained for user 'app'@'%' because new password is empty.");
  });

  it("leave no password in a snapshot or a binary log, nor the replica's", async () => {
    for (const version of ["10.11.6-MariaDB", "8.0.36"]) {
      const [primary, replica] = [await openEngine({ version }), await openEngine({ version, hostname: "db-1", serverId: 2 })];
      linkReplica(primary, replica, { lagMs: 0, host: "db-0", user: "replication", isReachable: () => true });
      const root = new Client(primary);
      root.run("CREATE DATABASE shop2", "CREATE USER other@'10.%' IDENTIFIED BY 'clear-one'", "ALTER USER app IDENTIFIED BY 'clear-two'", "GRANT SELECT ON shop2.* TO other@'10.%'");
      root.run(`SET PASSWORD FOR other@'10.%' = ${version.startsWith("8") ? "'clear-three'" : "PASSWORD('clear-three')"}`);
      if (version.startsWith("8")) root.run("ALTER USER app IDENTIFIED BY 'clear-four' RETAIN CURRENT PASSWORD");
      else root.run("GRANT SELECT ON shop2.* TO fifth IDENTIFIED BY 'clear-five'");
      replica.catchUp();
      for (const server of [primary, replica]) {
        assert.doesNotMatch(Buffer.from(server.save()).toString("latin1"), /clear-|app-secret/u);
        server.execute(server.openSession("other", "clear-three", "shop2", "10.1.2.3:40000"), "SELECT 1");
        assert.equal(await login(server, version.startsWith("8") ? "clear-four" : "clear-two"), "in");
      }
      assert.equal(new Client(replica).rows("SHOW GRANTS FOR other@'10.%'").length, 2);
    }
  });

  it("say what MySQL 8 says where it differs from MariaDB", async () => {
    const server = await openEngine({ version: "8.0.36" });
    const root = new Client(server);
    root.run("CREATE DATABASE shop", "CREATE DATABASE other", "CREATE TABLE other.t (id INT)");
    const app = new Client(server, "shop", "app", "app-secret");
    assert.equal(app.error("SELECT * FROM other.t"), "ERROR 1142 (42000): SELECT command denied to user 'app'@'localhost' for table 't'");
    assert.equal(app.error("SET GLOBAL max_connections = 5"), "ERROR 1227 (42000): Access denied; you need (at least one of) the SUPER or SYSTEM_VARIABLES_ADMIN privilege(s) for this operation");
    assert.equal(root.error("GRANT SELECT ON shop.* TO nobody"), "ERROR 1410 (42000): You are not allowed to create a user with GRANT");
    assert.equal(root.error("SET PASSWORD FOR nobody = 'x'"), "ERROR 1133 (42000): Can't find any matching row in the user table");
    root.run("CREATE USER IF NOT EXISTS app IDENTIFIED BY 'x'");
    assert.deepEqual(root.rows("SHOW WARNINGS"), [["Note", 3163, "Authorization ID 'app'@'%' already exists."]]);
    assert.deepEqual(root.rows("SHOW GRANTS FOR app"), [["GRANT USAGE ON *.* TO `app`@`%`"], ["GRANT ALL PRIVILEGES ON `shop`.* TO `app`@`%`"]]);
    const [first, second] = root.rows("SHOW GRANTS").flat().map(String);
    assert.match(first ?? "", /^GRANT SELECT, INSERT, .*, CREATE ROLE, DROP ROLE ON \*\.\* TO `root`@`localhost` WITH GRANT OPTION$/u);
    assert.match(second ?? "", /^GRANT APPLICATION_PASSWORD_ADMIN,BINLOG_ADMIN,.* ON \*\.\* TO `root`@`localhost` WITH GRANT OPTION$/u);
    root.run("ALTER USER app ACCOUNT LOCK");
    assert.equal(await login(server, "app-secret"), "ERROR 3118 (HY000): Access denied for user 'app'@'localhost'. Account is locked.");
    assert.equal(app.cell("SELECT 1"), 1, "who is connected stays so");
  });

  it("are found by where the client is: the most exact host counts", async () => {
    const server = await openEngine();
    new Client(server).run("CREATE USER app@'10.244.%' IDENTIFIED BY 'near'", "CREATE USER app@localhost IDENTIFIED BY 'here'");
    assert.equal(await login(server, "app-secret"), REFUSED);
    assert.equal(await login(server, "here"), "in");
    assert.equal(server.openSession("app", "near", undefined, "10.244.1.7:40000").currentUser, "app@10.244.%");
    assert.equal(server.openSession("app", "app-secret", undefined, "10.9.1.7:40000").currentUser, "app@%");
  });

  it("leave no password in the general log, and say what is not done", async () => {
    const server = await openEngine();
    const root = new Client(server);
    root.run("SET GLOBAL log_output = 'TABLE'", "SET GLOBAL general_log = ON", "ALTER USER app IDENTIFIED BY 'it''s new'");
    assert.deepEqual(root.rows("SELECT argument FROM mysql.general_log WHERE argument LIKE 'ALTER%'"), [["ALTER USER app IDENTIFIED BY <secret>"]]);
    root.run("SET PASSWORD FOR app = PASSWORD('x=\\'y')", "CREATE USER b IDENTIFIED BY 'b''s', c IDENTIFIED VIA mysql_native_password USING PASSWORD(\"c\")");
    assert.deepEqual(root.rows("SELECT argument FROM mysql.general_log WHERE argument LIKE 'SET PASSWORD%' OR argument LIKE 'CREATE%'").flat(), [
      "SET PASSWORD FOR app = PASSWORD(<secret>)",
      "CREATE USER b IDENTIFIED BY <secret>, c IDENTIFIED VIA mysql_native_password USING PASSWORD(<secret>)",
    ]);
    assert.equal(root.error("ALTER USER app IDENTIFIED BY 'x' REQUIRE SSL"), "ERROR 1235 (42000): This version of MariaDB doesn't yet support 'ALTER USER … REQUIRE'");
  });
});
