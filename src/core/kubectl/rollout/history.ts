import { flagText, print, type Call } from "../call.ts";
import { objectName } from "../discovery.ts";
import { KubectlFailure } from "../failure.ts";
import { listFailures } from "../failures.ts";
import { alignTabs, DESCRIBE_TABS } from "../tabwriter.ts";
import { textAt, type JsonObject } from "../json.ts";
import { controllerRevisionsOf, replicaSetsOf, selectWorkloads, type Workload } from "../workloads.ts";

const REVISION = "deployment.kubernetes.io/revision";
const CHANGE_CAUSE = "kubernetes.io/change-cause";

/** `kubectl rollout history` without `--revision`, whose output is a description (the binary's). */
export async function runRolloutHistory(call: Call): Promise<number> {
  if (flagText(call.operation, "revision") !== undefined) {
    throw new KubectlFailure("error: kubectl rollout history with --revision does not run in process: it needs the kubectl binary");
  }
  const { workloads, failures } = await selectWorkloads(call, call.operation.positionals, true);
  for (const workload of workloads) {
    await print(call, `${objectName(workload.resource, workload.name)} \n${await historyOf(call, workload)}\n`);
  }
  return await listFailures(call, failures);
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

async function revisionsOf(call: Call, workload: Workload): Promise<readonly { readonly number: number; readonly object: JsonObject }[]> {
  const { kind } = workload.resource;
  if (kind === "Deployment") {
    const sets = await replicaSetsOf(call, workload);
    return sets.map((object) => ({ number: revisionNumber(object), object })).filter(({ number }) => number > 0);
  }
  if (kind === "StatefulSet" || kind === "DaemonSet") {
    return (await controllerRevisionsOf(call, workload)).map((object) => ({ number: Number(textAt(object, "revision")), object }));
  }
  throw new KubectlFailure(`error: no history viewer has been implemented for ${JSON.stringify(workload.resource.group === "" ? kind : `${kind}.${workload.resource.group}`)}`);
}

/** A ReplicaSet's revision, 0 where it has none. */
export function revisionNumber(replicaSet: JsonObject): number {
  return Number(textAt(replicaSet, "metadata", "annotations", REVISION) || "0");
}
