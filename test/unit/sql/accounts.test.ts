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
  });

  it("leave no password in the general log, and say what is not done", async () => {
    const server = await openEngine();
    const root = new Client(server);
    root.run("SET GLOBAL log_output = 'TABLE'", "SET GLOBAL general_log = ON", "ALTER USER app IDENTIFIED BY 'it''s new'");
    assert.deepEqual(root.rows("SELECT argument FROM mysql.general_log WHERE argument LIKE 'ALTER%'"), [["ALTER USER app IDENTIFIED BY <secret>"]]);
    assert.match(root.error("ALTER USER app ACCOUNT LOCK"), /^ERROR 1064/);
    assert.equal(root.error("ALTER USER app IDENTIFIED BY 'x' ACCOUNT LOCK"), "ERROR 1235 (42000): This version of MariaDB doesn't yet support 'ALTER USER … ACCOUNT'");
  });
});
