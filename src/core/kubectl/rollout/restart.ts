import { flagText, printDone, printError, type Call } from "../call.ts";
import { groupResource, objectName } from "../discovery.ts";
import { ApiStatusError, KubectlFailure } from "../failure.ts";
import { listFailures } from "../failures.ts";
import { at, textAt, type JsonObject } from "../json.ts";
import { patchWorkload, selectWorkloads, type Workload } from "../workloads.ts";

const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/** `kubectl rollout restart`: stamps the pod template, which replaces the pods one after the other. */
export async function runRolloutRestart(call: Call): Promise<number> {
  const selected = await selectWorkloads(call, call.operation.positionals, true);
  const failures: (ApiStatusError | KubectlFailure)[] = [...selected.failures];
  if (selected.workloads.length === 0 && failures.length === 0) {
    await printError(call, `No resources found in ${call.namespace} namespace.\n`);
    return 0;
  }
  for (const workload of selected.workloads) {
    try {
      await restart(call, workload);
      await printDone(call, objectName(workload.resource, workload.name), "restarted");
    } catch (error) {
      if (!(error instanceof KubectlFailure)) throw error;
      failures.push(error);
    }
  }
  return await listFailures(call, failures);
}

async function restart(call: Call, workload: Workload): Promise<void> {
  const { object, resource, name } = workload;
  if (!["Deployment", "StatefulSet", "DaemonSet"].includes(resource.kind)) {
    throw new KubectlFailure(`error: ${groupResource(resource)} ${JSON.stringify(name)} restarting is not supported`);
  }
  if (at(object, "spec", "paused") === true) {
    throw new KubectlFailure(`error: ${groupResource(resource)} ${JSON.stringify(name)} can't restart paused deployment (run rollout resume first)`);
  }
  const stamp = rfc3339(call.ports.clock.now(), call.ports.timeZoneOffsetMinutes);
  if (stampOf(object) === stamp) {
    throw new KubectlFailure(
      `error: failed to create patch for ${name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
    );
  }
  const patch = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: stamp } } } } };
  try {
    await patchWorkload(call, workload, patch, "strategic-merge-patch", { fieldManager: flagText(call.operation, "field-manager") ?? "kubectl-rollout" });
  } catch (error) {
    if (error instanceof ApiStatusError) throw new KubectlFailure(`error: failed to patch: ${error.message}`);
    throw error;
  }
}

function stampOf(object: JsonObject): string {
  return textAt(object, "spec", "template", "metadata", "annotations", RESTARTED_AT);
}

/** Go's `time.RFC3339` in the person's zone. */
function rfc3339(now: number, offsetMinutes: (epochMs: number) => number): string {
  const offset = offsetMinutes(now);
  const local = new Date(now + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
