import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { needKubectl } from "../../parts/kubectl.ts";
import { needMariadbOnPath } from "../../parts/mariadb.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const DATABASE = "buildnest_ecommerce";
const DESCRIPTION = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest.yaml");

describe("a world whose databases are real MariaDB servers", function suite() {
  this.timeout(180_000);
  let world: RehearsedWorld;
  let scratch: string;
  before(async function () {
    await needMariadbOnPath(this);
    scratch = mkdtempSync(join(tmpdir(), "real-databases-"));
    world = await rehearse(await needKubectl("1.30", this), DESCRIPTION, "real");
  });
  after(async () => {
    await world?.close();
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  });

  const inPod = (pod: string, script: string, input?: string): Promise<string> => world.kubectl(["exec", ...(input === undefined ? [] : ["-i"]), pod, "--", "sh", "-c", `export MYSQL_PWD="$MYSQL_ROOT_PASSWORD"; ${script}`], input);
  const sql = async (pod: string, statement: string): Promise<string> => (await inPod(pod, `mysql -u root -N -B ${DATABASE}`, statement)).trim();
  const isReady = async (pod: string): Promise<boolean> => (await world.kubectl(["get", "pod", pod, "--ignore-not-found", "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'])) === "True";
  const arrives = (what: string, pod: string, statement: string, wanted: string): Promise<void> => world.until(what, async () => (await sql(pod, statement)) === wanted);

  it("its clients are the real ones, behind the socket and over the network", async () => {
    assert.match(world.state.engines, /MariaDB/u);
    assert.match(await sql("mysql-0", "SELECT VERSION()"), /^\d+\.\d+\.\d+-MariaDB/u);
    assert.equal(await sql("mysql-0", "SELECT CURRENT_USER()"), "root@localhost");
    assert.equal((await inPod("mysql-standby-0", 'mysql -h mysql -u root -N -e "SELECT CURRENT_USER(), @@server_id"')).trim(), "root@%\t1");
    await assert.rejects(inPod("mysql-standby-0", 'MYSQL_PWD=wrong mysql -h mysql -u root -e "SELECT 1"'), /ERROR 1045/u);
    await assert.rejects(inPod("mysql-0", "mysql -h nowhere -u root -e 'SELECT 1'"), /ERROR 2005/u);
  });

  it("the application writes what the clients read, at the world's time", async () => {
    const { body } = await world.ask("/api/auth/login", { body: { username: "testuser", password: "testpass" } });
    const order = await world.ask("/api/orders", { body: { items: [{ productId: 1, quantity: 2 }] }, token: (body as { readonly token: string }).token });
    assert.equal(order.status, 201);
    const { id } = order.body as { readonly id: number };
    assert.equal(await sql("mysql-0", `SELECT quantity FROM order_items WHERE order_id = ${id}`), "2");
    const [ordered = 0, now = 0] = (await sql("mysql-0", `SELECT UNIX_TIMESTAMP(created_at), UNIX_TIMESTAMP() FROM orders WHERE id = ${id}`)).split("\t").map(Number);
    const worldSeconds = (world.state.clock.worldEpochMs + (Date.now() - world.state.clock.realEpochMs) * world.state.clock.rate) / 1000;
    assert.ok(ordered <= now && worldSeconds - ordered < 240, `${ordered} ${now} ${worldSeconds}`);
    await arrives("the order comes to the standby", "mysql-standby-0", `SELECT COUNT(*) FROM orders WHERE id = ${id}`, "1");
  });

  it("neither client nor server gets at this machine's shell and files", async () => {
    const planted = join(scratch, "planted");
    for (const statement of [`\\! touch ${planted}`, `tee ${planted}`, `source ${import.meta.filename}`, `SELECT 1 INTO OUTFILE '${planted}'`, `LOAD DATA LOCAL INFILE '${import.meta.filename}' INTO TABLE users`, `SELECT LOAD_FILE('${import.meta.filename}') IS NOT NULL`]) {
      const said = await sql("mysql-0", `${statement}\n`).catch((error: unknown) => String(error));
      assert.doesNotMatch(said, /needKubectl/u, statement);
      assert.notEqual(said, "1", statement);
    }
    await assert.rejects(inPod("mysql-0", `mysqldump -u root --result-file=${planted} ${DATABASE}`), /--result-file is refused/u);
    await assert.rejects(inPod("mysql-0", `mysqldump -u root --tab=${scratch} ${DATABASE}`), /unknown option '--tab'/u);
    await assert.rejects(inPod("mysql-0", `mysqlbinlog --result-file=${planted} /var/log/mysql/mysql-bin.000001`), /--result-file=.* is refused/u);
    await assert.rejects(inPod("mysql-0", "mysqlbinlog /etc/passwd"), /not found/u);
    assert.ok(!existsSync(planted));
  });

  it("dump, accident, restore and replay of the binary log bring back every order up to the accident", async () => {
    const dump = await inPod("mysql-0", `mysqldump -u root --single-transaction --routines --triggers --events --hex-blob --master-data=2 ${DATABASE}`);
    assert.match(dump.trimEnd().split("\n").at(-1) ?? "", /^-- Dump completed/u);
    const [, log = "", start = ""] = /MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)/u.exec(dump) ?? [];
    await sql("mysql-0", "INSERT INTO orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9001.5, NOW())");
    await sql("mysql-0", "SET foreign_key_checks = 0; DROP TABLE orders");
    await world.until("the application cannot read orders", async () => (await sql("mysql-0", "SHOW TABLES LIKE 'orders'")) === "");
    await inPod("mysql-0", `mysql -u root ${DATABASE}`, dump);
    assert.equal(await sql("mysql-0", "SELECT COUNT(*) FROM orders WHERE total = 9001.5"), "0");
    const events = await inPod("mysql-0", `mysqlbinlog --base64-output=decode-rows --verbose --start-position=${start} /var/log/mysql/${log}`);
    const before = events.slice(0, events.search(/DROP TABLE `orders`/u));
    const stop = [...before.matchAll(/^# at (\d+)/gmu)].at(-1)?.[1] ?? "";
    await inPod("mysql-0", `mysqlbinlog --start-position=${start} --stop-position=${stop} /var/log/mysql/${log} | mysql -u root`);
    assert.equal(await sql("mysql-0", "SELECT COUNT(*) FROM orders WHERE total = 9001.5"), "1");
    await arrives("and the standby has it too", "mysql-standby-0", "SELECT COUNT(*) FROM orders WHERE total = 9001.5", "1");
  });

  it("a killed pod's server is killed, recovers on its data, and the standby follows it again", async () => {
    await sql("mysql-0", "INSERT INTO orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9002.5, NOW())");
    const before = Number(await sql("mysql-0", "SELECT CONNECTION_ID()"));
    await world.kubectl("delete pod mysql-0 --grace-period=0 --force");
    await world.until("the pod is back", () => isReady("mysql-0"));
    assert.ok(Number(await sql("mysql-0", "SELECT CONNECTION_ID()")) < before, "it counts its connections anew");
    assert.equal(await sql("mysql-0", "SELECT COUNT(*) FROM orders WHERE total = 9002.5"), "1");
    await sql("mysql-0", "INSERT INTO orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9003.5, NOW())");
    await arrives("the standby follows", "mysql-standby-0", "SELECT COUNT(*) FROM orders WHERE total = 9003.5", "1");
  });

  it("a server that somebody shuts down ends its container, which is started again", async () => {
    await inPod("mysql-0", "mysqladmin -u root shutdown");
    await world.until("the container has started again", async () => Number(await world.kubectl("get pod mysql-0 -o jsonpath={.status.containerStatuses[0].restartCount}")) > 0 && (await isReady("mysql-0")));
    assert.equal(await sql("mysql-0", "SELECT 1"), "1");
  });

  it("the standby refuses writes of the application's account until it is promoted, and then follows nobody", async () => {
    const password = (await world.kubectl("exec deployment/buildnest-app -- printenv SPRING_DATASOURCE_PASSWORD")).trim();
    const write = inPod("mysql-standby-0", `MYSQL_PWD=${password} mysql -u buildnest ${DATABASE}`, "UPDATE orders SET total = 0");
    await assert.rejects(write, /ERROR 1290.*--read-only/u);
    assert.match(await inPod("mysql-standby-0", 'mysql -u root -e "SHOW REPLICA STATUS\\G"'), /Slave_IO_Running: Yes[\s\S]*Seconds_Behind_Master: \d+/u);
    await sql("mysql-standby-0", "STOP REPLICA; RESET REPLICA ALL; SET GLOBAL read_only = OFF");
    assert.equal(await sql("mysql-standby-0", "SHOW REPLICA STATUS"), "");
    await sql("mysql-standby-0", "INSERT INTO orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9004.5, NOW())");
    assert.equal(await sql("mysql-0", "SELECT COUNT(*) FROM orders WHERE total = 9004.5"), "0");
  });

  it("faults that a real server cannot be given are refused by name, with what to do instead", async () => {
    await assert.rejects(world.inject("database-disk-full"), /real server writes to this machine's disk/u);
  });

  it("too many connections are real ones, and the one that the administrator has left ends them", async () => {
    await world.inject("database-too-many-connections");
    assert.equal((await world.ask("/actuator/health/db")).status, 503);
    await world.until("its exporter is locked out too", async () => (await world.query("mysql_up", "instance"))["mysql:3306"] === 0);
    assert.match(await inPod("mysql-0", 'mysql -u root -N -e "SELECT COUNT(*) FROM information_schema.processlist"'), /^\d{2,}/u);
    await world.kubectl("delete pod mysql-0");
    await world.until("the application has its database again", async () => (await world.ask("/actuator/health/db")).status === 200);
  });
});
