import assert from "node:assert/strict";
import { Client, HandClock, openEngine } from "./engine.ts";

/** Statements after which a server's snapshot must be another one, and those that leave everything as it is. */
const CHANGES = [
  "INSERT INTO shop.t (a) VALUES (2)", "UPDATE shop.t SET a = 3", "DELETE FROM shop.t", "CREATE TABLE shop.u (a INT)", "ALTER TABLE shop.t ADD COLUMN b INT", "RENAME TABLE shop.t TO shop.w",
  "DROP TABLE shop.t", "TRUNCATE TABLE shop.t", "CREATE VIEW shop.v AS SELECT a FROM shop.t", "SET GLOBAL read_only = ON", "SET GLOBAL general_log = ON", "CREATE USER 'x'@'%' IDENTIFIED BY 'y'", "CREATE DATABASE other", "RESET MASTER",
];
const READS = ["SELECT COUNT(*) FROM shop.t", "SHOW TABLES FROM shop", "CHECKSUM TABLE shop.t", "SET @a = 1", "SHOW MASTER STATUS", "START TRANSACTION"];

async function saved(): Promise<{ readonly client: Client; readonly server: Awaited<ReturnType<typeof openEngine>> }> {
  const server = await openEngine();
  server.createDatabase("shop");
  const client = new Client(server);
  client.run("CREATE TABLE shop.t (a INT)", "INSERT INTO shop.t VALUES (1)");
  return { server, client };
}

describe("saving a server", () => {
  for (const sql of CHANGES) {
    it(`gives another snapshot after ${sql}`, async () => {
      const { server, client } = await saved();
      const before = server.save();
      client.run(sql);
      const after = server.save();
      assert.notEqual(after, before);
      assert.notEqual(Buffer.compare(after, before), 0);
    });
  }

  for (const sql of READS) {
    it(`gives the very same one after ${sql}`, async () => {
      const { server, client } = await saved();
      const before = server.save();
      client.run(sql);
      assert.equal(server.save(), before);
    });
  }

  it("fills several servers, which share nothing from then on", async () => {
    const { server } = await saved();
    const snapshot = server.save();
    const clients: Client[] = [];
    for (const serverId of [2, 3]) {
      const copy = await openEngine({ clock: new HandClock(), hostname: `db-${String(serverId)}`, serverId });
      copy.load(snapshot);
      clients.push(new Client(copy));
    }
    const [first, second] = clients;
    assert.ok(first !== undefined && second !== undefined);
    first.run("UPDATE shop.t SET a = 2", "INSERT INTO shop.t VALUES (3)");
    assert.deepEqual(first.rows("SELECT a FROM shop.t ORDER BY a"), [[2], [3]]);
    assert.deepEqual(second.rows("SELECT a FROM shop.t ORDER BY a"), [[1]]);
    assert.equal(Buffer.compare(server.save(), snapshot), 0);
  });

  it("gives another one after a load, and when a replica has applied what its source did", async () => {
    const { server, client } = await saved();
    const clock = new HandClock();
    const copy = await openEngine({ clock, hostname: "db-1", serverId: 2 });
    const empty = copy.save();
    copy.load(server.save());
    const loaded = copy.save();
    assert.notEqual(loaded, empty);
    copy.followPrimary(server, { lagMs: 1000, host: "db-0", user: "replication", isReachable: () => true });
    const following = copy.save();
    client.run("INSERT INTO shop.t VALUES (2)");
    clock.ms += 2000;
    copy.catchUp();
    assert.notEqual(copy.save(), following);
  });
});
