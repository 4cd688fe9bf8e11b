import assert from "node:assert/strict";
import { FakeCluster } from "./fakeCluster.ts";
import { runKubectl, stillClock } from "./fakes.ts";

const PATH = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web";
const still = { clock: stillClock(0) };

const template = (image: string, labels: Readonly<Record<string, string>> = {}): unknown => ({ metadata: { labels: { app: "web", ...labels } }, spec: { containers: [{ name: "c", image }] } });

const set = (revision: number, image: string): unknown => ({
  metadata: { name: `web-${String(revision)}`, annotations: { "rollout.argoproj.io/revision": String(revision) }, ownerReferences: [{ uid: "u1", controller: true }] },
  spec: { template: template(image, { "rollouts-pod-template-hash": String(revision) }) },
});

/** A cluster with one Rollout, and its ReplicaSets. */
function cluster(rollout: Readonly<Record<string, unknown>> = {}): FakeCluster {
  const types = (name: string, kind: string): unknown => ({ resources: [{ name, singularName: kind.toLowerCase(), namespaced: true, kind, verbs: ["list", "get", "patch"] }] });
  return new FakeCluster()
    .reply("GET /apis", { json: { kind: "APIGroupList", groups: ["apps/v1", "argoproj.io/v1alpha1"].map((text) => ({ name: text.split("/")[0], preferredVersion: { version: text.split("/")[1] }, versions: [{ version: text.split("/")[1] }] })) } })
    .reply("GET /apis/argoproj.io/v1alpha1", { json: types("rollouts", "Rollout") })
    .reply("GET /apis/apps/v1", { json: types("replicasets", "ReplicaSet") })
    .reply(`GET ${PATH}`, { json: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "web", uid: "u1" }, spec: { selector: { matchLabels: { app: "web" } }, template: template("web:3"), strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } }, status: { currentStepIndex: 1 }, ...rollout } })
    .reply("GET /apis/apps/v1/namespaces/shop/replicasets", { json: { kind: "ReplicaSetList", apiVersion: "apps/v1", metadata: {}, items: [set(1, "web:1"), set(3, "web:3"), set(2, "web:2")] } })
    .reply(`PATCH ${PATH}`, { json: {} })
    .reply(`PATCH ${PATH}/status`, { json: {} });
}

const patches = (from: FakeCluster): unknown => from.asked.filter(({ method }) => method === "PATCH").map(({ path, contentType, body }) => [path.replace(PATH, ""), contentType, JSON.parse(body ?? "")]);

describe("kubectl argo rollouts in process", () => {
  const MERGE = "application/merge-patch+json";
  const table: readonly (readonly [argv: string, rollout: Readonly<Record<string, unknown>>, sent: unknown, said: string])[] = [
    ["abort web", {}, [["/status", MERGE, { status: { abort: true } }]], "rollout 'web' aborted\n"],
    ["promote web", {}, [["/status", MERGE, { status: { pauseConditions: null, currentStepIndex: 2 } }]], "rollout 'web' promoted\n"],
    ["promote web", { status: { currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep" }] } }, [["/status", MERGE, { status: { pauseConditions: null } }]], "rollout 'web' promoted\n"],
    ["promote web --skip-all-steps", {}, [["/status", MERGE, { status: { currentStepIndex: 2 } }]], "rollout 'web' promoted\n"],
    ["promote web --full", { status: { currentPodHash: "a", stableRS: "b" } }, [["/status", MERGE, { status: { promoteFull: true } }]], "rollout 'web' fully promoted\n"],
    ["promote web --full", { status: { currentPodHash: "a", stableRS: "a" } }, [], "rollout 'web' fully promoted\n"],
    ["undo web", {}, [["", "application/json-patch+json", [{ op: "replace", path: "/spec/template", value: template("web:2") }]]], "rollout 'web' undo\n"],
    ["undo web --to-revision=1", {}, [["", "application/json-patch+json", [{ op: "replace", path: "/spec/template", value: template("web:1") }]]], "rollout 'web' undo\n"],
  ];
  for (const [argv, rollout, sent, said] of table) {
    it(`${argv} ${JSON.stringify(rollout)}`, async () => {
      const server = cluster(rollout);
      assert.deepEqual(await runKubectl(server, ["argo", "rollouts", ...argv.split(" ")], still), { stdout: said, stderr: "", exitCode: 0 });
      assert.deepEqual(patches(server), sent);
    });
  }

  it("changes everything in one patch where there is no status subresource", async () => {
    const server = cluster().reply(`PATCH ${PATH}/status`, { status: 404, json: { kind: "Status", code: 404, reason: "NotFound", message: "not found" } });
    await runKubectl(server, ["argo", "rollouts", "abort", "web"], still);
    assert.deepEqual(patches(server), [["/status", MERGE, { status: { abort: true } }], ["", MERGE, { status: { abort: true } }]]);
  });

  it("says what is not there, and where nothing would change", async () => {
    const missing = cluster().reply(`GET ${PATH}`, { status: 404, json: { kind: "Status", code: 404, reason: "NotFound", message: 'rollouts.argoproj.io "web" not found' } });
    assert.deepEqual(await runKubectl(missing, ["argo", "rollouts", "abort", "web"], still), { stdout: "", stderr: 'Error: rollouts.argoproj.io "web" not found\n', exitCode: 1 });
    const ran = await runKubectl(cluster(), ["argo", "rollouts", "undo", "web", "--to-revision=3"], still);
    assert.deepEqual(ran, { stdout: "skipped rollback (current template already matches revision 3)", stderr: "", exitCode: 0 });
  });
});
