import { flagText, print, type Call } from "../call.ts";
import { objectName } from "../discovery.ts";
import { type ApiStatusError, KubectlFailure } from "../failure.ts";
import { listFailures } from "../failures.ts";
import { alignTabs, DESCRIBE_TABS } from "../tabwriter.ts";
import { objectAt, textAt, type JsonObject } from "../json.ts";
import { DEPLOYMENT_REVISION } from "../revisions.ts";
import { templateText } from "./template.ts";
import { controllerRevisionsOf, replicaSetsOf, selectWorkloads, type Workload } from "../workloads.ts";

const CHANGE_CAUSE = "kubernetes.io/change-cause";

/** `kubectl rollout history`: the revisions, or with `--revision` the pod template of one. */
export async function runRolloutHistory(call: Call): Promise<number> {
  const revision = readRevision(call);
  const { workloads, failures } = await selectWorkloads(call, call.operation.positionals, true);
  const refusals: (ApiStatusError | KubectlFailure)[] = [...failures];
  for (const workload of workloads) {
    try {
      const text = revision > 0 ? await revisionText(call, workload, revision) : await historyOf(call, workload);
      await print(call, `${objectName(workload.resource, workload.name)} ${revision > 0 ? `with revision #${String(revision)}` : ""}\n${text}\n`);
    } catch (error) {
      if (!(error instanceof KubectlFailure)) throw error;
      refusals.push(error);
    }
  }
  return await listFailures(call, refusals);
}

/** `--revision`; 0 where none was given. */
export function readRevision(call: Call): number {
  const revision = parseRevision(flagText(call.operation, "revision"));
  if (revision < 0) throw new KubectlFailure(`error: revision must be a positive integer: ${String(revision)}`);
  return revision;
}

/** kubectl's refusal of a kind that has no revisions; some kinds it does not even know here. */
export function noRevisions({ kind, group }: Workload["resource"], whose: "history" | "rollbacker", noun: string): KubectlFailure {
  const name = JSON.stringify(group === "" ? kind : `${kind}.${group}`);
  if (["Pod", "Job", "CronJob", "ReplicaSet", "ReplicationController"].includes(kind)) return new KubectlFailure(`error: no ${noun} has been implemented for ${name}`);
  return new KubectlFailure(`error: error retrieving ${whose} for ${name}, no visitor method exists for {${group} ${kind}}`);
}

/** A revision's number as Go's flag takes it; 0 where none was given. */
export function parseRevision(text: string | undefined): number {
  return Number(text ?? "0");
}

async function revisionText(call: Call, workload: Workload, revision: number): Promise<string> {
  const found = (await revisionsOf(call, workload)).find(({ number }) => number === revision);
  if (found === undefined) throw new KubectlFailure("error: unable to find the specified revision");
  return templateText(revisionTemplate(found.object), call.ports.clock.now());
}

/** The pod template of a ReplicaSet (its change cause among the annotations) or of a ControllerRevision (whose data is a patch). */
export function revisionTemplate(revision: JsonObject): JsonObject {
  if (textAt(revision, "kind") === "ControllerRevision") {
    return Object.fromEntries(Object.entries(objectAt(revision, "data", "spec", "template")).filter(([key]) => key !== "$patch"));
  }
  const template = objectAt(revision, "spec", "template");
  const cause = textAt(revision, "metadata", "annotations", CHANGE_CAUSE);
  if (cause === "") return template;
  const metadata = objectAt(template, "metadata");
  return { ...template, metadata: { ...metadata, annotations: { ...objectAt(metadata, "annotations"), [CHANGE_CAUSE]: cause } } };
}

async function historyOf(call: Call, workload: Workload): Promise<string> {
  const revisions = new Map<number, string>();
  for (const { number, object } of await revisionsOf(call, workload)) {
    const cause = textAt(object, "metadata", "annotations", CHANGE_CAUSE);
    revisions.set(number, cause === "" ? "<none>" : cause);
  }
  if (revisions.size === 0) return "No rollout history found.";
  const rows = [...revisions].sort(([a], [b]) => a - b).map(([number, cause]) => `${String(number)}\t${cause}\n`);
  return alignTabs(`REVISION\tCHANGE-CAUSE\n${rows.join("")}`, DESCRIBE_TABS);
}

/** A workload's revisions with the objects that keep them, in no order. */
export async function revisionsOf(call: Call, workload: Workload): Promise<readonly { readonly number: number; readonly object: JsonObject }[]> {
  const { kind } = workload.resource;
  if (kind === "Deployment") {
    const sets = await replicaSetsOf(call, workload);
    return sets.map((object) => ({ number: revisionNumber(object), object })).filter(({ number }) => number > 0);
  }
  if (kind === "StatefulSet" || kind === "DaemonSet") {
    return (await controllerRevisionsOf(call, workload)).map((object) => ({ number: Number(textAt(object, "revision")), object }));
  }
  throw noRevisions(workload.resource, "history", "history viewer");
}

/** A ReplicaSet's revision, 0 where it has none. */
export function revisionNumber(replicaSet: JsonObject): number {
  return Number(textAt(replicaSet, "metadata", "annotations", DEPLOYMENT_REVISION) || "0");
}
