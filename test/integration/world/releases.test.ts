import assert from "node:assert/strict";
import { needKubectl } from "../../parts/kubectl.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const APP = "deployment/buildnest-app";
const PATCH = JSON.stringify({ spec: { template: { spec: { containers: [{ name: "buildnest-app", image: "buildnest/ecommerce:v1.0.5" }] } } } });

/** Different ways out of a bad release; all that counts is that its template is no longer wanted. */
const CURES: readonly ((world: RehearsedWorld) => Promise<unknown>)[] = [
  (world) => world.kubectl(`rollout undo ${APP}`),
  async (world) => world.kubectl(`rollout undo ${APP} --to-revision=${await revisionOf(world, "v1.0.3")}`),
  async (world) => {
    await world.kubectl(`set image ${APP} buildnest-app=buildnest/ecommerce:v1.0.5`);
    await world.kubectl(`rollout restart ${APP}`);
  },
  (world) => world.kubectl(["patch", APP, "-p", PATCH]),
];

/** The newest revision of a version, as `rollout history --revision` would tell. */
async function revisionOf(world: RehearsedWorld, tag: string): Promise<string> {
  const sets = await world.kubectl(["get", "replicasets", "-o", 'jsonpath={range .items[*]}{.spec.template.spec.containers[0].image} {.metadata.annotations.deployment\\.kubernetes\\.io/revision}{"\\n"}{end}']);
  const revisions = sets.split("\n").filter((line) => line.includes(`:${tag} `)).map((line) => Number(line.split(" ")[1]));
  return String(Math.max(...revisions));
}

const FAULTS: readonly { readonly fault: string; readonly looks: RegExp; readonly why: (world: RehearsedWorld) => Promise<string>; readonly says: RegExp }[] = [
  { fault: "release-image-missing", looks: /0\/1 +(?:ErrImagePull|ImagePullBackOff)/u, why: (world) => world.kubectl("get events"), says: /ecommerce:v1\.1\.0: not found/u },
  { fault: "release-crash", looks: /0\/1 +(?:CrashLoopBackOff|Error)/u, why: async (world) => world.kubectl(`logs ${await newPod(world)}`), says: /APPLICATION FAILED TO START/u },
  { fault: "release-unready", looks: /0\/1 +Running/u, why: (world) => world.kubectl("get events"), says: /Readiness probe failed: HTTP probe failed with statuscode: 503/u },
];

/** The application's youngest pod that is not ready. */
async function newPod(world: RehearsedWorld): Promise<string> {
  const pods = await world.kubectl(["get", "pods", "-l", "app=buildnest", "-o", 'jsonpath={range .items[?(@.status.containerStatuses[0].ready==false)]}pod/{.metadata.name}{"\\n"}{end}']);
  return pods.trim().split("\n").at(-1) ?? "";
}

async function isRolledOut(world: RehearsedWorld): Promise<boolean> {
  const status = await world.kubectl(["get", APP, "-o", "jsonpath={.status.replicas} {.status.updatedReplicas} {.status.availableReplicas} {.metadata.generation} {.status.observedGeneration}"]);
  const [replicas, updated, available, generation, observed] = status.split(" ");
  return replicas === "2" && updated === "2" && available === "2" && generation === observed;
}

