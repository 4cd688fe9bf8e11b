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
