import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { at, isJsonList, isObject, parseJson, textAt, type Json, type JsonObject } from "../../../src/core/kubectl/json.ts";
import { rolloutText } from "../../../src/core/kubectl/rollout/argoText.ts";
import type { ClockPort } from "../../../src/core/ports.ts";
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

  const states: readonly (readonly [status: Json, argv: string, ran: { readonly stdout: string; readonly stderr: string; readonly exitCode: number }])[] = [
    [{ phase: "Healthy" }, "--watch=false", { stdout: "Healthy\n", stderr: "", exitCode: 0 }],
    [{ phase: "Paused", message: "BlueGreenPause" }, "--watch=false", { stdout: "Paused - BlueGreenPause\n", stderr: "", exitCode: 0 }],
    [{ phase: "Degraded", message: "RolloutAborted: x" }, "-w=false", { stdout: "Degraded\n", stderr: "Error: The rollout is in a degraded state with message: RolloutAborted: x\n", exitCode: 1 }],
    [{ phase: "Healthy", observedGeneration: "1" }, "--watch=false", { stdout: "Progressing - waiting for rollout spec update to be observed\n", stderr: "", exitCode: 0 }],
    [{ phase: "Paused", controllerPause: true }, "--watch=false", { stdout: "Progressing - waiting for rollout to unpause\n", stderr: "", exitCode: 0 }],
    [{ phase: "Degraded", message: "RolloutAborted: x" }, "", { stdout: "Degraded - RolloutAborted: x\n", stderr: "Error: The rollout is in a degraded state with message: RolloutAborted: x\n", exitCode: 1 }],
    [{ phase: "Healthy" }, "--timeout 5s", { stdout: "Healthy\n", stderr: "", exitCode: 0 }],
  ];
  for (const [status, argv, ran] of states) {
    it(`status ${argv} of ${JSON.stringify(status)}`, async () => {
      const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "web", generation: 2, resourceVersion: "5" }, spec: {}, status };
      const server = cluster(rollout).reply("GET /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts", { json: { kind: "RolloutList", apiVersion: "argoproj.io/v1alpha1", metadata: { resourceVersion: "5" }, items: [rollout] } });
      assert.deepEqual(await runKubectl(server, `argo rollouts status web ${argv}`.trim().split(" "), still), ran);
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

const FIXTURES = resolve(import.meta.dirname, "../../fixtures/argo-rollouts");
const NOW = Date.parse("2026-01-31T12:00:00Z");
const WEEK_MS = 7 * 86_400_000;

/** Objects of the plugin's own tests, all as old as there. */
function recorded(name: string): (kind: string) => readonly JsonObject[] {
  const aged = (value: Json): Json => {
    if (isJsonList(value)) return value.map(aged);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, key === "startedAt" ? new Date(NOW - WEEK_MS).toISOString() : aged(child)]));
  };
  const list = parseJson(readFileSync(join(FIXTURES, `${name}.json`), "utf8"));
  const objects = (isJsonList(list) ? list : []).map(aged).filter(isObject);
  return (kind) => objects.filter((object) => textAt(object, "kind") === kind).map((object) => ({ ...object, metadata: { ...(at(object, "metadata") as JsonObject), creationTimestamp: new Date(NOW - WEEK_MS).toISOString() } }));
}

/** What is printed, without the blanks that a line ends with, as the plugin's tests compare. */
function printed(of: (kind: string) => readonly JsonObject[]): string {
  const text = rolloutText({ rollout: of("Rollout")[0] ?? {}, replicaSets: of("ReplicaSet"), pods: of("Pod"), experiments: of("Experiment"), analysisRuns: of("AnalysisRun"), now: NOW });
  return text.replaceAll(/ +$/gmu, "");
}

