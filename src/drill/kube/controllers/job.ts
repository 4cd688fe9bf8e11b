import type { KubeObject } from "../../contract.ts";
import { timestamp } from "../json.ts";
import { randomSuffix } from "../names.ts";
import { podStatusOf, workloadSpecOf, workloadStatusOf, type Condition } from "../objects.ts";
import { createPod, isActive, objectOfKey, ownedBy, podFromTemplate, putStatus, watchOwners, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";

const COMPONENT = "job-controller";

/** Runs Jobs' pods to completion, again after failures up to the limit. */
export function startJobController(services: ControllerServices): void {
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const job = objectOfKey(services.store, "Job", key);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    reconcile(services, job);
  });
  watchOwners(services.store, "Job", ["Pod"], (key) => {
    queue.add(key);
  });
}

function isOver(job: KubeObject): boolean {
  return (workloadStatusOf(job).conditions ?? []).some((condition) => (condition.type === "Complete" || condition.type === "Failed") && condition.status === "True");
}

function reconcile(services: ControllerServices, job: KubeObject): void {
  const labelled = withSelector(services, job);
  if (isOver(labelled)) return;
  const spec = workloadSpecOf(labelled);
  const pods = ownedBy(services.store, "Pod", labelled);
  const active = pods.filter((pod) => isActive(pod)).length;
  const succeeded = pods.filter((pod) => podStatusOf(pod).phase === "Succeeded").length;
  const failed = pods.filter((pod) => podStatusOf(pod).phase === "Failed").length;
  const wanted = spec.completions ?? 1;
  const isFailed = failed > (spec.backoffLimit ?? 6);
  if (!isFailed && spec.suspend !== true) {
    for (let missing = Math.min(spec.parallelism ?? 1, wanted - succeeded) - active; missing > 0; missing -= 1) {
      const name = `${labelled.metadata.name}-${randomSuffix(services.random, 5)}`;
      createPod(services, labelled, podFromTemplate(labelled, spec.template, name), COMPONENT, `Created pod: ${name}`);
    }
  }
  writeStatus(services, labelled, { succeeded, failed, isFailed, isComplete: succeeded >= wanted });
}

/** The API server gives a new Job its selector and labels. */
function withSelector(services: ControllerServices, job: KubeObject): KubeObject {
  if (workloadSpecOf(job).selector !== undefined) return job;
  const updated = services.store.update("Job", job.metadata.namespace, job.metadata.name, (copy) => {
    const uid = copy.metadata.uid ?? "";
    const identity = { "batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": copy.metadata.name, "controller-uid": uid, "job-name": copy.metadata.name };
    const template = workloadSpecOf(copy).template;
    template.metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...identity } };
    copy.spec = { ...copy.spec, selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } }, template };
    copy.metadata.labels = { ...copy.metadata.labels, ...template.metadata.labels };
    return copy;
  });
  return updated ?? job;
}

function writeStatus(services: ControllerServices, job: KubeObject, facts: { succeeded: number; failed: number; isFailed: boolean; isComplete: boolean }): void {
  const now = timestamp(services.clock.now());
  const before = workloadStatusOf(job);
  const pods = ownedBy(services.store, "Pod", job).filter((pod) => isActive(pod));
  const conditions: Condition[] = [...(before.conditions ?? [])];
  if (facts.isComplete) {
    conditions.push({ type: "Complete", status: "True", lastProbeTime: now, lastTransitionTime: now });
    services.store.event(job, "Normal", "Completed", "Job completed", COMPONENT);
  } else if (facts.isFailed) {
    const message = "Job has reached the specified backoff limit";
    conditions.push({ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message, lastProbeTime: now, lastTransitionTime: now });
    services.store.event(job, "Warning", "BackoffLimitExceeded", message, COMPONENT);
  }
  putStatus(services.store, job, {
    ...(conditions.length === 0 ? {} : { conditions }),
    startTime: before.startTime ?? now,
    ...(facts.isComplete ? { completionTime: now } : {}),
    ...(pods.length === 0 ? {} : { active: pods.length }),
    ready: pods.filter((pod) => podStatusOf(pod).phase === "Running").length,
    ...(facts.succeeded === 0 ? {} : { succeeded: facts.succeeded }),
    ...(facts.failed === 0 ? {} : { failed: facts.failed }),
  });
}
