import { dryRunOf, flagIs, flagText, printDone, type Call } from "./call.ts";
import { startDeadline } from "./deadline.ts";
import { objectName, resourcePath } from "./discovery.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { listFailures } from "./failures.ts";
import { queryText } from "./fetch.ts";
import { goJson } from "./goJson.ts";
import { numberAt, objectAt, parseJson, type Json } from "./json.ts";
import { parseDuration } from "./time.ts";
import { patchWorkload, selectWorkloads, type Workload } from "./workloads.ts";

const POLL_MS = 1000;

/** `kubectl scale`: a merge patch on the scale of each object. */
export async function runScale(call: Call): Promise<number> {
  const { operation } = call;
  const replicas = Number(flagText(operation, "replicas") ?? "-1");
  if (!Number.isInteger(replicas) || replicas < 0) throw new KubectlFailure("error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  const { workloads, failures } = await selectWorkloads(call, operation.positionals, flagIs(operation, "all"));
  if (workloads.length === 0) throw new KubectlFailure("error: no objects passed to scale");
  const dryRun = dryRunOf(operation);
  for (const workload of workloads) {
    if (dryRun !== "client") await scaleOne(call, workload, replicas, dryRun === "server");
    await printDone(call, objectName(workload.resource, workload.name), "scaled", dryRun);
  }
  return await listFailures(call, failures);
}

async function scaleOne(call: Call, workload: Workload, replicas: number, isDryRun: boolean): Promise<void> {
  const expected = Number(flagText(call.operation, "current-replicas") ?? "-1");
  if (expected >= 0) {
    const scale = await scaleOf(call, workload);
    const current = numberAt(scale, "spec", "replicas");
    if (current !== expected) throw new KubectlFailure(`error: Expected replicas to be ${String(expected)}, was ${String(current)}`);
    await replaceScale(call, workload, scale, replicas, isDryRun);
  } else await patchWorkload(call, workload, { spec: { replicas } }, "merge-patch", { subresource: "scale", isDryRun });
  const timeout = flagText(call.operation, "timeout");
  const timeoutMs = timeout === undefined ? 0 : parseDuration(timeout, "timeout");
  if (timeoutMs > 0 && !isDryRun) await waitForReplicas(call, workload, replicas, timeoutMs);
}

async function scaleOf(call: Call, workload: Workload): Promise<Json> {
  const path = resourcePath(workload.resource, workload.namespace, workload.name, "scale");
  return parseJson(requireSuccess(await call.cluster.request({ method: "GET", path, accept: "application/json" }, call.signal)).text) ?? null;
}

/** Writes the scale as it was read, so that a change in between is refused (its `resourceVersion` goes along). */
async function replaceScale(call: Call, workload: Workload, scale: Json, replicas: number, isDryRun: boolean): Promise<void> {
  const path = resourcePath(workload.resource, workload.namespace, workload.name, "scale") + queryText([["dryRun", isDryRun ? "All" : undefined]]);
  const body = goJson({ ...objectAt(scale), spec: { ...objectAt(scale, "spec"), replicas } }, "");
  requireSuccess(await call.cluster.request({ method: "PUT", path, accept: "application/json", contentType: "application/json", body }, call.signal));
}

async function waitForReplicas(call: Call, workload: Workload, replicas: number, timeoutMs: number): Promise<void> {
  const deadline = startDeadline(call.ports.clock, timeoutMs, call.signal);
  try {
    for (;;) {
      const scale = await scaleOf(call, workload);
      if (numberAt(scale, "spec", "replicas") === replicas && numberAt(scale, "status", "replicas") === replicas) return;
      await call.ports.clock.sleep(POLL_MS, deadline.signal);
    }
  } catch (error) {
    if (deadline.hasPassed()) throw new KubectlFailure(`error: timed out waiting for ${JSON.stringify(workload.name)} to be synced`);
    throw error;
  } finally {
    deadline.stop();
  }
}
