import { DEPLOYMENT_REVISION } from "../revisions.ts";
import { flagIs, flagText, print, printError, type Call } from "../call.ts";
import { startDeadline } from "../deadline.ts";
import { KubectlFailure } from "../failure.ts";
import { listFailures } from "../failures.ts";
import { at, isObject, listAt, numberAt, textAt, type JsonObject } from "../json.ts";
import { parseDuration } from "../time.ts";
import { watchObjects } from "../watch.ts";
import { selectWorkloads, type Workload } from "../workloads.ts";
import { readRevision } from "./history.ts";

interface Progress {
  readonly text: string;
  readonly isDone: boolean;
}

/** kubectl's "for ever" where no `--timeout` is given: nothing ends a rollout but itself and the person. */
const NO_LIMIT_MS = 168 * 3_600_000;

/** `kubectl rollout status`: prints a line for every change until the rollout is done. */
export async function runRolloutStatus(call: Call): Promise<number> {
  const revision = readRevision(call);
  const { workloads, failures } = await selectWorkloads(call, call.operation.positionals, true);
  const wanted = { revision, timeoutMs: parseDuration(flagText(call.operation, "timeout") ?? "0s", "timeout") };
  for (const [index, workload] of workloads.entries()) {
    // Of a rollout that is done what was just read is the answer; kubectl lists it again. Others have been waited for since they were read.
    const { text, isDone } = index === 0 ? progressOf(workload.object, wanted.revision) : { text: "", isDone: false };
    if (isDone) await print(call, text);
    else await followRollout(call, workload, wanted);
  }
  if (workloads.length === 0 && failures.length === 0) await printError(call, `No resources found in ${call.namespace} namespace.\n`);
  return await listFailures(call, failures);
}

async function followRollout(call: Call, workload: Workload, { revision, timeoutMs }: { readonly revision: number; readonly timeoutMs: number }): Promise<void> {
  const deadline = startDeadline(call.ports.clock, timeoutMs === 0 ? NO_LIMIT_MS : timeoutMs, call.signal);
  const isFollowing = flagIs(call.operation, "watch", true);
  const { resource, namespace, name } = workload;
  const target = { cluster: call.cluster, clock: call.ports.clock, resource, namespace, labelSelector: undefined, fieldSelector: `metadata.name=${name}` };
  let lastVersion = "";
  try {
    for await (const event of watchObjects(target, deadline.signal)) {
      const object = event.type === "listed" ? event.objects[0] : event.object;
      if (event.type === "DELETED" || (object === undefined && lastVersion !== "")) throw new KubectlFailure("error: object has been deleted");
      if (object === undefined || textAt(object, "metadata", "resourceVersion") === lastVersion) continue;
      lastVersion = textAt(object, "metadata", "resourceVersion");
      const progress = progressOf(object, revision);
      await print(call, progress.text);
      if (progress.isDone || !isFollowing) return;
    }
  } catch (error) {
    if (deadline.hasPassed()) throw new KubectlFailure("error: timed out waiting for the condition");
    throw error;
  } finally {
    deadline.stop();
  }
}

function progressOf(object: JsonObject, revision: number): Progress {
  const kind = textAt(object, "kind");
  if (kind === "Deployment") return deploymentProgress(object, revision);
  if (kind === "StatefulSet") return statefulSetProgress(object);
  if (kind === "DaemonSet") return daemonSetProgress(object);
  throw new KubectlFailure(`error: no status viewer has been implemented for ${kind}`);
}

const waiting = (text: string): Progress => ({ text: `${text}\n`, isDone: false });
const done = (text: string): Progress => ({ text: `${text}\n`, isDone: true });

