import { flagIs, flagText, print, type Call } from "../call.ts";
import { resolveType, type ApiResource } from "../discovery.ts";
import { ApiStatusError, KubectlFailure } from "../failure.ts";
import { fetchObject, fetchObjects, NO_QUERY } from "../fetch.ts";
import { at, isObject, jsonEquals, listAt, numberAt, objectAt, textAt, type Json, type JsonObject } from "../json.ts";
import { selectorOf } from "../pods.ts";
import { patchWorkload, type Workload } from "../workloads.ts";
import { ROLLOUT_HASH, ROLLOUT_REVISION } from "../revisions.ts";
import { parseRevision } from "./history.ts";

/** A Rollout as it is now. Throws in the plugin's words. */
export async function fetchRollout(call: Call, resource: ApiResource, name: string): Promise<JsonObject> {
  try {
    return await fetchObject(call, resource, call.namespace, name);
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    throw new KubectlFailure(error.status === 404 ? missingRollout(name) : `Error: ${error.message}`);
  }
}

/** The plugin's words for a Rollout that is not there: its lister names the type in the singular. */
export function missingRollout(name: string): string {
  return `Error: rollout.argoproj.io ${JSON.stringify(name)} not found`;
}

/** `kubectl argo rollouts abort NAME`: back to the stable version. */
export async function runArgoAbort(call: Call): Promise<number> {
  return await eachRollout(call, async (rollout) => {
    await patchStatus(call, rollout, { status: { abort: true } });
    return "aborted";
  });
}

/** `kubectl argo rollouts promote NAME`: past the pause, past a step (`--skip-current-step`, `--skip-all-steps`), or all the way (`--full`). */
export async function runArgoPromote(call: Call): Promise<number> {
  const { operation } = call;
  const [full, one, all] = ["full", "skip-current-step", "skip-all-steps"].map((flag) => flagIs(operation, flag)) as [boolean, boolean, boolean];
  if (one && all) throw new KubectlFailure("Error: Cannot use skip-current-step and skip-all-steps flags at the same time");
  return await eachRollout(call, async (rollout) => {
    if (one || all) checkSteps(rollout.object);
    const { spec, status, both } = promotion(rollout.object, { full, one, all });
    if (status !== undefined) await patchStatus(call, rollout, status, both);
    if (spec !== undefined) await patchWorkload(call, rollout, spec, "merge-patch", {});
    return full ? "fully promoted" : "promoted";
  });
}

/** `kubectl argo rollouts undo NAME`: a former pod template. */
export async function runArgoUndo(call: Call): Promise<number> {
  const toRevision = parseRevision(flagText(call.operation, "to-revision"));
  return await eachRollout(call, async (rollout) => {
    const template = withoutHash(objectAt(await revisionOf(call, rollout, toRevision), "spec", "template"));
    if (jsonEquals(template, withoutHash(objectAt(rollout.object, "spec", "template")))) return undefined;
    await patchWorkload(call, rollout, [{ op: "replace", path: "/spec/template", value: template }], "json-patch", {});
    return "undo";
  });
}

/** Changes each named Rollout; `undefined` means that its template is already the wanted one. */
async function eachRollout(call: Call, change: (rollout: Workload) => Promise<string | undefined>): Promise<number> {
  const { operation } = call;
  const resource = await resolveType(call.cluster, "rollouts.argoproj.io", call.signal);
  for (const name of call.operation.positionals) {
    try {
      const object = await fetchObject(call, resource, call.namespace, name);
      const done = await change({ resource, object, namespace: call.namespace, name });
      await print(call, done === undefined ? `skipped rollback (current template already matches revision ${flagText(operation, "to-revision") ?? "0"})` : `rollout '${name}' ${done}\n`);
    } catch (error) {
      // The plugin words refusals without kubectl's prefix.
      if (error instanceof ApiStatusError) throw new KubectlFailure(`Error: ${error.message}`);
      throw error;
    }
  }
  return 0;
}

/** Rollouts before 0.10 have no status subresource: there one patch changes all. */
async function patchStatus(call: Call, rollout: Workload, patch: Json, without: Json = patch): Promise<void> {
  try {
    await patchWorkload(call, rollout, patch, "merge-patch", { subresource: "status" });
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.status !== 404) throw error;
    await patchWorkload(call, rollout, without, "merge-patch", {});
  }
}

function checkSteps(rollout: JsonObject): void {
  if (isObject(at(rollout, "spec", "strategy", "blueGreen"))) throw new KubectlFailure("Error: Cannot skip steps of a bluegreen rollout. Run without a flags");
  if (listAt(rollout, "spec", "strategy", "canary", "steps").length === 0) throw new KubectlFailure("Error: Cannot skip steps of a rollout without steps");
}

interface Promotion {
  readonly spec?: Json;
  readonly status?: Json;
  /** For servers without the status subresource. */
  readonly both?: Json;
}

function promotion(rollout: JsonObject, flags: { readonly full: boolean; readonly one: boolean; readonly all: boolean }): Promotion {
  const steps = listAt(rollout, "spec", "strategy", "canary", "steps").length;
  const next = Math.min(numberAt(rollout, "status", "currentStepIndex") + 1, steps);
  const toStep = (currentStepIndex: number): Promotion => ({ status: { status: { currentStepIndex } } });
  if (flags.one) return toStep(next);
  if (flags.all) return toStep(steps);
  const paused = at(rollout, "spec", "paused") === true ? { spec: { spec: { paused: false } } } : {};
  if (flags.full) {
    const isNew = textAt(rollout, "status", "currentPodHash") !== textAt(rollout, "status", "stableRS");
    return { ...paused, ...(isNew ? { status: { status: { promoteFull: true } } } : {}), both: { spec: { paused: false }, status: { promoteFull: true } } };
  }
  const both = { spec: { paused: false }, status: { pauseConditions: null } };
  if (listAt(rollout, "status", "pauseConditions").length > 0) return { ...paused, status: { status: { pauseConditions: null } }, both };
  if (steps === 0) return { ...paused, both };
  const status = { pauseConditions: null, currentStepIndex: next };
  return { ...paused, status: { status }, both: { spec: { paused: false }, status } };
}

async function revisionOf(call: Call, rollout: Workload, toRevision: number): Promise<JsonObject> {
  const resource = await resolveType(call.cluster, "replicasets.apps", call.signal);
  const sets = await fetchObjects(call, resource, undefined, { ...NO_QUERY, labelSelector: selectorOf(rollout.object) });
  const uid = textAt(rollout.object, "metadata", "uid");
  const number = (set: JsonObject): number => Number(textAt(set, "metadata", "annotations", ROLLOUT_REVISION) || "0");
  const own = sets.filter((set) => number(set) > 0 && listAt(set, "metadata", "ownerReferences").some((owner) => textAt(owner, "uid") === uid)).sort((a, b) => number(b) - number(a));
  const found = toRevision === 0 ? own[1] : own.find((set) => number(set) === toRevision);
  if (found !== undefined) return found;
  throw new KubectlFailure(toRevision === 0 ? `Error: no revision found for rollout ${JSON.stringify(rollout.name)}` : `Error: unable to find specified revision ${String(toRevision)} in history`);
}

function withoutHash(template: JsonObject): JsonObject {
  const labels = Object.fromEntries(Object.entries(objectAt(template, "metadata", "labels")).filter(([key]) => key !== ROLLOUT_HASH));
  return { ...template, metadata: { ...objectAt(template, "metadata"), labels } };
}
