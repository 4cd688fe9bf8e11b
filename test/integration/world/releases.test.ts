import assert from "node:assert/strict";
import { needKubectl } from "../../parts/kubectl.ts";
import { APP, CURES, FAULTS, isRolledOut, itEndsWithItsTemplate } from "./badReleases.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

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

  // Each with every cure: releaseCures.slow.test.ts.
  for (const [place, bad] of FAULTS.entries()) itEndsWithItsTemplate(() => world, bad, CURES.slice(place + 1, place + 2));

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

  it("application-slow: new pods are quick, whatever makes them; more pods beside the slow ones, or another cache, are no help", async () => {
    // Longer than a busy machine takes at this rate.
    const slowSeconds = 12;
    const isSlow = async (): Promise<boolean> => Math.max(...(await Promise.all([1, 2, 3, 4].map(async () => (await world.ask("/api/products?size=1")).tookMs)))) >= slowSeconds * 1000;
    const replicas = (count: number): Promise<string> => world.kubectl(`scale ${APP} --replicas=${count}`);
    const wrong = [() => replicas(3), () => world.kubectl("delete pod redis-0 --wait=false"), () => replicas(2)];
    const cures = [() => world.kubectl("delete pods -l app=buildnest --wait=false"), async () => [await replicas(0), await replicas(2)], () => world.kubectl(`rollout restart ${APP}`)];
    for (const [round, cure] of cures.entries()) {
      await world.inject("application-slow", { slowSeconds: String(slowSeconds) });
      await world.until("it shows", isSlow);
      if (round === 0) {
        for (const action of wrong) await action();
        await world.pass(60);
        assert.ok(await isSlow());
        assert.equal(await world.standing("application-slow"), "standing");
      }
      await cure();
      await world.until("the fault is gone", async () => (await isRolledOut(world)) && (await world.standing("application-slow")) === "cured");
      await world.until("answers are quick", async () => !(await isSlow()));
    }
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
