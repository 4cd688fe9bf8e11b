import assert from "node:assert/strict";
import { needKubectl } from "../../parts/kubectl.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const PROXY = "/api/v1/namespaces/buildnest/services/http:prometheus:9090/proxy";
const APP = "deployment/buildnest-app";

describe("monitoring", function suite() {
  this.timeout(240_000);
  let world: RehearsedWorld;
  before(async function () {
    world = await rehearse(await needKubectl("1.30", this));
  });
  after(() => world?.close());

  const isFiring = (alert: string) => async (): Promise<boolean> => (await world.firing()).includes(alert);
  const isSilent = async (): Promise<boolean> => (await world.firing()).length === 0;

  it("a healthy world: every target and critical service is up, customers are served, no alert fires", async () => {
    assert.deepEqual(await world.query("min by (job) (up)", "job"), Object.fromEntries(["api-gateway", "buildnest-app", "mysql", "mysql-standby", "redis", "kubernetes", "critical-services"].map((job) => [job, 1])));
    assert.deepEqual(await world.query("probe_success", "service"), { "api-gateway": 1, database: 1, "payment-gateway": 1, redis: 1, elasticsearch: 1 });
    const rates = await world.query("sum by (status) (rate(http_requests_total[5m]))", "status");
    assert.deepEqual(Object.keys(rates), ["200"]);
    assert.ok((rates["200"] ?? 0) > 9, JSON.stringify(rates));
    await world.pass(120);
    assert.deepEqual(await world.firing(), []);
  });

  it("answers inside the cluster as outside, with the service proxy's own errors", async () => {
    assert.match(await world.kubectl(["get", "--raw", `${PROXY}/api/v1/query?query=mysql_up%7Bjob%3D%22mysql%22%7D`]), /^\{"status":"success","data":\{"resultType":"vector","result":\[\{"metric":\{"__name__":"mysql_up","instance":"mysql:3306","job":"mysql"\},"value":\[[\d.]+,"1"\]\}\]\}\}/u);
    assert.match(await world.kubectl(["get", "--raw", `${PROXY}/-/healthy`]), /^Prometheus Server is Healthy\.\n/u);
    assert.match(await world.kubectl(["get", "--raw", "/api/v1/namespaces/buildnest/services/elasticsearch:9200/proxy/_cluster/health"]), /"status":"green".*"number_of_nodes":1/u);
    await assert.rejects(world.kubectl(["get", "--raw", "/api/v1/namespaces/buildnest/services/prometheus:9091/proxy/"]), /no service port "9091" found for service "prometheus"/u);
    await assert.rejects(world.kubectl(["get", "--raw", "/api/v1/namespaces/buildnest/services/nope:80/proxy/"]), /services "nope" not found/u);
  });

  it("HighErrorRate: fires while a release answers with errors, and ends some minutes after it was taken back", async () => {
    await world.inject("release-errors");
    await world.until("the alert fires", isFiring("HighErrorRate"), 600);
    assert.ok(((await world.query('sum(rate(http_requests_total{status=~"5.."}[5m]))'))[""] ?? 0) > 0.05);
    assert.ok(((await world.query('sum(rate(http_server_requests_seconds_count{job="buildnest-app",status=~"5.."}[5m]))'))[""] ?? 0) > 0.05, "the application counts them too");
    await world.kubectl(`rollout undo ${APP}`);
    await world.until("it is silent again", isSilent, 900);
  });

  it("DatabaseDown and HighErrorRate: fire while the database crashes", async () => {
    await world.inject("database-crash-loop");
    await world.until("the alert fires", isFiring("DatabaseDown"), 300);
    assert.deepEqual(await world.query('probe_success{service="database"}', "service"), { database: 0 });
    await world.until("customers notice", isFiring("HighErrorRate"), 300);
    await world.kubectl("delete pod mysql-0 --wait=false");
    await world.until("it is silent again", isSilent, 900);
  });

  it("ServiceDown: fires when no pod of the application is left", async () => {
    await world.kubectl(`scale ${APP} --replicas=0`);
    await world.until("the alert fires", isFiring("ServiceDown"), 300);
    assert.equal((await world.ask("/actuator/health")).status, 503);
    await world.kubectl(`scale ${APP} --replicas=2`);
    await world.until("it is silent again", isSilent, 900);
  });

  it("HighLatency: fires while the application is slow; restarting the cache does not end it, new pods do", async () => {
    await world.inject("application-slow");
    await world.until("the alert fires", isFiring("HighLatency"), 600);
    await world.kubectl("delete pod redis-0 --wait=false");
    await world.pass(240);
    assert.deepEqual(await world.firing(), ["HighLatency"]);
    await world.kubectl(`rollout restart ${APP}`);
    await world.until("it is silent again", isSilent, 900);
  });

  it("says nothing while its own pod is gone", async () => {
    await world.kubectl("scale deployment/prometheus --replicas=0");
    await world.until("it is gone", async () => (await world.kubectl("get endpoints prometheus")).includes("<none>"));
    await assert.rejects(world.kubectl(["get", "--raw", `${PROXY}/-/healthy`]), /no endpoints available for service "prometheus"/u);
    await world.kubectl("scale deployment/prometheus --replicas=1");
    await world.until("it is back", async () => !(await world.kubectl("get endpoints prometheus")).includes("<none>"));
  });
});