function deploymentProgress(object: JsonObject, revision: number): Progress {
  const name = JSON.stringify(textAt(object, "metadata", "name"));
  const status = (field: string): number => numberAt(object, "status", field);
  if (revision > 0) {
    const running = Number(textAt(object, "metadata", "annotations", DEPLOYMENT_REVISION));
    if (running !== revision) throw new KubectlFailure(`error: desired revision (${String(revision)}) is different from the running revision (${String(running)})`);
  }
  if (numberAt(object, "metadata", "generation") > status("observedGeneration")) return waiting("Waiting for deployment spec update to be observed...");
  const progressing = listAt(object, "status", "conditions").find((condition) => textAt(condition, "type") === "Progressing");
  if (textAt(progressing, "reason") === "ProgressDeadlineExceeded") throw new KubectlFailure(`error: deployment ${name} exceeded its progress deadline`);
  const [updated, total, available] = [status("updatedReplicas"), status("replicas"), status("availableReplicas")];
  const wanted = at(object, "spec", "replicas");
  if (typeof wanted === "number" && updated < wanted) {
    return waiting(`Waiting for deployment ${name} rollout to finish: ${String(updated)} out of ${String(wanted)} new replicas have been updated...`);
  }
  if (total > updated) return waiting(`Waiting for deployment ${name} rollout to finish: ${String(total - updated)} old replicas are pending termination...`);
  if (available < updated) return waiting(`Waiting for deployment ${name} rollout to finish: ${String(available)} of ${String(updated)} updated replicas are available...`);
  return done(`deployment ${name} successfully rolled out`);
}

function statefulSetProgress(object: JsonObject): Progress {
  const status = (field: string): number => numberAt(object, "status", field);
  if (textAt(object, "spec", "updateStrategy", "type") !== "RollingUpdate") throw new KubectlFailure("error: rollout status is only available for RollingUpdate strategy type");
  if (status("observedGeneration") === 0 || numberAt(object, "metadata", "generation") > status("observedGeneration")) {
    return waiting("Waiting for statefulset spec update to be observed...");
  }
  const wanted = at(object, "spec", "replicas");
  const updated = status("updatedReplicas");
  if (typeof wanted === "number" && status("readyReplicas") < wanted) return waiting(`Waiting for ${String(wanted - status("readyReplicas"))} pods to be ready...`);
  const rolling = at(object, "spec", "updateStrategy", "rollingUpdate");
  if (isObject(rolling)) {
    const partition = at(rolling, "partition");
    if (typeof wanted === "number" && typeof partition === "number" && updated < wanted - partition) {
      return waiting(`Waiting for partitioned roll out to finish: ${String(updated)} out of ${String(wanted - partition)} new pods have been updated...`);
    }
    return done(`partitioned roll out complete: ${String(updated)} new pods have been updated...`);
  }
  const update = textAt(object, "status", "updateRevision");
  if (update !== textAt(object, "status", "currentRevision")) {
    return waiting(`waiting for statefulset rolling update to complete ${String(updated)} pods at revision ${update}...`);
  }
  return done(`statefulset rolling update complete ${String(status("currentReplicas"))} pods at revision ${textAt(object, "status", "currentRevision")}...`);
}

function daemonSetProgress(object: JsonObject): Progress {
  const name = JSON.stringify(textAt(object, "metadata", "name"));
  const status = (field: string): number => numberAt(object, "status", field);
  if (textAt(object, "spec", "updateStrategy", "type") !== "RollingUpdate") throw new KubectlFailure("error: rollout status is only available for RollingUpdate strategy type");
  if (numberAt(object, "metadata", "generation") > status("observedGeneration")) return waiting("Waiting for daemon set spec update to be observed...");
  const [updated, wanted, available] = [status("updatedNumberScheduled"), status("desiredNumberScheduled"), status("numberAvailable")];
  if (updated < wanted) return waiting(`Waiting for daemon set ${name} rollout to finish: ${String(updated)} out of ${String(wanted)} new pods have been updated...`);
  if (available < wanted) return waiting(`Waiting for daemon set ${name} rollout to finish: ${String(available)} of ${String(wanted)} updated pods are available...`);
  return done(`daemon set ${name} successfully rolled out`);
}
