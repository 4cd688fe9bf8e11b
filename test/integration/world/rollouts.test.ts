import assert from "node:assert/strict";
import { resolve } from "node:path";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { needKubectl } from "../../parts/kubectl.ts";
import { createClock } from "../../../src/services/clock.ts";
import { runKubectl } from "../../unit/kubectl/fakes.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const WORLD = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest-argo.yaml");
const APP = "rollout/buildnest-app";
const GOOD = "buildnest/ecommerce:v1.0.5";

/** Sets the image with a JSON patch, as kubectl can of a custom resource. */
const setImage = (world: RehearsedWorld, image: string): Promise<string> =>
  world.kubectl(["patch", APP, "--type=json", "-p", JSON.stringify([{ op: "replace", path: "/spec/template/spec/containers/0/image", value: image }])]);

/** Changes the status as the plugin does. */
const setStatus = (world: RehearsedWorld, status: unknown): Promise<string> => world.kubectl(["patch", APP, "--subresource=status", "--type=merge", "-p", JSON.stringify({ status })]);

const field = (world: RehearsedWorld, path: string): Promise<string> => world.kubectl(["get", APP, "-o", `jsonpath={${path}}`]);

/** Nothing but the good version is wanted, serves, and has pods. */
async function isBack(world: RehearsedWorld): Promise<boolean> {
  const [phase, image, active] = [await field(world, ".status.phase"), await field(world, ".spec.template.spec.containers[0].image"), await activeImage(world)];
  const pods = await world.kubectl(["get", "pods", "-l", "app=buildnest", "-o", "jsonpath={range .items[*]}{.spec.containers[0].image} {.status.containerStatuses[0].ready},{end}"]);
  return phase === "Healthy" && image === GOOD && active === GOOD && pods === `${GOOD} true,${GOOD} true,`;
}

/** The image of the pods that the active Service selects. */
async function activeImage(world: RehearsedWorld): Promise<string> {
  const hash = await world.kubectl(["get", "service", "buildnest-active", "-o", "jsonpath={.spec.selector.rollouts-pod-template-hash}"]);
  return world.kubectl(["get", "replicasets", "-l", `rollouts-pod-template-hash=${hash}`, "-o", "jsonpath={.items[*].spec.template.spec.containers[0].image}"]);
}

