import { parseAllDocuments } from "yaml";
import { RuntimeError } from "../runtimeError.ts";
import type { ByteStream, FilePort } from "../ports.ts";
import { flagText, type Call } from "./call.ts";
import { resolveTypes, type ApiResource } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from "./json.ts";

/** An object of a file, with the place it goes to. */
export interface Manifest {
  readonly resource: ApiResource;
  /** Empty for objects outside namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** The objects of `-f` values: files, folders (their YAML and JSON files, one level), and `-` for standard input. Lists are taken apart. Objects that cannot be placed are failures; the others count all the same. */
export async function readManifests(call: Call, sources: readonly string[]): Promise<{ readonly manifests: readonly Manifest[]; readonly failures: readonly KubectlFailure[] }> {
  const manifests: Manifest[] = [];
  const failures: KubectlFailure[] = [];
  for (const source of sources) {
    for (const { name, text } of await sourceTexts(call, source)) {
      for (const object of parseObjects(text, name)) {
        try {
          manifests.push(await placed(call, object, name));
        } catch (error) {
          if (!(error instanceof KubectlFailure)) throw error;
          failures.push(error);
        }
      }
    }
  }
  return { manifests, failures };
}

interface SourceText {
  /** How kubectl names the source in errors. */
  readonly name: string;
  readonly text: string;
}

async function sourceTexts(call: Call, source: string): Promise<readonly SourceText[]> {
  if (source === "-") return [{ name: "STDIN", text: await readWhole(call.io.stdin ?? nothing()) }];
  const { files } = call.ports;
  const kind = await files.exists(source);
  if (kind === undefined) throw new KubectlFailure(`error: the path ${JSON.stringify(source)} does not exist`);
  if (kind === "file") return [{ name: source, text: await readFile(files, source) }];
  const found = (await files.list(source)).filter((entry) => entry.kind === "file" && /\.(?:json|ya?ml)$/.test(entry.name));
  if (found.length === 0) throw new KubectlFailure(`error: error reading [${source}]: recognized file extensions are [.json .yaml .yml]`);
  const folder = source.replace(/\/$/, "");
  return await Promise.all(found.map(async ({ name }) => ({ name: `${folder}/${name}`, text: await readFile(files, `${folder}/${name}`) })));
}

/** Reads a file whole as UTF-8, at most 64 MiB. */
export async function readFile(files: FilePort, path: string): Promise<string> {
  return await readWhole(await files.read(path));
}

/** Reads a stream whole as UTF-8, at most 64 MiB. */
export async function readWhole(body: ByteStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new RuntimeError("invalidInput", `Reading objects: more than ${String(MAX_BYTES)} bytes`, { hint: "Split the file." });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A call without standard input reads an end at once.
}

/** The documents of a YAML or JSON text as objects; empty documents are passed over. */
export function parseObjects(text: string, name: string): readonly JsonObject[] {
  // kubectl reads YAML 1.1 (sigs.k8s.io/yaml): `yes` and `0644` mean there what they mean here.
  const documents = [...parseAllDocuments(text, { version: "1.1", merge: true })];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new KubectlFailure(`error: error parsing ${name}: error converting YAML to JSON: yaml: ${error.message.split("\n")[0] ?? ""}`);
    const value = document.toJS() as Json;
    if (value === null) return [];
    if (!isObject(value)) throw new KubectlFailure(`error: error parsing ${name}: json: cannot unmarshal into Go value of type map[string]interface {}`);
    return textAt(value, "kind").endsWith("List") && "items" in value ? listAt(value, "items").filter(isObject) : [value];
  });
}

async function placed(call: Call, object: JsonObject, source: string): Promise<Manifest> {
  const apiVersion = textAt(object, "apiVersion");
  const kind = textAt(object, "kind");
  if (kind === "") throw new KubectlFailure("error: unable to decode: Object 'Kind' is missing");
  const slash = apiVersion.indexOf("/");
  const [group, version] = slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const resource = await resourceOf(call, group, version, kind, `name: ${JSON.stringify(textAt(object, "metadata", "name"))} namespace: ${JSON.stringify(textAt(object, "metadata", "namespace"))} from ${JSON.stringify(source)}`);
  const own = textAt(object, "metadata", "namespace");
  const wanted = flagText(call.operation, "namespace");
  if (resource.namespaced && own !== "" && wanted !== undefined && own !== wanted) {
    throw new KubectlFailure(`error: the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ${JSON.stringify(wanted)}. You must pass '--namespace=${own}' to perform this operation.`);
  }
  const namespace = !resource.namespaced ? "" : own === "" ? call.namespace : own;
  const metadata = namespace === "" ? objectAt(object, "metadata") : { ...objectAt(object, "metadata"), namespace };
  return { resource, namespace, name: textAt(metadata, "name"), object: { ...object, metadata } };
}

/** The served type of a kind. A kind that is not served may be one that was just defined: asked again, freshly, by `resolveTypes`. */
async function resourceOf(call: Call, group: string, version: string, kind: string, about: string): Promise<ApiResource> {
  const found = await resolveTypes(call.cluster, `${kind}.${version}.${group}`, call.signal).catch((error: unknown) => {
    if (error instanceof KubectlFailure) return [];
    throw error;
  });
  const [resource] = found;
  if (resource !== undefined) return resource;
  throw new KubectlFailure(
    `error: resource mapping not found for ${about}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(group === "" ? version : `${group}/${version}`)}\nensure CRDs are installed first`,
  );
}
