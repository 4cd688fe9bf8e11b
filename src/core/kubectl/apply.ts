import { dryRunOf, dryRunSuffix, flagIs, flagList, flagText, print, printError, type Call } from "./call.ts";
import { resourcePath } from "./discovery.ts";
import { ApiStatusError, KubectlFailure, requireSuccess } from "./failure.ts";
import { listFailures } from "./failures.ts";
import { queryText } from "./fetch.ts";
import { goJson } from "./goJson.ts";
import { isObject, parseJson, textAt, type JsonObject } from "./json.ts";
import { readManifests, type Manifest } from "./manifests.ts";
import { changedText } from "./objectPrinter.ts";

const CONFLICT_ADVICE = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

/** `kubectl apply --server-side -f …`: the server merges; conflicts with other managers are its refusal. */
export async function runApply(call: Call): Promise<number> {
  const { operation } = call;
  const dryRun = dryRunOf(operation);
  if (dryRun === "client") throw new KubectlFailure("error: --dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  const { manifests, failures: unplaced } = await readManifests(call, flagList(operation, "filename"));
  if (manifests.length === 0 && unplaced.length === 0) throw new KubectlFailure("error: no objects passed to apply");
  const failures: (ApiStatusError | KubectlFailure)[] = [...unplaced];
  for (const manifest of manifests) {
    try {
      const object = await applyOne(call, manifest, dryRun === "server");
      await warnIfDeleting(call, manifest, object);
      await print(call, changedText(call, { resource: manifest.resource, object }, `serverside-applied${dryRunSuffix(dryRun)}`));
    } catch (error) {
      if (!(error instanceof ApiStatusError || error instanceof KubectlFailure)) throw error;
      failures.push(error);
    }
  }
  return await listFailures(call, failures);
}

async function applyOne(call: Call, manifest: Manifest, isDryRun: boolean): Promise<JsonObject> {
  const { operation, cluster, signal } = call;
  const query = queryText([
    ["dryRun", isDryRun ? "All" : undefined],
    ["fieldManager", flagText(operation, "field-manager") ?? "kubectl"],
    ["fieldValidation", "Strict"],
    ["force", String(flagIs(operation, "force-conflicts"))],
  ]);
  const path = resourcePath(manifest.resource, manifest.namespace === "" ? undefined : manifest.namespace, manifest.name) + query;
  const body = goJson(manifest.object, "");
  try {
    const applied = parseJson(requireSuccess(await cluster.request({ method: "PATCH", path, accept: "application/json", contentType: "application/apply-patch+yaml", body }, signal)).text);
    return isObject(applied) ? applied : {};
  } catch (error) {
    if (error instanceof ApiStatusError && error.reason === "Conflict") throw new KubectlFailure(`error: ${error.message}${CONFLICT_ADVICE}`);
    throw error;
  }
}

async function warnIfDeleting(call: Call, { name }: Manifest, object: JsonObject): Promise<void> {
  if (textAt(object, "metadata", "deletionTimestamp") === "") return;
  await printError(call, `Warning: Detected changes to resource ${name} which is currently being deleted.\n`);
}
