import assert from "node:assert/strict";
import type { RehearsedWorld } from "./rehearsedWorld.ts";

/** What bad releases are of. */
export const APP = "deployment/buildnest-app";
const PATCH = JSON.stringify({ spec: { template: { spec: { containers: [{ name: "buildnest-app", image: "buildnest/ecommerce:v1.0.5" }] } } } });

/** A way out of a bad release. */
export type Cure = (world: RehearsedWorld) => Promise<unknown>;

/** Different ways out of a bad release; all that counts is that its template is no longer wanted. */
export const CURES: readonly Cure[] = [
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

/** Releases that never get ready, and how they show. */
export const FAULTS: readonly { readonly fault: string; readonly looks: RegExp; readonly why: (world: RehearsedWorld) => Promise<string>; readonly says: RegExp }[] = [
  { fault: "release-image-missing", looks: /0\/1 +(?:ErrImagePull|ImagePullBackOff)/u, why: (world) => world.kubectl("get events"), says: /ecommerce:v1\.1\.0: not found/u },
  { fault: "release-crash", looks: /0\/1 +(?:CrashLoopBackOff|Error)/u, why: async (world) => world.kubectl(`logs ${await newPod(world)}`), says: /APPLICATION FAILED TO START/u },
  { fault: "release-unready", looks: /0\/1 +Running/u, why: (world) => world.kubectl("get events"), says: /Readiness probe failed: HTTP probe failed with statuscode: 503/u },
];

/** The application's youngest pod that is not ready. */
async function newPod(world: RehearsedWorld): Promise<string> {
  const pods = await world.kubectl(["get", "pods", "-l", "app=buildnest", "-o", 'jsonpath={range .items[?(@.status.containerStatuses[0].ready==false)]}pod/{.metadata.name}{"\\n"}{end}']);
  return pods.trim().split("\n").at(-1) ?? "";
}

/** Whether the version that is wanted runs, alone and whole. */
export async function isRolledOut(world: RehearsedWorld): Promise<boolean> {
  const status = await world.kubectl(["get", APP, "-o", "jsonpath={.status.replicas} {.status.updatedReplicas} {.status.availableReplicas} {.metadata.generation} {.status.observedGeneration}"]);
  const [replicas, updated, available, generation, observed] = status.split(" ");
  return replicas === "2" && updated === "2" && available === "2" && generation === observed;
}

/** A bad release of `FAULTS` stands as long as its template is wanted: tests that neither idling nor restarts end it, and that undoing it and each of `cures` do. */
export function itEndsWithItsTemplate(world: () => RehearsedWorld, { fault, looks, why, says }: (typeof FAULTS)[number], cures: readonly Cure[]): void {
  it(`${fault}: idling, restarting and deleting pods leave it; leaving its template cures it`, async () => {
    for (const cure of [undoneAtLast, ...cures]) {
      await world().inject(fault);
      await world().until("the fault shows", async () => looks.test(await world().kubectl("get pods")));
      await world().until("and says why", async () => says.test(await why(world())));
      assert.equal((await world().ask("/api/products")).status, 200, "the old pods still serve");
      await cure(world());
      await world().until("the release is gone", () => isRolledOut(world()));
    }
  });
}

/** Does what does not help first. */
async function undoneAtLast(world: RehearsedWorld): Promise<void> {
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
}
