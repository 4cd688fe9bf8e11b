import { dryRunOf, flagText, printDone, type Call } from "../call.ts";
import { objectName } from "../discovery.ts";
import { ApiStatusError, KubectlFailure } from "../failure.ts";
import { listFailures } from "../failures.ts";
import { at, isJsonList, isObject, jsonEquals, objectAt, type Json, type JsonObject } from "../json.ts";
import { DEPLOYMENT_REVISION } from "../revisions.ts";
import { patchWorkload, replicaSetsOf, selectWorkloads, type Workload } from "../workloads.ts";
import { noRevisions, parseRevision, revisionNumber, revisionsOf, revisionTemplate } from "./history.ts";

/** Annotations that stay the deployment's own; all others come from the ReplicaSet. */
const KEPT = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  DEPLOYMENT_REVISION,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
]);

/** `kubectl rollout undo` of deployments, stateful sets and daemon sets. */
export async function runRolloutUndo(call: Call): Promise<number> {
  const { workloads, failures } = await selectWorkloads(call, call.operation.positionals, true);
  const refusals: (ApiStatusError | KubectlFailure)[] = [...failures];
  for (const workload of workloads) {
    try {
      await printDone(call, objectName(workload.resource, workload.name), await undo(call, workload));
    } catch (error) {
      if (!(error instanceof KubectlFailure)) throw error;
      refusals.push(error);
    }
  }
  return await listFailures(call, refusals);
}

async function undo(call: Call, workload: Workload): Promise<string> {
  const { kind } = workload.resource;
  const toRevision = parseRevision(flagText(call.operation, "to-revision"));
  if (kind === "Deployment") return await undoDeployment(call, workload, toRevision);
  if (kind === "StatefulSet" || kind === "DaemonSet") return await undoRevision(call, workload, toRevision);
  throw noRevisions(workload.resource, "rollbacker", "rollbacker");
}

/** Stateful sets and daemon sets keep their revisions as patches, which are sent as they were kept. */
async function undoRevision(call: Call, workload: Workload, toRevision: number): Promise<string> {
  const revisions = [...(await revisionsOf(call, workload))].sort((a, b) => a.number - b.number);
  if (toRevision === 0 && revisions.length <= 1) throw new KubectlFailure("error: no last revision to roll back to");
  const found = toRevision === 0 ? revisions.at(-2) : revisions.find(({ number }) => number === toRevision);
  if (found === undefined) throw new KubectlFailure(`error: unable to find specified revision ${String(toRevision)} in history`);
  if (jsonEquals(tidy(revisionTemplate(found.object)), tidy(objectAt(workload.object, "spec", "template")))) {
    return `skipped rollback (current template already matches revision ${String(toRevision)})${dryRunMark(call)}`;
  }
  const isDryRun = dryRunOf(call.operation) === "server";
  await restoring(toRevision, patchWorkload(call, workload, objectAt(found.object, "data"), "strategic-merge-patch", { isDryRun }));
  return `rolled back${dryRunMark(call)}`;
}

function dryRunMark(call: Call): string {
  return dryRunOf(call.operation) === "server" ? " (server dry run)" : "";
}

/** Words a refused patch as kubectl does. */
async function restoring(toRevision: number, patch: Promise<JsonObject>): Promise<void> {
  try {
    await patch;
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    throw new KubectlFailure(`error: failed restoring revision ${String(toRevision)}: ${error.message}`);
  }
}

async function undoDeployment(call: Call, workload: Workload, toRevision: number): Promise<string> {
  const { object } = workload;
  const replicaSet = wantedReplicaSet(await replicaSetsOf(call, workload), toRevision, workload.name);
  if (at(object, "spec", "paused") === true) {
    throw new KubectlFailure("error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  }
  const template = withoutHash(objectAt(replicaSet, "spec", "template"));
  if (jsonEquals(tidy(template), tidy(withoutHash(objectAt(object, "spec", "template"))))) {
    return `skipped rollback (current template already matches revision ${String(toRevision)})${dryRunMark(call)}`;
  }
  const own = Object.entries(objectAt(object, "metadata", "annotations")).filter(([key]) => KEPT.has(key));
  const former = Object.entries(objectAt(replicaSet, "metadata", "annotations")).filter(([key]) => !KEPT.has(key));
  const patch = [
    { op: "replace", path: "/spec/template", value: template },
    { op: "replace", path: "/metadata/annotations", value: Object.fromEntries([...own, ...former]) },
  ];
  const isDryRun = dryRunOf(call.operation) === "server";
  await restoring(toRevision, patchWorkload(call, workload, patch, "json-patch", { isDryRun }));
  return `rolled back${dryRunMark(call)}`;
}

/** Revision 0 means the one before the newest. */
function wantedReplicaSet(sets: readonly JsonObject[], toRevision: number, name: string): JsonObject {
  const byAge = sets.filter((set) => revisionNumber(set) > 0).sort((a, b) => revisionNumber(b) - revisionNumber(a));
  const found = toRevision === 0 ? byAge[1] : byAge.find((set) => revisionNumber(set) === toRevision);
  if (found !== undefined) return found;
  throw new KubectlFailure(toRevision === 0 ? `error: no rollout history found for deployment ${JSON.stringify(name)}` : `error: unable to find specified revision ${String(toRevision)} in history`);
}

function withoutHash(template: JsonObject): JsonObject {
  const labels = Object.fromEntries(Object.entries(objectAt(template, "metadata", "labels")).filter(([key]) => key !== "pod-template-hash"));
  return { ...template, metadata: { ...objectAt(template, "metadata"), labels } };
}

/** Drops what Go's typed comparison does not see: nulls and empty lists and objects. */
function tidy(value: Json): Json {
  if (isJsonList(value)) return value.map(tidy);
  if (!isObject(value)) return value;
  const kept = Object.entries(value)
    .map(([key, child]) => [key, tidy(child)] as const)
    .filter(([, child]) => child !== null && !(typeof child === "object" && Object.keys(child).length === 0));
  return Object.fromEntries(kept);
}