describe("an Argo Rollout", function suite() {
  this.timeout(180_000);
  let world: RehearsedWorld;
  before(async function () {
    world = await rehearse(await needKubectl("1.30", this), WORLD);
  });
  after(() => world?.close());
  beforeEach(async () => {
    await setImage(world, GOOD);
    await world.until("the good version runs alone", () => isBack(world));
  });

  it("is a type like any other, with its own columns and fields, and merges no lists", async () => {
    assert.match(await world.kubectl("get rollouts"), /^NAME +DESIRED +CURRENT +UP-TO-DATE +AVAILABLE +AGE\nbuildnest-app +2 +2 +2 +2 +21d\n$/u);
    assert.match(await world.kubectl("api-resources --api-group=argoproj.io"), /rollouts +ro +argoproj\.io\/v1alpha1 +true +Rollout/u);
    assert.match(await world.kubectl("explain ro.spec.strategy.blueGreen"), /activeService\s+<string> -required-/u);
    assert.equal(await world.kubectl(["get", APP, "-o", "jsonpath={.status.selector}"]), `app=buildnest,rollouts-pod-template-hash=${await field(world, ".status.stableRS")}`);
    await assert.rejects(world.kubectl(["patch", APP, "-p", "{}"]), /strategic-merge-patch\+json is not supported by argoproj\.io\/v1alpha1, Kind=Rollout/u);
    await assert.rejects(world.kubectl(["patch", APP, "--type=merge", "-p", '{"spec":{"strategy":{"canary":{}}}}']), /spec\.strategy\.canary: Forbidden/u);
  });

  it("rollout-stuck: neither idling, promoting nor aborting alone cures it; leaving its template does", async () => {
    await world.inject("rollout-stuck");
    await world.until("the preview hangs", async () => /0\/1 +Running/u.test(await world.kubectl("get pods")));
    await world.pass(60);
    assert.equal(await field(world, ".status.phase"), "Progressing");
    assert.equal(await activeImage(world), GOOD);
    assert.equal((await world.ask("/api/products")).status, 200, "the old version serves");
    await setStatus(world, { pauseConditions: null });
    await world.pass(30);
    assert.equal(await activeImage(world), GOOD, "what is not ready is not promoted");
    await setStatus(world, { abort: true });
    await world.until("it is aborted", async () => /^RolloutAborted: Rollout aborted update to revision \d+$/u.test(await field(world, ".status.message")));
    assert.equal(await field(world, ".status.phase"), "Degraded");
    await world.until("its pods are gone after their delay", async () => !/0\/1/u.test(await world.kubectl("get pods -l app=buildnest")));
    assert.equal(await isBack(world), false, "the bad version is still wanted");
    await setStatus(world, { promoteFull: true });
    await world.until("promoting it in full takes the abort back, and it tries again", async () => /0\/1/u.test(await world.kubectl("get pods -l app=buildnest")));
    await setStatus(world, { abort: true });
    await world.pass(30);
    assert.equal(await field(world, ".status.abort"), "", "now it cannot even be aborted");
    await setImage(world, GOOD);
    await world.until("everything is as before", () => isBack(world));
    assert.equal(await field(world, ".status.abort"), "");
  });

  it("rollout-stuck: times out by itself, and a retry brings the bad version back", async () => {
    await world.inject("rollout-stuck");
    await world.until("its deadline passes", async () => (await field(world, ".status.message")).startsWith("ProgressDeadlineExceeded: ReplicaSet"), 800);
    assert.equal(await field(world, ".status.phase"), "Degraded");
    await setStatus(world, { abort: true });
    await world.until("it is aborted", async () => (await field(world, ".status.abort")) === "true");
    await world.until("its pods are gone", async () => !/0\/1/u.test(await world.kubectl("get pods -l app=buildnest")));
    await setStatus(world, { abort: false });
    await world.until("it tries again", async () => /0\/1/u.test(await world.kubectl("get pods -l app=buildnest")));
  });

  it("rollout-errors: is promoted, cannot be aborted any more, and is cured by another version alone", async () => {
    const failures = async (): Promise<number> => {
      const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await world.ask("/api/products")).status));
      return statuses.filter((status) => status >= 500).length;
    };
    await world.inject("rollout-errors");
    await world.until("it is promoted", async () => (await activeImage(world)) === "buildnest/ecommerce:v1.0.8");
    await world.until("errors rise", async () => (await failures()) >= 8, 400);
    await setStatus(world, { abort: true });
    await world.pass(30);
    assert.equal(await activeImage(world), "buildnest/ecommerce:v1.0.8");
    await setImage(world, GOOD);
    await world.until("the good version is promoted", async () => (await activeImage(world)) === GOOD);
    assert.equal(await failures(), 0);
  });

  it("waits before a promotion by hand, and goes on once somebody promotes", async () => {
    const byHand = (autoPromotionEnabled: boolean): Promise<string> => world.kubectl(["patch", APP, "--type=merge", "-p", JSON.stringify({ spec: { strategy: { blueGreen: { autoPromotionEnabled } } } })]);
    await byHand(false);
    await setImage(world, "buildnest/ecommerce:v1.0.4");
    await world.until("it pauses", async () => (await field(world, ".status.message")) === "BlueGreenPause");
    assert.equal(await field(world, ".status.phase"), "Paused");
    assert.equal(await activeImage(world), GOOD);
    await setStatus(world, { pauseConditions: null });
    await world.until("it is promoted", async () => (await activeImage(world)) === "buildnest/ecommerce:v1.0.4");
    assert.match(await world.kubectl("get events"), /Rollout completed update to revision \d+ \(\w+\): Completed blue-green update/u);
    await byHand(true);
  });

  it("is watched in process from one version to the next", async () => {
    const port = await createKubernetesPort({ kubeconfigPath: world.state.kubeconfig });
    const end = new AbortController();
    let shown = "";
    const watching = runKubectl(port, ["argo", "rollouts", "get", "rollout", "buildnest-app", "-w"], { signal: end.signal, clock: createClock(world.state.clock), onStdout: (text) => (shown += text) });
    const trees = (): readonly string[] => shown.split(/\n(?=Name: )/u);
    try {
      await world.until("it shows what is there", async () => /Status: +✔ Healthy/u.test(shown));
      await setImage(world, "buildnest/ecommerce:v1.0.4");
      await world.until("it shows the new version alone", async () => /v1\.0\.4 \(stable, active\)/u.test(trees().at(-1) ?? ""));
    } finally {
      end.abort(new Error("enough"));
      await assert.rejects(watching, /enough/u);
      port.close();
    }
    assert.ok(trees().some((tree) => /Status: +◌ Progressing/u.test(tree)), shown);
    assert.ok(trees().some((tree) => /v1\.0\.4 \(preview\)/u.test(tree)), shown);
    assert.ok(trees().every((tree, index) => tree !== trees()[index - 1]), "each tree says something new");
  });

  it("follows the wanted number of pods", async () => {
    await world.kubectl(`scale ${APP} --replicas=3`);
    await world.until("three are available", async () => (await field(world, ".status.availableReplicas")) === "3");
    await world.kubectl(`scale ${APP} --replicas=2`);
  });
});
