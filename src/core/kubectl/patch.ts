import { parse as parseYaml, YAMLParseError } from "yaml";
import { dryRunOf, flagText, print, type Call } from "./call.ts";
import { ApiStatusError, KubectlFailure } from "./failure.ts";
import { listFailures } from "./failures.ts";
import { goJson } from "./goJson.ts";
import { jsonEquals, textAt, type Json, type JsonObject } from "./json.ts";
import { readFile, readWhole } from "./manifests.ts";
import { changedText } from "./objectPrinter.ts";
import { patchWorkload, selectWorkloads } from "./workloads.ts";

const KINDS = { json: "json-patch", merge: "merge-patch", strategic: "strategic-merge-patch" } as const;

/** `kubectl patch`: fields of objects by name, by a strategic merge, merge or JSON patch that may be written in YAML. */
export async function runPatch(call: Call): Promise<number> {
  const { operation } = call;
  const type = (flagText(operation, "type") ?? "strategic").toLowerCase();
  const kind = type === "json" || type === "merge" || type === "strategic" ? KINDS[type] : undefined;
  if (kind === undefined) throw new KubectlFailure(`error: --type must be one of [json merge strategic], not ${JSON.stringify(type)}`);
  const patch = patchBody(await patchText(call));
  const dryRun = dryRunOf(operation);
  const subresource = flagText(operation, "subresource");
  const { workloads, failures: missing } = await selectWorkloads(call, operation.positionals, false, subresource);
  const failures: (ApiStatusError | KubectlFailure)[] = [...missing];
  for (const workload of workloads) {
    try {
      const fieldManager = flagText(operation, "field-manager") ?? "kubectl-patch";
      const object = await patchWorkload(call, workload, null, kind, { text: patch, fieldManager, isDryRun: dryRun === "server", ...(subresource === undefined ? {} : { subresource }) });
      const isSame = jsonEquals(object, workload.object);
      const resource = subresource === undefined ? workload.resource : { ...workload.resource, kind: textAt(object, "kind"), group: groupOf(object) };
      await print(call, changedText(call, { resource, object }, `patched${isSame ? " (no change)" : ""}`));
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      failures.push(error);
    }
  }
  return await listFailures(call, failures);
}

async function patchText(call: Call): Promise<string> {
  const [text, file] = [flagText(call.operation, "patch"), flagText(call.operation, "patch-file")];
  if (text !== undefined && file !== undefined) throw new KubectlFailure("error: cannot specify --patch and --patch-file together");
  if (file === undefined) return text ?? "";
  // A patch that comes through a pipe is in no argument list and no file: the way to hand over a secret.
  if (file === "/dev/stdin" && call.io.stdin !== undefined) return await readWhole(call.io.stdin);
  if ((await call.ports.files.exists(file)) === undefined) throw new KubectlFailure(`error: unable to read patch file: open ${file}: no such file or directory`);
  return await readFile(call.ports.files, file);
}

/** A subresource may be of another kind than its object: the scale of a deployment. */
function groupOf(object: JsonObject): string {
  const version = textAt(object, "apiVersion");
  return version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
}

/** What looks like JSON is sent as it is, and the server says what it thinks of it; YAML becomes JSON. */
function patchBody(text: string): string {
  if (text.trimStart().startsWith("{")) return text;
  try {
    return goJson(parseYaml(text, { version: "1.1" }) as Json, "");
  } catch (error) {
    if (error instanceof YAMLParseError) throw new KubectlFailure(`error: unable to parse ${JSON.stringify(text)}: yaml: ${error.message.split("\n")[0] ?? ""}`);
    throw error;
  }
}
