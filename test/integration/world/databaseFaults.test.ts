import assert from "node:assert/strict";
import { needKubectl } from "../../parts/kubectl.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const APP = "deployment/buildnest-app";
const SELECTOR = (app: string): readonly string[] => ["patch", "service", "mysql", "-p", JSON.stringify({ spec: { selector: { app } } })];

describe("database failures", function suite() {
  this.timeout(240_000);
  let world: RehearsedWorld;
  before(async function () {
    world = await rehearse(await needKubectl("1.30", this));
  });
  after(() => world?.close());

  const sql = (statement: string): Promise<string> => world.kubectl(["exec", "mysql-0", "--", "sh", "-c", `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -N -e "${statement}"`]);
  const isUp = async (): Promise<boolean> => (await world.ask("/actuator/health/db")).status === 200 && (await world.ask("/api/products?size=1")).status === 200;
  const isDown = async (): Promise<boolean> => (await world.ask("/actuator/health/db")).status === 503;

  /** Ends every connection of the application's account, as an operator does. */
  async function killAll(): Promise<void> {
    const ids = (await sql("SELECT id FROM information_schema.processlist WHERE user = 'buildnest'")).trim().split("\n");
    await sql(ids.map((id) => `KILL ${id};`).join(" "));
  }

  it("a new password of the application's account locks it out until its Secret and its pods are new", async () => {
    await world.until("the database is up", isUp, 600);
    await sql("ALTER USER buildnest IDENTIFIED BY 'drill-only-rotated'");
    await world.until("the application is refused", async () => JSON.stringify((await world.ask("/actuator/health/db")).body).includes("Access denied for user 'buildnest'"), 60);
    await world.kubectl(`rollout restart ${APP}`);
    await world.kubectl(`rollout status ${APP}`);
    await world.until("pods with the old Secret are refused as well", isDown, 60);
    await world.kubectl(["patch", "secret", "mysql-credentials", "-p", JSON.stringify({ stringData: { "app-password": "drill-only-rotated" } })]);
    await world.pass(30);
    await world.until("running pods do not see the Secret", isDown, 60);
    await world.kubectl(`rollout restart ${APP}`);
    await world.until("new pods are let in", isUp, 600);
  });

  for (const { fault, shows, wrong, cures } of [
    {
      fault: "database-out-of-memory", shows: async () => /OOMKilled/u.test(await world.kubectl("describe pod mysql-0")),
      wrong: () => world.kubectl(`rollout restart ${APP}`),
      cures: [() => world.kubectl("delete pod mysql-0 --wait=false"), () => world.kubectl("rollout restart statefulset/mysql")],
    },
    {
      fault: "database-too-many-connections", shows: async () => JSON.stringify((await world.ask("/actuator/health/db")).body).includes("Too many connections"),
      wrong: () => world.kubectl(`rollout restart ${APP}`),
      cures: [killAll, () => sql("SET GLOBAL max_connections = 400"), () => world.kubectl("delete pod mysql-0 --wait=false")],
    },
    {
      fault: "database-without-endpoints", shows: async () => /mysql +<none>/u.test(await world.kubectl("get endpoints mysql")),
      wrong: () => world.kubectl("delete pod mysql-0 --wait=false"),
      cures: [() => world.kubectl(SELECTOR("mysql")), () => world.kubectl("set selector service mysql app=mysql")],
    },
  ] as const) {
    it(`${fault}: each of its cures works; idling and a plausible wrong action do not`, async () => {
      for (const [round, cure] of cures.entries()) {
        await world.until("the database is up", isUp, 600);
        await sql("SET GLOBAL max_connections = 151");
        await world.inject(fault);
        await world.until("the application misses it", isDown, 600);
        if (round === 0) {
          await world.until("and the reason shows", shows, 600);
          await world.until("the alert fires", async () => (await world.firing()).includes("DatabaseDown"), 600);
          await wrong();
          await world.pass(90);
          await world.until("it does not come back by itself", isDown, 60);
        }
        await cure();
        await world.until("the application has it again", isUp, 600);
      }
    });
  }

  it("database-disk-full: what is there is read, nothing is written until there is room: the file gone, or a larger volume", async () => {
    let rows = 0;
    const write = (): Promise<string> => sql(`INSERT INTO buildnest_ecommerce.categories (name) VALUES ('more ${(rows += 1)}')`);
    const refused = (): Promise<void> => assert.rejects(write(), /ERROR 1114 \(HY000\) at line 1: The table 'categories' is full/u);
    await world.until("the database is up", isUp, 600);
    await world.inject("database-disk-full");
    assert.match(await world.kubectl("exec mysql-0 -- df -h /var/lib/mysql"), /^Filesystem +Size +Used Avail Use% Mounted on\n\S+ +50G +50G +0 100% \/var\/lib\/mysql\n$/u);
    assert.match(await world.kubectl("exec mysql-0 -- du -ah /var/lib/mysql"), /^1.1G\t\/var\/lib\/mysql\/buildnest_ecommerce\n\d+G\t\/var\/lib\/mysql\/old-dumps\.tar\n50G\t\/var\/lib\/mysql\n$/u);
    await refused();
    assert.equal((await world.query('kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-mysql-0"}'))[""], 0);
    assert.ok(await isUp(), "reading goes on");
    const login = await world.ask("/api/auth/login", { body: { username: "testuser", password: "testpass" } });
    const { token } = login.body as { readonly token: string };
    assert.equal((await world.ask("/api/orders", { token, body: { items: [{ productId: 1, quantity: 1 }] } })).status, 500, "customers cannot order");
    await world.kubectl("delete pod mysql-0 --wait=false");
    await world.until("a new pod has the same volume", isUp, 600);
    await refused();

    await world.kubectl("exec mysql-0 -- rm /var/lib/mysql/old-dumps.tar");
    await write();

    await world.inject("database-disk-full");
    await refused();
    const ask = (storage: string): Promise<string> => world.kubectl(["patch", "pvc", "data-mysql-0", "-p", JSON.stringify({ spec: { resources: { requests: { storage } } } })]);
    await assert.rejects(ask("40Gi"), /spec\.resources\.requests\.storage: Forbidden: field can not be less than/u);
    await ask("80Gi");
    await world.until("the volume has grown", async () => /data-mysql-0 +Bound +\S+ +80Gi/u.test(await world.kubectl("get pvc data-mysql-0")), 120);
    await write();
    assert.match(await world.kubectl("describe pvc data-mysql-0"), /Resizing[\s\S]*FileSystemResizeSuccessful/u);
  });

  it("replica-lag: the standby says how far behind it is; without its delay it has everything, and promoted before that it has lost it", async () => {
    const onStandby = (statement: string): Promise<string> => world.kubectl(["exec", "mysql-standby-0", "--", "sh", "-c", `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -N -e "${statement}"`]);
    const write = (name: string): Promise<string> => sql(`INSERT INTO buildnest_ecommerce.categories (name) VALUES ('${name}')`);
    const has = async (name: string): Promise<boolean> => (await onStandby(`SELECT COUNT(*) FROM buildnest_ecommerce.categories WHERE name = '${name}'`)).trim() === "1";
    await world.until("the database is up", isUp, 600);
    await world.inject("replica-lag");
    await write("late");
    await world.until("the lag shows", async () => ((await world.query('mysql_slave_status_seconds_behind_master{job="mysql-standby"}'))[""] ?? 0) > 30, 300);
    assert.match(await onStandby("SHOW REPLICA STATUS\\G"), /\n900\n\d+\nWaiting until MASTER_DELAY/u);
    await onStandby("STOP REPLICA; START REPLICA");
    assert.equal(await has("late"), false, "a restart of the replication changes nothing");
    await onStandby("STOP REPLICA; CHANGE MASTER TO MASTER_DELAY = 0; START REPLICA");
    await world.until("everything is applied", () => has("late"), 60);

    await world.inject("replica-lag");
    await write("lost");
    await onStandby("STOP REPLICA; RESET REPLICA ALL; SET GLOBAL read_only = OFF");
    assert.equal((await onStandby("SHOW REPLICA STATUS")).trim(), "", "nothing is applied any more");
    assert.equal(await has("lost"), false, "what was not applied is not there");
  });
});
