import assert from "node:assert/strict";
import { linkReplica, type MysqlServer } from "../../../src/drill/sql/server.ts";
import { Client, HandClock, openEngine } from "./engine.ts";

/** One row of SHOW … STATUS by column name. */
function statusOf(client: Client, sql: string): ReadonlyMap<string, unknown> {
  const { columns, rows } = client.query(sql);
  return new Map(columns.map(({ name }, index) => [name, rows[0]?.[index]]));
}

describe("replication", () => {
  let clock: HandClock;
  let source: MysqlServer;
  let copy: MysqlServer;
  let onSource: Client;
  let onCopy: Client;
  let isReachable: boolean;

  beforeEach(async () => {
    clock = new HandClock();
    isReachable = true;
    source = await openEngine({ clock, binaryLogFile: "binlog.000007" });
    copy = await openEngine({ clock, serverId: 2 });
    source.createDatabase("shop");
    copy.createDatabase("shop");
    linkReplica(source, copy, { lagMs: 2000, host: "mysql", user: "replication", isReachable: () => isReachable });
    [onSource, onCopy] = [new Client(source, "shop"), new Client(copy, "shop")];
    onSource.run("CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, total decimal(8,2), at datetime DEFAULT CURRENT_TIMESTAMP)");
    onCopy.run("SET GLOBAL read_only = ON");
    clock.ms += 5000;
  });

  afterEach(() => {
    source.close();
    copy.close();
  });

  it("SHOW MASTER STATUS names the file and a position that grows with what is written", () => {
    const before = statusOf(onSource, "SHOW MASTER STATUS");
    assert.deepEqual([...before.keys()], ["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB"]);
    assert.equal(before.get("File"), "binlog.000007");
    onSource.run("SELECT 1", "INSERT INTO orders (total) VALUES (1)");
    assert.ok(Number(statusOf(onSource, "SHOW MASTER STATUS").get("Position")) > Number(before.get("Position")));
    assert.deepEqual(onSource.rows("SHOW BINARY LOGS"), [["binlog.000007", statusOf(onSource, "SHOW MASTER STATUS").get("Position")]]);
  });

  it("a write arrives after the lag, with its own time and number; an open or rolled back transaction does not", () => {
    onSource.run("INSERT INTO orders (total) VALUES (1)", "BEGIN", "INSERT INTO orders (total) VALUES (2)");
    const at = onSource.cell("SELECT at FROM orders WHERE id = 1");
    clock.ms += 1999;
    assert.equal(onCopy.cell("SELECT COUNT(*) FROM orders"), 0);
    assert.equal(statusOf(onCopy, "SHOW SLAVE STATUS").get("Seconds_Behind_Master"), 1);
    clock.ms += 5000;
    assert.deepEqual(onCopy.rows("SELECT id, at FROM orders"), [[1, at]]);
    onSource.run("ROLLBACK", "INSERT INTO orders (total) VALUES (3)");
    clock.ms += 2000;
    assert.deepEqual(onCopy.rows("SELECT id, total FROM orders"), [[1, "1.00"], [3, "3.00"]]);
    assert.deepEqual(onCopy.rows("CHECKSUM TABLE orders"), onSource.rows("CHECKSUM TABLE orders"));
  });

  it("SHOW SLAVE STATUS tells both threads' state, and why the source cannot be read", () => {
    const status = statusOf(onCopy, "SHOW SLAVE STATUS");
    assert.deepEqual(["Master_Host", "Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master", "Last_IO_Error"].map((name) => status.get(name)), ["mysql", "Yes", "Yes", 0, ""]);
    isReachable = false;
    const broken = statusOf(onCopy, "SHOW SLAVE STATUS");
    assert.deepEqual([broken.get("Slave_IO_Running"), broken.get("Seconds_Behind_Master"), broken.get("Last_IO_Errno")], ["Connecting", null, 2003]);
  });

  it("promotion as the runbook does it: what was relayed stays, the source is forgotten, writes are taken", () => {
    onSource.run("INSERT INTO orders (total) VALUES (1)");
    clock.ms += 3000;
    isReachable = false;
    onSource.run("INSERT INTO orders (total) VALUES (2)");
    clock.ms += 3000;
    assert.match(onCopy.error("RESET SLAVE ALL"), /running replication threads|run STOP/);
    onCopy.run("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF");
    assert.deepEqual(onCopy.rows("SHOW SLAVE STATUS"), []);
    const app = new Client(copy, "shop", "app", "app-secret");
    app.run("INSERT INTO orders (total) VALUES (9)");
    assert.deepEqual(app.rows("SELECT id, total FROM orders"), [[1, "1.00"], [2, "9.00"]]);
    assert.equal(onCopy.error("START SLAVE"), "ERROR 1200 (HY000): Misconfigured slave: MASTER_HOST was not set; Fix in config file or with CHANGE MASTER TO");
  });

  it("a delay that somebody has set shows, holds events back beyond the usual lag, and is taken away", () => {
    assert.equal(onCopy.error("CHANGE MASTER TO MASTER_DELAY = 900"), "ERROR 1198 (HY000): This operation cannot be performed as you have a running slave ''; run STOP SLAVE '' first");
    onCopy.run("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY = 900", "START SLAVE");
    onSource.run("INSERT INTO orders (total) VALUES (1)");
    clock.ms += 60_000;
    const status = statusOf(onCopy, "SHOW SLAVE STATUS");
    assert.deepEqual(["Seconds_Behind_Master", "SQL_Delay", "SQL_Remaining_Delay", "Slave_SQL_Running_State"].map((name) => status.get(name)), [60, 900, 840, "Waiting until MASTER_DELAY seconds after master executed event"]);
    assert.equal(onCopy.cell("SELECT COUNT(*) FROM orders"), 0);
    onCopy.run("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY = 0", "START SLAVE");
    assert.equal(onCopy.cell("SELECT COUNT(*) FROM orders"), 1);
    assert.deepEqual(["SQL_Delay", "SQL_Remaining_Delay"].map((name) => statusOf(onCopy, "SHOW SLAVE STATUS").get(name)), [0, null]);
    assert.match(onCopy.error("CHANGE MASTER TO MASTER_HOST = 'other'"), /^ERROR 1235/u);
  });

  it("CHANGE MASTER TO throws away what a source that is gone had sent, unless it names the place in the relay log", () => {
    copy.delayReplication(900_000);
    onSource.run("INSERT INTO orders (total) VALUES (1)");
    clock.ms += 3000;
    isReachable = false;
    onCopy.run("STOP SLAVE");
    const [file, position] = ["Relay_Log_File", "Relay_Log_Pos"].map((name) => statusOf(onCopy, "SHOW SLAVE STATUS").get(name));
    assert.match(onCopy.error("CHANGE MASTER TO RELAY_LOG_FILE = 'another', RELAY_LOG_POS = 4, MASTER_DELAY = 0"), /^ERROR 1380/u);
    const saved = copy.save();
    onCopy.run(`CHANGE MASTER TO RELAY_LOG_FILE = '${String(file)}', RELAY_LOG_POS = ${String(position)}, MASTER_DELAY = 0`, "START SLAVE");
    assert.equal(onCopy.cell("SELECT COUNT(*) FROM orders"), 1);

    copy.load(saved);
    linkReplica(source, copy, { lagMs: 2000, host: "mysql", user: "replication", isReachable: () => isReachable });
    onCopy = new Client(copy, "shop");
    onCopy.run("CHANGE MASTER TO MASTER_DELAY = 0", "START SLAVE");
    clock.ms += 3_600_000;
    assert.equal(onCopy.cell("SELECT COUNT(*) FROM orders"), 0);
    isReachable = true;
    assert.equal(onCopy.cell("SELECT COUNT(*) FROM orders"), 1, "the source has it");
  });

  it("STOP SLAVE twice is a note", () => {
    onCopy.run("STOP SLAVE", "STOP SLAVE");
    assert.deepEqual(onCopy.rows("SHOW WARNINGS"), [["Note", 1255, "Slave already has been stopped"]]);
  });

  it("a stop of the world keeps the relay log; a promoted copy follows nobody afterwards", async () => {
    const again = async (saved: Uint8Array): Promise<Client> => {
      const server = await openEngine({ clock, serverId: 2, hostname: copy.hostname });
      server.load(saved);
      linkReplica(source, server, { lagMs: 2000, host: "mysql", user: "replication", isReachable: () => false });
      return new Client(server, "shop");
    };
    onSource.run("INSERT INTO orders (total) VALUES (1)");
    const resumed = await again(copy.save());
    clock.ms += 3000;
    assert.deepEqual(resumed.rows("SELECT total FROM orders"), [["1.00"]]);
    onCopy.run("STOP SLAVE", "RESET SLAVE ALL");
    assert.deepEqual((await again(copy.save())).rows("SHOW SLAVE STATUS"), []);
  });

  it("an event that cannot be applied stops the SQL thread and says why", () => {
    onCopy.run("INSERT INTO orders (id, total) VALUES (1, 5)");
    onSource.run("INSERT INTO orders (total) VALUES (1)");
    clock.ms += 3000;
    const status = statusOf(onCopy, "SHOW SLAVE STATUS");
    assert.deepEqual([status.get("Slave_SQL_Running"), status.get("Last_SQL_Errno") !== 0], ["No", true]);
    assert.match(String(status.get("Last_SQL_Error")), /Duplicate entry '1' for key 'PRIMARY'/);
  });

  it("names are the version's: MySQL 8.4 knows only SOURCE and REPLICA", async () => {
    const modern = await openEngine({ clock, version: "8.4.0" });
    const client = new Client(modern);
    assert.match(client.error("SHOW MASTER STATUS"), /^ERROR 1064/);
    assert.match(client.error("STOP SLAVE"), /^ERROR 1064/);
    assert.deepEqual(client.query("SHOW BINARY LOG STATUS").columns.map(({ name }) => name), ["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB", "Executed_Gtid_Set"]);
    assert.equal(client.cell("SELECT @@gtid_mode"), "OFF");
    assert.deepEqual(client.rows("SHOW VARIABLES LIKE 'gtid_executed'"), [["gtid_executed", ""]]);
    modern.close();
  });
});
