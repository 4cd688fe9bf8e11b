import { dryRunOf, dryRunSuffix, flagList, flagText, print, type Call, type DryRun } from "./call.ts";
import { newJob } from "./createJob.ts";
import { resolveType, resourcePath, type ApiResource } from "./discovery.ts";
import { ApiStatusError, KubectlFailure, requireSuccess } from "./failure.ts";
import { queryText } from "./fetch.ts";
import { goJson } from "./goJson.ts";
import { isObject, objectAt, parseJson, type Json, type JsonObject } from "./json.ts";
import { changedText } from "./objectPrinter.ts";
import { inStructOrder } from "./structOrder.ts";

/** `kubectl create namespace|secret generic|configmap|job NAME`. */
export async function runCreate(call: Call): Promise<number> {
  const { operation } = call;
  const [kind = "", ...words] = operation.positionals;
  const [first, ...command] = words;
  // The words after a job's name are its command.
  const names = kind === "secret" ? command : kind === "job" && first !== undefined ? [first] : words;
  const [name] = names;
  if (name === undefined || names.length !== 1) {
    throw new KubectlFailure(`error: exactly one NAME is required, got ${String(names.length)}\nSee 'kubectl create ${kind === "secret" ? "secret generic" : kind} -h' for help and examples`);
  }
  const dryRun = dryRunOf(operation);
  const resource = await resolveType(call.cluster, PLURALS[kind] ?? kind, call.signal);
  const object = kind === "job" ? await newJob(call, name, command) : newObject(call, resource, name);
  const created = dryRun === "client" ? object : await send(call, resource, object, dryRun);
  const isJson = flagText(operation, "output") === "json";
  await print(call, isJson ? `${goJson(asWritten(created), "    ", "", true)}\n` : changedText(call, { resource, object: created }, `created${dryRunSuffix(dryRun)}`));
  return 0;
}

const PLURALS: Readonly<Record<string, string>> = { namespace: "namespaces", ns: "namespaces", secret: "secrets", configmap: "configmaps", cm: "configmaps", job: "jobs.batch" };

/** Fields that Go's typed structs print even where they are empty are part of it: a client-side dry run shows them. */
function newObject(call: Call, resource: ApiResource, name: string): JsonObject {
  // kubectl writes a namespace into the object only where the command line names one.
  const namespace = resource.namespaced ? flagText(call.operation, "namespace") : undefined;
  const metadata = { creationTimestamp: null, name, ...(namespace === undefined ? {} : { namespace }) };
  const typing = { apiVersion: "v1", kind: resource.kind, metadata };
  if (resource.kind === "Namespace") return { ...typing, spec: {}, status: {} };
  const pairs = literals(call);
  if (resource.kind === "ConfigMap") return pairs.length === 0 ? typing : { ...typing, data: Object.fromEntries(pairs) };
  const type = flagText(call.operation, "type") ?? "";
  const data = Object.fromEntries(pairs.map(([key, value]) => [key, base64(value)]));
  return { ...typing, ...(pairs.length === 0 ? {} : { data }), ...(type === "" ? {} : { type }) };
}

/** Fields of the objects themselves, with what those are that are no maps. */
const OBJECT_FIELDS: Readonly<Record<string, string | undefined>> = { kind: undefined, apiVersion: undefined, metadata: "ObjectMeta", spec: "JobSpec", status: undefined, immutable: undefined, data: undefined, binaryData: undefined, stringData: undefined, type: undefined };

/** The object as Go's struct of it is written; managed fields are left out. */
function asWritten(object: JsonObject): JsonObject {
  const shown: JsonObject = { ...object, metadata: Object.fromEntries(Object.entries(objectAt(object, "metadata")).filter(([name]) => name !== "managedFields")) };
  return Object.fromEntries(Object.entries(OBJECT_FIELDS).flatMap(([name, type]) => (shown[name] === undefined ? [] : [[name, inStructOrder(shown[name], type)] as const])));
}

function literals(call: Call): readonly (readonly [key: string, value: string])[] {
  const seen = new Set<string>();
  return flagList(call.operation, "from-literal").map((source) => {
    const sign = source.indexOf("=");
    if (sign <= 0) throw new KubectlFailure(`error: invalid literal source ${source}, expected key=value`);
    const key = source.slice(0, sign);
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      throw new KubectlFailure(`error: ${JSON.stringify(key)} is not ${call.operation.positionals[0] === "secret" ? "valid key name for a Secret" : "a valid key name for a ConfigMap:"} a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`);
    }
    if (seen.has(key)) throw new KubectlFailure(`error: cannot add key ${key}, another key by that name already exists`);
    seen.add(key);
    return [key, source.slice(sign + 1)] as const;
  });
}

function base64(text: string): string {
  return btoa([...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join(""));
}

/** kubectl wraps the refusal for these kinds and not for namespaces. */
const WRAPPED: Readonly<Record<string, string>> = { Secret: "secret", ConfigMap: "configmap:", Job: "job:" };

async function send(call: Call, resource: ApiResource, object: JsonObject, dryRun: DryRun): Promise<JsonObject> {
  const { operation, cluster, signal } = call;
  const query = queryText([
    ["dryRun", dryRun === "server" ? "All" : undefined],
    ["fieldManager", flagText(operation, "field-manager") ?? "kubectl-create"],
    ["fieldValidation", "Strict"],
  ]);
  const path = resourcePath(resource, call.namespace) + query;
  const body = goJson(resource.namespaced ? withNamespace(object, call.namespace) : object, "");
  try {
    const created: Json = parseJson(requireSuccess(await cluster.request({ method: "POST", path, accept: "application/json", contentType: "application/json", body }, signal)).text) ?? null;
    return isObject(created) ? created : {};
  } catch (error) {
    const wrapping = WRAPPED[resource.kind];
    if (!(error instanceof ApiStatusError) || wrapping === undefined) throw error;
    throw new KubectlFailure(`error: failed to create ${wrapping} ${error.message}`);
  }
}

function withNamespace(object: JsonObject, namespace: string): JsonObject {
  const metadata = object["metadata"];
  return { ...object, metadata: isObject(metadata) ? { ...metadata, namespace } : { namespace } };
}