describe("bad releases", function suite() {
  this.timeout(180_000);
  let world: RehearsedWorld;
  before(async function () {
    world = await rehearse(await needKubectl("1.30", this));
  });
  after(() => world?.close());

  it("come to a deployment with a past: revisions, their causes and days-old replica sets", async () => {
    const history = await world.kubectl(`rollout history ${APP}`);
    assert.match(history, /1 +Release v1\.0\.3: first on this cluster\n2 +Release v1\.0\.4: search by category\n3 +Release v1\.0\.5: order e-mails\n/u);
    assert.match(await world.kubectl("get replicasets"), /2 +2 +2 +9d\n.*0 +0 +0 +16d|0 +0 +0 +21d\n.*2 +2 +2 +9d/su);
    assert.match(await world.kubectl("get pods"), /buildnest-app-\w+-\w+ +1\/1 +Running +0 +(?:8d|9d)/u);
  });

  for (const { fault, looks, why, says } of FAULTS) {
    it(`${fault}: idling, restarting and deleting pods leave it; leaving its template cures it`, async () => {
      for (const [round, cure] of CURES.entries()) {
        await world.inject(fault);
        await world.until("the fault shows", async () => looks.test(await world.kubectl("get pods")));
        await world.until("and says why", async () => says.test(await why(world)));
        assert.equal((await world.ask("/api/products")).status, 200, "the old pods still serve");
        if (round === 0) {
          await world.pass(60);
          assert.equal(await isRolledOut(world), false, "doing nothing");
          await world.kubectl(`delete ${await newPod(world)} --wait=false`);
          await world.kubectl(`rollout restart ${APP}`);
          await world.pass(60);
          assert.equal(await isRolledOut(world), false, "restarting what is broken");
          // Undoing the restart alone brings the bad template back: a second step is needed.
          await world.kubectl(`rollout undo ${APP}`);
          await world.pass(30);
          assert.equal(await isRolledOut(world), false, "undoing only the last change");
          await world.kubectl(`rollout undo ${APP} --to-revision=${await revisionOf(world, "v1.0.5")}`);
        } else await cure(world);
        await world.until("the release is gone", () => isRolledOut(world));
      }
    });
  }

  it("`rollout undo` cures a release, and a second one brings it back", async () => {
    await world.kubectl(`set image ${APP} buildnest-app=buildnest/ecommerce:v1.0.5`);
    await world.until("a good version runs", () => isRolledOut(world));
    await world.inject("release-crash");
    await world.until("the crash shows", async () => /CrashLoopBackOff|Error/u.test(await world.kubectl("get pods")));
    await world.kubectl(`rollout undo ${APP}`);
    await world.until("the rollback is done", () => isRolledOut(world));
    await world.kubectl(`rollout undo ${APP}`);
    await world.until("the crash is back", async () => /CrashLoopBackOff|Error/u.test(await world.kubectl("get pods")));
    await world.kubectl(`rollout undo ${APP}`);
    await world.until("the rollback is done again", () => isRolledOut(world));
  });

  it("release-errors: gets ready, then answers more and more with 500; only another version ends that", async () => {
    const failures = async (): Promise<number> => {
      const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await world.ask("/api/products")).status));
      return statuses.filter((status) => status >= 500).length;
    };
    await world.inject("release-errors");
    await world.until("it rolls out like any other", () => isRolledOut(world));
    await world.until("errors rise", async () => (await failures()) >= 8, 400);
    assert.match(await world.kubectl(`logs ${APP} --tail=20`), /Unhandled exception/u);
    await world.kubectl(`rollout restart ${APP}`);
    await world.until("restarted", () => isRolledOut(world));
    await world.until("errors rise again", async () => (await failures()) >= 8, 400);
    await world.kubectl(`set image ${APP} buildnest-app=buildnest/ecommerce:v1.0.5`);
    await world.until("rolled back", () => isRolledOut(world));
    assert.equal(await failures(), 0);
  });

  it("tells who changed the deployment last, but only to those who ask", async () => {
    await world.inject("release-crash");
    const shown = await world.kubectl(`get ${APP} -o yaml --show-managed-fields`);
    assert.match(shown, /f:image: \{\}[\s\S]*manager: release-pipeline\n/u);
    assert.doesNotMatch(await world.kubectl(`get ${APP} -o yaml`), /managedFields/u);
    await world.kubectl(`set image ${APP} buildnest-app=buildnest/ecommerce:v1.0.5`);
    assert.match(await world.kubectl(`get ${APP} -o yaml --show-managed-fields`), /manager: kubectl-set\n/u);
  });
});
