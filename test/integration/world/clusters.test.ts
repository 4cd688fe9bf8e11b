import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { WorldState } from "../../../src/core/protocol.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";
import { startWorld, type World } from "../../../src/drill/world/world.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";
import { needKubectl } from "../../parts/kubectl.ts";
import { Names } from "./names.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const DESCRIPTION = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest.yaml");
const SHOP = "api.buildnest.com";
const DR_SHOP = "api-dr.buildnest.com";
const APP = "deployment/buildnest-app";
const HEALTH = "/actuator/health";
const DR = ["--context", "dr-cluster"];

let kubectl = "";
let world: RehearsedWorld;
let names: Names;

async function begin(): Promise<void> {
  world = await rehearse(kubectl);
  names = new Names(world.state);
}

/** Runs SQL as the administrator of a cluster's database and gives its output. */
function sql(statement: string, context: readonly string[] = DR): Promise<string> {
  return world.kubectl([...context, "exec", "mysql-0", "--", "sh", "-c", `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -N -B buildnest_ecommerce -e "${statement}"`]);
}

/** SHOW REPLICA STATUS of the DR cluster's database, by name. */
function replicaStatus(): Promise<string> {
  return world.kubectl([...DR, "exec", "mysql-0", "--", "sh", "-c", 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -e "SHOW REPLICA STATUS\\G"']);
}

const orders = async (context?: readonly string[]): Promise<number> => Number(await sql("SELECT COUNT(*) FROM orders", context));

/** Leads users to another name, and waits until all of them are. */
async function led(to: string): Promise<void> {
  const change = await names.point(SHOP, to);
  await world.until("the change is on all name servers", () => names.isInSync(change), 120);
  // As long as a resolver may go on with the old answer.
  await world.pass(65);
}

async function refused(args: readonly string[]): Promise<boolean> {
  return world.kubectl(args).then(() => false, (error: unknown) => /was refused/u.test(String(error)));
}

async function startInDr(command: readonly string[]): Promise<void> {
  await world.kubectl([...DR, ...command]);
  await world.until("the application runs in DR", async () => (await names.ask(DR_SHOP, HEALTH)).status === 200);
}

describe("clusters that fail", function suite() {
  this.timeout(180_000);
  before(async function () {
    kubectl = await needKubectl("1.30", this);
  });

  describe("complete failure of the production cluster", () => {
    before(begin);
    after(() => world.close());

    it("shows as refused connections, inside and outside, while DR answers with a replica that lost its source", async () => {
      assert.equal((await names.ask(SHOP, HEALTH)).status, 200);
      const identity = async (context: readonly string[]): Promise<string> => world.kubectl([...context, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"]);
      assert.notEqual(await identity([]), await identity(DR));
      assert.match(await world.kubectl([...DR, "get", "nodes"]), /dr-node-a +Ready/u);
      assert.match(await replicaStatus(), /IO_Running: Yes[\s\S]*SQL_Running: Yes/u);
      await world.inject("cluster-gone");
      assert.ok(await refused(["get", "pods"]));
      assert.equal((await names.ask(SHOP, HEALTH)).failed, "connect");
      assert.equal((await names.ask(DR_SHOP, HEALTH)).status, 503, "the application is at rest there");
      assert.match(await replicaStatus(), /IO_Running: Connecting[\s\S]*SQL_Running: Yes[\s\S]*Seconds_Behind_Master: NULL/u);
    });

    it("stays when nobody does anything", async () => {
      await world.pass(120);
      assert.equal((await names.ask(SHOP, HEALTH)).failed, "connect");
    });

    it("DNS before promotion brings users to a database that takes no orders", async () => {
      await startInDr(["scale", "deployment/buildnest-app", "--replicas=2"]);
      const change = await names.point(SHOP, DR_SHOP);
      assert.equal(await names.isInSync(change), false, "it is pending at first");
      await world.until("the change is on all name servers", () => names.isInSync(change), 120);
      await world.until("the old answer has run out", async () => (await names.ask(SHOP, HEALTH)).status === 200, 120);
      assert.equal(await names.order(SHOP), 500);
      assert.match(JSON.stringify(await names.ask(SHOP, "/api/products?size=1")), /price/u, "reading works");
    });

    it("other commands that promote it cure that", async () => {
      await sql("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0");
      assert.equal(await names.order(SHOP), 201);
      assert.equal((await replicaStatus()).trim(), "", "it follows nobody any more");
    });

    it("without fencing, the old primary takes writes again when it comes back, and the rows differ", async () => {
      await world.inject("cluster-returns");
      await world.until("it answers", async () => !(await refused(["get", "pods"])));
      const before = await orders();
      assert.equal(await names.order("api-primary.buildnest.com"), 201, "it takes itself for the primary");
      assert.equal(await orders(), before, "DR never learns of that order");
      await sql("SET GLOBAL read_only = ON", []);
      assert.equal(await names.order("api-primary.buildnest.com"), 500, "fenced");
      await sql("SET GLOBAL read_only = OFF", []);
    });

    for (const { fault, shows } of [
      {
        fault: "cluster-silent",
        shows: async () => {
          assert.equal(await Promise.race([names.ask(SHOP, HEALTH), delay(1000, "no answer")]), "no answer");
          await assert.rejects(world.kubectl(`rollout restart ${APP} --request-timeout=1s`), /Client\.Timeout|context deadline|request timed out|i\/o timeout|TLS handshake timeout/u);
        },
      },
      {
        fault: "api-server-gone",
        shows: async () => {
          assert.equal(await names.order(SHOP), 201, "users notice nothing");
          assert.ok(await refused(["rollout", "restart", APP]));
        },
      },
    ] as const) {
      it(`${fault}: nothing can be done in the cluster; it is over for users once they are led to the other one`, async () => {
        await led("api-primary.buildnest.com");
        await world.inject(fault);
        await shows();
        assert.equal(await world.standing(fault), "standing");
        await led(DR_SHOP);
        assert.equal(await names.order(SHOP), 201);
        assert.equal(await world.standing(fault), "cured");
        await world.inject("cluster-returns");
      });
    }
  });

  describe("failures that are no reason to fail over", () => {
    before(begin);
    after(() => world.close());

    it("without its API server a cluster goes on serving, unless somebody leads users away from it, and the provider brings it back", async () => {
      await world.inject("api-server-gone", { lastsSeconds: "400" });
      assert.ok(await refused(["get", "pods"]));
      assert.equal(await names.order(SHOP), 201);
      await led(DR_SHOP);
      assert.equal((await names.ask(SHOP, HEALTH)).status, 503, "nobody has started the application there");
      await led("api-primary.buildnest.com");
      assert.equal(await names.order(SHOP), 201);
      await world.until("the API server is back", async () => !(await refused(["get", "pods"])), 600);
      assert.equal(await world.standing("api-server-gone"), "over");
    });

    it("a record that points at nothing is cured by the record and by nothing in the cluster", async () => {
      await world.inject("dns-dead-address");
      assert.equal((await names.ask(SHOP, HEALTH)).failed, "resolve");
      await world.kubectl(`rollout restart ${APP}`);
      await world.kubectl(`rollout status ${APP}`);
      assert.equal((await names.ask(SHOP, HEALTH)).failed, "resolve");
      const balancer = await world.kubectl("get ingress buildnest -o jsonpath={.status.loadBalancer.ingress[0].hostname}");
      await names.point("api-primary.buildnest.com", balancer);
      await world.until("users are back", async () => (await names.ask(SHOP, HEALTH)).status === 200, 200);
    });

    it("a resolver that has asked goes on with the old answer for its time to live", async () => {
      await names.point("www.buildnest.com", SHOP, 300);
      await world.until("the new name works", async () => (await names.ask("www.buildnest.com", HEALTH)).status === 200, 200);
      const change = await names.point("www.buildnest.com", "nowhere.buildnest.com", 60);
      await world.until("the change is everywhere", () => names.isInSync(change), 120);
      assert.equal((await names.ask("www.buildnest.com", HEALTH)).status, 200);
      await world.until("it has run out", async () => (await names.ask("www.buildnest.com", HEALTH)).failed === "resolve", 400);
    });

    it("a batch with one bad record changes nothing", async () => {
      const body = "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>api.buildnest.com</Name><Type>CNAME</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>x.buildnest.com</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>";
      const { status, text } = await names.aws("POST", "/2013-04-01/hostedzone/Z1234567890ABC/rrset/", body);
      assert.equal(status, 400);
      assert.match(text, /InvalidChangeBatch[\s\S]*already exists/u);
      assert.match((await names.aws("GET", "/2013-04-01/hostedzone/Z1234567890ABC/rrset")).text, /<Name>api\.buildnest\.com\.<\/Name><Type>CNAME<\/Type><TTL>60<\/TTL><ResourceRecords><ResourceRecord><Value>api-primary\.buildnest\.com</u);
      assert.match((await names.aws("GET", "/2013-04-01/hostedzone/ZNONE/rrset")).text, /NoSuchHostedZone/u);
      const found = await names.list("list-resource-record-sets", "--hosted-zone-id", "Z1234567890ABC");
      assert.deepEqual(found["ResourceRecordSets"]?.slice(0, 2), [{ Name: "buildnest.com.", Type: "NS", TTL: 172800, ResourceRecords: [{ Value: "ns-1.awsdns-01.org." }, { Value: "ns-2.awsdns-02.com." }] }, { Name: "api.buildnest.com.", Type: "CNAME", TTL: 60, ResourceRecords: [{ Value: "api-primary.buildnest.com" }] }]);
      const one = await names.list("list-resource-record-sets", "--hosted-zone-id", "Z1234567890ABC", "--start-record-name", "api.buildnest.com", "--start-record-type", "CNAME", "--max-items", "1");
      assert.deepEqual(one, { ResourceRecordSets: found["ResourceRecordSets"]?.slice(1, 2), IsTruncated: true, NextRecordName: "api-dr.buildnest.com.", NextRecordType: "CNAME", MaxItems: "1" });
      assert.deepEqual((await names.list("list-hosted-zones"))["HostedZones"]?.map(({ Id, Name }) => [Id, Name]), [["/hostedzone/Z1234567890ABC", "buildnest.com."]]);
    });

    it("dr-replica-lag: what had arrived is applied in time, or at once without the delay; who promotes now, or takes the relay log away, has lost it", async () => {
      let applied = await orders();
      /** An order that has arrived and is not applied when the cluster is lost. */
      const orderAndLose = async (lagSeconds: number): Promise<void> => {
        await world.inject("dr-replica-lag", { lagSeconds: String(lagSeconds) });
        assert.equal(await names.order(SHOP), 201);
        await world.inject("cluster-gone");
        assert.equal(await orders(), applied, "minutes late");
      };
      const found = async (what: string, seconds: number): Promise<void> => {
        applied += 1;
        await world.until(what, async () => (await orders()) === applied, seconds);
      };
      const isBack = async (): Promise<void> => {
        await world.inject("cluster-returns");
        await world.until("the cluster is back", async () => !(await refused(["get", "pods"])));
      };
      const place = (status: string): readonly string[] => ["Relay_Log_File", "Relay_Log_Pos"].map((name) => new RegExp(` ${name}: (\\S+)`, "u").exec(status)?.[1] ?? "");

      await orderAndLose(300);
      await found("what had arrived is applied", 400);
      await isBack();

      await orderAndLose(3600);
      const [file = "", position = ""] = place(await replicaStatus());
      await sql(`STOP REPLICA; CHANGE MASTER TO RELAY_LOG_FILE = '${file}', RELAY_LOG_POS = ${position}, MASTER_DELAY = 0; START REPLICA`);
      await found("it is applied at once", 60);
      await isBack();

      await orderAndLose(3600);
      await sql("STOP REPLICA; CHANGE MASTER TO MASTER_DELAY = 0; START REPLICA");
      await world.pass(30);
      assert.equal(await orders(), applied, "the relay log went with it");
      await isBack();
      await found("the source has it still", 60);

      await orderAndLose(3600);
      await sql("STOP REPLICA; RESET REPLICA ALL; SET GLOBAL read_only = OFF");
      assert.equal((await replicaStatus()).trim(), "", "nothing is applied any more");
      assert.equal(await orders(), applied);
    });
  });

  describe("a world of several clusters whose process dies", () => {
    it("comes back with its outage, its DNS and the cluster that was provisioned", async () => {
      const folder = await mkdtemp(join(tmpdir(), "drill-clusters-"));
      const start = async (): Promise<{ readonly world: World; readonly state: WorldState }> => {
        const started = await startWorld(readWorld(DESCRIPTION), { folder, rate: 40, descriptionPath: DESCRIPTION, onShutdown: () => undefined, report: (text) => console.log(text) });
        return { world: started, state: JSON.parse(await readFile(started.statePath, "utf8")) as WorldState };
      };
      let { world: running, state } = await start();
      try {
        const terraform = (...words: string[]): Promise<{ readonly exitCode: number; readonly stderr: string }> => controlWorld(state, "runTool", { argv: words });
        const contexts = async (): Promise<string> => readFile(state.kubeconfig, "utf8");
        assert.match((await terraform("aws", "eks", "update-kubeconfig", "--name", "buildnest-disaster-recovery")).stderr, /ResourceNotFoundException/u);
        assert.equal((await terraform("terraform", "apply", "-input=false", "disaster-recovery.tfplan")).exitCode, 0);
        assert.match((await terraform("terraform", "apply", "-input=false", "disaster-recovery.tfplan")).stderr, /Saved plan is stale/u);
        assert.doesNotMatch(await contexts(), /buildnest-rebuilt/u);
        assert.equal((await terraform("aws", "eks", "update-kubeconfig", "--name", "buildnest-disaster-recovery")).exitCode, 0);
        await assert.rejects(terraform("rm", "-rf", "/"), /does not stand in/u);
        await controlWorld(state, "inject", { fault: "cluster-gone", parameters: {} });
        await new Names(state).point(SHOP, DR_SHOP);
        await running.close();
        ({ world: running, state } = await start());
        assert.match(await contexts(), /buildnest-rebuilt/u);
        assert.equal(JSON.parse(await readFile(running.statePath, "utf8")).clusters.length, 3);
        const asked = (context: string): Promise<unknown> => createKubernetesPort({ kubeconfigPath: state.kubeconfig, context }).then((port) => port.request({ method: "GET", path: "/api/v1/nodes" }, new AbortController().signal).finally(() => port.close()));
        await assert.rejects(asked("buildnest-prod"), /ECONNREFUSED/u);
        assert.match(JSON.stringify(await asked("buildnest-rebuilt")), /rebuilt-node-a/u);
        assert.match((await new Names(state).aws("GET", "/2013-04-01/hostedzone/Z1234567890ABC/rrset")).text, /<Name>api\.buildnest\.com\.<\/Name><Type>CNAME<\/Type><TTL>60<\/TTL><ResourceRecords><ResourceRecord><Value>api-dr/u);
      } finally {
        await running.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    });
  });
});
