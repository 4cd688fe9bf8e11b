import type { KubeObject } from "../../contract.ts";
import { stringsOf, valueAt } from "../json.ts";
import { podSpecOf, podStatusOf, type Container, type EnvironmentVariable, type KeyReference } from "../objects.ts";
import type { ObjectStore } from "../store.ts";

const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A container's environment, or what keeps it from starting (as the kubelet words it). */
export type EnvironmentResult = { readonly environment: Readonly<Record<string, string>> } | { readonly missing: string };

/** Resolves a container's environment from its spec, secrets and config maps. */
export function environmentOf(store: ObjectStore, pod: KubeObject, container: Container): EnvironmentResult {
  const environment: Record<string, string> = { PATH: SEARCH_PATH, HOSTNAME: pod.metadata.name };
  const namespace = pod.metadata.namespace ?? "default";
  for (const source of container.envFrom ?? []) {
    const reference = source.secretRef ?? source.configMapRef;
    if (reference === undefined) continue;
    const kind = source.secretRef === undefined ? "ConfigMap" : "Secret";
    const data = dataOf(store, kind, namespace, reference.name ?? "");
    if (data === undefined) {
      if (reference.optional === true) continue;
      return { missing: `${kind.toLowerCase()} "${reference.name ?? ""}" not found` };
    }
    for (const [key, value] of Object.entries(data)) environment[`${source.prefix ?? ""}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const result = variableOf(store, pod, variable, environment);
    if (typeof result === "object") return result;
    if (result !== undefined) environment[variable.name] = result;
  }
  return { environment };
}

function variableOf(store: ObjectStore, pod: KubeObject, variable: EnvironmentVariable, known: Readonly<Record<string, string>>): string | undefined | { readonly missing: string } {
  const source = variable.valueFrom;
  if (source === undefined) return (variable.value ?? "").replaceAll(/\$\(([A-Za-z_][\w.-]*)\)/gu, (whole: string, name: string) => known[name] ?? whole);
  if (source.secretKeyRef !== undefined) return keyOf(store, pod, "Secret", source.secretKeyRef);
  if (source.configMapKeyRef !== undefined) return keyOf(store, pod, "ConfigMap", source.configMapKeyRef);
  return source.fieldRef === undefined ? undefined : fieldOf(pod, source.fieldRef.fieldPath);
}

function keyOf(store: ObjectStore, pod: KubeObject, kind: "Secret" | "ConfigMap", reference: KeyReference): string | undefined | { readonly missing: string } {
  const namespace = pod.metadata.namespace ?? "default";
  const data = dataOf(store, kind, namespace, reference.name ?? "");
  const value = data?.[reference.key ?? ""];
  if (value !== undefined) return value;
  if (reference.optional === true) return undefined;
  if (data === undefined) return { missing: `${kind.toLowerCase()} "${reference.name ?? ""}" not found` };
  return { missing: `couldn't find key ${reference.key ?? ""} in ${kind} ${namespace}/${reference.name ?? ""}` };
}

function dataOf(store: ObjectStore, kind: "Secret" | "ConfigMap", namespace: string, name: string): Record<string, string> | undefined {
  const object = store.peek(kind, namespace, name);
  if (object === undefined) return undefined;
  const data = stringsOf(object["data"]);
  if (kind === "ConfigMap") return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

function fieldOf(pod: KubeObject, path: string): string {
  const labelled = /^metadata\.(labels|annotations)\['([^']+)'\]$/u.exec(path);
  if (labelled !== null) return String(valueAt(pod.metadata, labelled[1] ?? "", labelled[2] ?? "") ?? "");
  if (path === "spec.nodeName") return podSpecOf(pod).nodeName ?? "";
  if (path === "status.podIP") return podStatusOf(pod).podIP ?? "";
  return String(valueAt(pod, ...path.split(".")) ?? "");
}
