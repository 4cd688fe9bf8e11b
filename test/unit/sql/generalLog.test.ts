import assert from "node:assert/strict";
import { Client, openEngine } from "./engine.ts";

const LOG = "SELECT user_host, command_type, argument FROM mysql.general_log WHERE argument LIKE '%orders%'";

describe("what a server tells of its clients", () => {
  it("keeps a general log in a table while it is on, and over a snapshot", async () => {
    const server = await openEngine();
    server.createDatabase("shop");
    const root = new Client(server);
    root.run("SET GLOBAL general_log = ON", "SELECT 'orders: the log is a file'");
    assert.deepEqual(root.rows(LOG), []);
    root.run("SET GLOBAL log_output = 'TABLE'");
    const session = server.openSession("app", "app-secret", "shop", "10.244.1.7:40000");
    server.execute(session, "SELECT 'orders'");
    server.closeSession(session);
    root.run("SET GLOBAL general_log = OFF");
    const expected = [["app[app] @  [10.244.1.7]", "Query", "SELECT 'orders'"]];
    assert.deepEqual(root.rows(LOG), expected);
    const other = await openEngine();
    other.load(server.save());
    assert.deepEqual(new Client(other).rows(LOG), expected);
  });

  it("shows where clients are, and statements whose rows still go out", async () => {
    const server = await openEngine();
    const session = server.openSession("app", "app-secret", undefined, "10.244.1.7:40000");
    server.execute(session, "SELECT 1 + 1", 5000);
    const list = new Client(server).rows("SHOW FULL PROCESSLIST");
    assert.deepEqual(list.map((row) => row.slice(1)), [["app", "10.244.1.7:40000", null, "Query", 0, "Sending data", "SELECT 1 + 1"], ["root", "localhost", null, "Query", 0, "init", "SHOW FULL PROCESSLIST"]]);
  });

  it("lets only administrators see accounts and log", async () => {
    const server = await openEngine();
    assert.deepEqual(new Client(server).rows("SELECT user, host FROM mysql.user ORDER BY user"), [["app", "%"], ["mariadb.sys", "localhost"], ["root", "%"], ["root", "localhost"]]);
    assert.equal(new Client(server, undefined, "app", "app-secret").error("SELECT * FROM mysql.user"), "ERROR 1142 (42000): SELECT command denied to user 'app'@'localhost' for table `mysql`.`user`");
  });
});