describe("kubectl argo rollouts get rollout -w", () => {
  const ROLLOUTS = "GET /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts";
  const rolloutAt = (version: string, phase: string): unknown => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "web", namespace: "shop", uid: "u1", resourceVersion: version }, spec: { replicas: 1, strategy: { blueGreen: {} } }, status: { phase } });
  const listed = (kind: string, ...items: readonly unknown[]): unknown => ({ kind: `${kind}List`, apiVersion: "v1", metadata: { resourceVersion: "1" }, items });
  const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
  /** Watches of the Rollout with these events, then of ReplicaSets and of pods, which stand still. */
  const watched = (...events: readonly string[]): FakeCluster =>
    cluster({}).reply(ROLLOUTS, { json: listed("Rollout", rolloutAt("1", "Progressing")) }).reply("GET /apis/apps/v1/namespaces/shop/replicasets", { json: listed("ReplicaSet") }).reply("GET /api/v1/namespaces/shop/pods", { json: listed("Pod") })
      .streamNext(...events, "forever").streamNext("forever").streamNext("forever");
  /** Pauses pass at once; limits of `limitMs` and less are over once nothing else happens. */
  const clock = (limitMs: number): ClockPort => ({
    now: () => 0,
    sleep: (ms, signal, purpose) => new Promise((done, reject) => {
      if (purpose !== "limit") setImmediate(done);
      else if (ms <= limitMs) setTimeout(done, 50);
      signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
    }),
  });
  const phases = (text: string): readonly string[] => [...text.matchAll(/^Status: +. (\w+)$/gmu)].map(([, phase = ""]) => phase);

  it("shows the tree again when it has changed, and ends with its limit", async () => {
    const server = watched(event("MODIFIED", rolloutAt("2", "Progressing")), event("MODIFIED", rolloutAt("3", "Healthy")));
    const { stdout, stderr, exitCode } = await runKubectl(server, ["argo", "rollouts", "get", "rollout", "web", "-w", "--timeout-seconds", "5"], { clock: clock(5000) });
    assert.deepEqual([phases(stdout), stderr, exitCode], [["Progressing", "Healthy"], "", 0]);
    assert.match(stdout, /\n\nName: /u);
  });

  it("follows until a person ends it", async () => {
    const end = new AbortController();
    const running = runKubectl(watched(), ["argo", "rollouts", "get", "ro", "web", "--watch"], { clock: clock(5000), signal: end.signal, onStdout: () => end.abort(new Error("enough")) });
    await assert.rejects(running, /enough|aborted/u);
  });

  it("says when the Rollout is gone, and goes on", async () => {
    const server = watched(event("DELETED", rolloutAt("2", "Progressing")));
    const { stdout, stderr, exitCode } = await runKubectl(server, ["argo", "rollouts", "get", "rollout", "web", "-w", "--timeout-seconds", "5"], { clock: clock(5000) });
    assert.deepEqual([phases(stdout), stderr, exitCode], [["Progressing"], 'Error: rollout.argoproj.io "web" not found\n', 0]);
  });
});

describe("kubectl argo rollouts get rollout", () => {
  for (const name of ["blue-green", "canary", "experiment-analysis", "experiment-step", "rollout-invalid", "rollout-aborted"]) {
    it(`prints what the plugin prints of ${name}`, () => {
      assert.equal(printed(recorded(name)), readFileSync(join(FIXTURES, `${name}.txt`), "utf8"));
    });
  }

  const delays: readonly (readonly [inMs: number, info: string])[] = [[4 * 3_600_000 - 1000, "delay:3h59m"], [-1000, "delay:passed"]];
  for (const [inMs, info] of delays) {
    it(`tells how long a former version stays: ${info}`, () => {
      const of = recorded("blue-green");
      const deadline = { "rollout.argoproj.io/revision": "11", "scale-down-deadline": new Date(NOW + inMs).toISOString() };
      const late = (kind: string): readonly JsonObject[] => of(kind).map((object) => (textAt(object, "metadata", "name").endsWith("74b948fccb") ? { ...object, metadata: { ...(at(object, "metadata") as JsonObject), annotations: deadline } } : object));
      assert.match(printed(late), new RegExp(`ReplicaSet  ✔ Healthy     7d   preview,${info}\n`, "u"));
    });
  }
});
