import { dryRunOf, dryRunSuffix, flagIs, flagText, hasSelector, print, printError, selectorText, type Call, type DryRun } from "./call.ts";
import { objectName, resourcePath, type ApiResource } from "./discovery.ts";
import { ApiStatusError, KubectlFailure, requireSuccess } from "./failure.ts";
import { fetchObjects } from "./fetch.ts";
import { goJson } from "./goJson.ts";
import { listFailures } from "./failures.ts";
import { parseJson, textAt, type Json } from "./json.ts";
import { parseTargets } from "./targets.ts";
import { parseDuration } from "./time.ts";
import { waitUntilGone, type WaitObject } from "./waitLoop.ts";

/** kubectl's "for ever" of a delete without `--timeout`. */
const WEEK_MS = 168 * 3_600_000;

/** `kubectl delete` of objects by name, selector or `--all`; waits until they are gone (or came back with another UID). */
export async function runDelete(call: Call): Promise<number> {
  const { operation } = call;
  const grace = gracePeriod(call);
  if (grace === 0) {
    await printError(
      call,
      "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n",
    );
  }
  const objects = await objectsToDelete(call);
  const deleted: WaitObject[] = [];
  const failures: (ApiStatusError | KubectlFailure)[] = [];
  for (const { resource, namespace, name } of objects) {
    try {
      deleted.push({ resource, namespace, name, uid: await deleteOne(call, resource, namespace, name, grace) });
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      if (!(error.reason === "NotFound" && ignoresMissing(call))) failures.push(error);
    }
  }
  if (failures.length > 0) return await listFailures(call, failures);
  if (objects.length === 0) await print(call, "No resources found\n");
  if (!flagIs(operation, "wait", true) || dryRunOf(operation) !== "none") return 0;
  const timeout = flagText(operation, "timeout");
  const timeoutMs = timeout === undefined ? 0 : parseDuration(timeout, "timeout");
  await waitUntilGone(call, deleted, timeoutMs === 0 ? WEEK_MS : timeoutMs);
  return 0;
}

function gracePeriod(call: Call): number | undefined {
  const { operation } = call;
  const text = flagText(operation, "grace-period");
  const given = text === undefined ? -1 : Number(text);
  const isForced = flagIs(operation, "force");
  if (flagIs(operation, "now")) {
    if (given !== -1) throw new KubectlFailure("error: --now and --grace-period cannot be specified together");
    return 1;
  }
  if (given > 0 && isForced) throw new KubectlFailure("error: --force and --grace-period greater than 0 cannot be specified together");
  if (given === 0 && !isForced) return 1;
  if (isForced) return 0;
  return given < 0 ? undefined : given;
}

function ignoresMissing(call: Call): boolean {
  const { operation } = call;
  return flagIs(operation, "ignore-not-found", flagIs(operation, "all") || operation.flags["selector"] !== undefined || operation.flags["field-selector"] !== undefined);
}

async function objectsToDelete(call: Call): Promise<readonly { readonly resource: ApiResource; readonly namespace: string; readonly name: string }[]> {
  const { operation } = call;
  const isSelecting = hasSelector(operation) || flagIs(operation, "all");
  if (hasSelector(operation) && flagIs(operation, "all")) throw new KubectlFailure("error: setting 'all' parameter but found a non empty selector. ");
  const { targets } = await parseTargets(call.cluster, operation.positionals, call.signal, isSelecting);
  const found: { readonly resource: ApiResource; readonly namespace: string; readonly name: string }[] = [];
  for (const { resource, name } of targets) {
    if (name !== undefined) {
      found.push({ resource, namespace: call.namespace, name });
      continue;
    }
    if (!isSelecting) throw new KubectlFailure("error: resource(s) were provided, but no name was specified");
    const query = { labelSelector: selectorText(operation, "selector"), fieldSelector: selectorText(operation, "field-selector"), allNamespaces: flagIs(operation, "all-namespaces"), isWhole: false };
    for (const object of await fetchObjects(call, resource, undefined, query)) {
      found.push({ resource, namespace: textAt(object, "metadata", "namespace"), name: textAt(object, "metadata", "name") });
    }
  }
  return found;
}

/** Sends one DELETE and prints its line; the UID of what was deleted (empty when the server did not say). */
async function deleteOne(call: Call, resource: ApiResource, namespace: string, name: string, grace: number | undefined): Promise<string> {
  const { operation } = call;
  const dryRun = dryRunOf(operation);
  const answer = dryRun === "client" ? null : await sendDelete(call, resource, namespace, name, grace, dryRun);
  const done = `${grace === 0 ? "force deleted" : "deleted"}${dryRunSuffix(dryRun)}`;
  if (flagText(operation, "output") === "name") await print(call, `${objectName(resource, name)}\n`);
  else await print(call, `${deletedKind(resource)} ${JSON.stringify(name)} ${done}\n`);
  return textAt(answer, "kind") === "Status" ? textAt(answer, "details", "uid") : textAt(answer, "metadata", "uid");
}

async function sendDelete(call: Call, resource: ApiResource, namespace: string, name: string, grace: number | undefined, dryRun: DryRun): Promise<Json> {
  const cascade = flagText(call.operation, "cascade") ?? "background";
  const propagationPolicy = cascade === "orphan" ? "Orphan" : cascade === "foreground" ? "Foreground" : "Background";
  const options = { propagationPolicy, ...(dryRun === "server" ? { dryRun: ["All"] } : {}), ...(grace === undefined ? {} : { gracePeriodSeconds: grace }) };
  const response = await call.cluster.request(
    { method: "DELETE", path: resourcePath(resource, namespace, name), accept: "application/json", contentType: "application/json", body: goJson(options, "") },
    call.signal,
  );
  return parseJson(requireSuccess(response).text) ?? null;
}

function deletedKind(resource: ApiResource): string {
  const kind = resource.kind.toLowerCase();
  return resource.group === "" ? kind : `${kind}.${resource.group}`;
}
