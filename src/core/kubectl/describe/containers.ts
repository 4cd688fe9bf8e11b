import { canonicalQuantity, milliValue, wholeValue } from "../quantity.ts";
import { at, isObject, listAt, numberAt, objectAt, scalarText, sortedPairs, textAt, textsAt, type Json, type JsonObject } from "../json.ts";
import { orNone, type Lines } from "./lines.ts";

/** describe.go's `describeContainers`. `pod` gives the values of `fieldRef` variables. */
export function addContainers(lines: Lines, label: string, containers: readonly Json[], statuses: readonly Json[], pod: JsonObject): void {
  lines.add(0, `${label}:${containers.length === 0 ? " <none>" : ""}`);
  for (const container of containers) {
    const status = statuses.find((candidate) => textAt(candidate, "name") === textAt(container, "name"));
    addBasics(lines, container, status);
    addCommand(lines, "Command", textsAt(container, "command"));
    addCommand(lines, "Args", textsAt(container, "args"));
    if (status !== undefined) addStatus(lines, status);
    addResources(lines, objectAt(container, "resources"), 2);
    addProbes(lines, container);
    addEnvironmentSources(lines, listAt(container, "envFrom"));
    addEnvironment(lines, container, pod);
    addMounts(lines, container);
  }
}

function addBasics(lines: Lines, container: Json, status: Json | undefined): void {
  lines.add(1, `${textAt(container, "name")}:`);
  if (status !== undefined) lines.add(2, `Container ID:\t${textAt(status, "containerID")}`);
  lines.add(2, `Image:\t${textAt(container, "image")}`);
  if (status !== undefined) lines.add(2, `Image ID:\t${textAt(status, "imageID")}`);
  for (const [field, title] of [["containerPort", "Port"], ["hostPort", "Host Port"]] as const) {
    const ports = listAt(container, "ports").map((port) => `${String(numberAt(port, field))}/${textAt(port, "protocol")}`);
    lines.add(2, ports.length > 1 ? `${title}s:\t${ports.join(", ")}` : `${title}:\t${orNone(ports.join(""))}`);
  }
  const seccomp = objectAt(container, "securityContext", "seccompProfile");
  if (Object.keys(seccomp).length === 0) return;
  lines.add(2, `SeccompProfile:\t${textAt(seccomp, "type")}`);
  if (textAt(seccomp, "type") === "Localhost") lines.add(3, `LocalhostProfile:\t${textAt(seccomp, "localhostProfile")}`);
}

function addCommand(lines: Lines, title: string, words: readonly string[]): void {
  if (words.length === 0) return;
  lines.add(2, `${title}:`);
  for (const word of words) for (const line of word.split("\n")) lines.add(3, line);
}

function addStatus(lines: Lines, status: Json): void {
  addState(lines, "State", objectAt(status, "state"));
  if (isObject(at(status, "lastState", "terminated"))) addState(lines, "Last State", objectAt(status, "lastState"));
  lines.add(2, `Ready:\t${at(status, "ready") === true ? "True" : "False"}`);
  lines.add(2, `Restart Count:\t${String(numberAt(status, "restartCount"))}`);
}

function addState(lines: Lines, name: string, state: JsonObject): void {
  const { running, waiting, terminated } = state;
  if (isObject(running)) {
    lines.add(2, `${name}:\tRunning`);
    lines.add(3, `Started:\t${lines.time(textAt(running, "startedAt"))}`);
  } else if (isObject(waiting)) {
    lines.add(2, `${name}:\tWaiting`);
    if (textAt(waiting, "reason") !== "") lines.add(3, `Reason:\t${textAt(waiting, "reason")}`);
  } else if (isObject(terminated)) {
    lines.add(2, `${name}:\tTerminated`);
    if (textAt(terminated, "reason") !== "") lines.add(3, `Reason:\t${textAt(terminated, "reason")}`);
    if (textAt(terminated, "message") !== "") lines.add(3, `Message:\t${textAt(terminated, "message")}`);
    lines.add(3, `Exit Code:\t${String(numberAt(terminated, "exitCode"))}`);
    if (numberAt(terminated, "signal") > 0) lines.add(3, `Signal:\t${String(numberAt(terminated, "signal"))}`);
    lines.add(3, `Started:\t${lines.time(textAt(terminated, "startedAt"))}`);
    lines.add(3, `Finished:\t${lines.time(textAt(terminated, "finishedAt"))}`);
  } else lines.add(2, `${name}:\tWaiting`);
}

/** Limits and requests; nothing where neither is set. */
export function addResources(lines: Lines, resources: JsonObject, level: number): void {
  for (const [field, title] of [["limits", "Limits"], ["requests", "Requests"]] as const) {
    const pairs = sortedPairs(objectAt(resources, field));
    if (pairs.length > 0) lines.add(level, `${title}:`);
    for (const [name, quantity] of pairs) lines.add(level + 1, `${name}:\t${canonicalQuantity(quantity)}`);
  }
}

function addProbes(lines: Lines, container: Json): void {
  for (const [field, title] of [["livenessProbe", "Liveness"], ["readinessProbe", "Readiness"], ["startupProbe", "Startup"]] as const) {
    const probe = at(container, field);
    if (isObject(probe)) lines.add(2, `${title}:\t${probeText(probe)}`);
  }
}

function probeText(probe: JsonObject): string {
  const number = (field: string): string => String(numberAt(probe, field));
  const attributes = `delay=${number("initialDelaySeconds")}s timeout=${number("timeoutSeconds")}s period=${number("periodSeconds")}s #success=${number("successThreshold")} #failure=${number("failureThreshold")}`;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (isObject(exec)) return `exec [${textsAt(exec, "command").join(" ")}] ${attributes}`;
  if (isObject(httpGet)) {
    const host = textAt(httpGet, "host");
    const address = `${host.includes(":") ? `[${host}]` : host}:${textAt(httpGet, "port")}`;
    const path = escapePath(textAt(httpGet, "path"));
    return `http-get ${textAt(httpGet, "scheme").toLowerCase()}://${address}${path === "" || path.startsWith("/") ? path : `/${path}`} ${attributes}`;
  }
  if (isObject(tcpSocket)) return `tcp-socket ${textAt(tcpSocket, "host")}:${textAt(tcpSocket, "port")} ${attributes}`;
  if (isObject(grpc)) return `grpc <pod>:${textAt(grpc, "port")} ${textAt(grpc, "service")} ${attributes}`;
  return `unknown ${attributes}`;
}

/** Escapes a path as Go's `url.URL` does. */
function escapePath(path: string): string {
  return encodeURIComponent(path).replaceAll(/%(24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isOptional(reference: Json | undefined): string {
  return String(at(reference, "optional") === true);
}

function addEnvironmentSources(lines: Lines, sources: readonly Json[]): void {
  if (sources.length === 0) return;
  lines.add(2, "Environment Variables from:");
  for (const source of sources) {
    const isMap = isObject(at(source, "configMapRef"));
    const reference = isMap ? at(source, "configMapRef") : at(source, "secretRef");
    const from = isMap ? "ConfigMap" : isObject(reference) ? "Secret" : "";
    const prefix = textAt(source, "prefix");
    lines.add(3, `${textAt(reference, "name")}\t${from}${prefix === "" ? "" : ` with prefix '${prefix}'`}\tOptional: ${isOptional(reference)}`);
  }
}

function addEnvironment(lines: Lines, container: Json, pod: JsonObject): void {
  const variables = listAt(container, "env");
  lines.add(2, `Environment:${variables.length === 0 ? "\t<none>" : ""}`);
  for (const variable of variables) {
    const name = textAt(variable, "name");
    const from = at(variable, "valueFrom");
    if (!isObject(from)) {
      textAt(variable, "value").split("\n").forEach((line, index) => lines.add(3, index === 0 ? `${name}:\t${line}` : `\t${line}`));
      continue;
    }
    const text = referenceText(from, container, pod);
    if (text !== undefined) lines.add(3, `${name}:\t${text}`);
  }
}

function referenceText(from: JsonObject, container: Json, pod: JsonObject): string | undefined {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from;
  if (isObject(fieldRef)) return `${fieldValue(pod, textAt(fieldRef, "fieldPath"))} (${textAt(fieldRef, "apiVersion")}:${textAt(fieldRef, "fieldPath")})`;
  if (isObject(resourceFieldRef)) {
    const resource = textAt(resourceFieldRef, "resource");
    const value = resourceValue(container, resource, textAt(resourceFieldRef, "divisor"));
    return `${value === "0" && (resource === "limits.cpu" || resource === "limits.memory") ? "node allocatable" : value} (${resource})`;
  }
  if (isObject(secretKeyRef)) return `<set to the key '${textAt(secretKeyRef, "key")}' in secret '${textAt(secretKeyRef, "name")}'>\tOptional: ${isOptional(secretKeyRef)}`;
  if (isObject(configMapKeyRef)) return `<set to the key '${textAt(configMapKeyRef, "key")}' of config map '${textAt(configMapKeyRef, "name")}'>\tOptional: ${isOptional(configMapKeyRef)}`;
  return undefined;
}

/** The fields of metadata that kubectl resolves; others print empty. */
function fieldValue(pod: JsonObject, path: string): string {
  const subscript = /^metadata\.(annotations|labels)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return textAt(pod, "metadata", subscript[1] ?? "", subscript[2] ?? "");
  if (path === "metadata.annotations" || path === "metadata.labels") {
    return sortedPairs(objectAt(pod, ...path.split("."))).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join("\n");
  }
  return /^metadata\.(name|namespace|uid)$/.test(path) ? textAt(pod, ...path.split(".")) : "";
}

function resourceValue(container: Json, resource: string, divisorText: string): string {
  const [list = "", ...name] = resource.split(".");
  const quantity = scalarText(at(container, "resources", list, name.join(".")));
  const divisor = divisorText === "" || divisorText === "0" ? "1" : divisorText;
  const value = resource.endsWith(".cpu") ? milliValue : wholeValue;
  const [amount, unit] = [value(quantity === "" ? "0" : quantity), value(divisor)];
  return unit === 0n ? "0" : String((amount + unit - 1n) / unit);
}

function addMounts(lines: Lines, container: Json): void {
  const mounts = [...listAt(container, "volumeMounts")].sort((a, b) => order(textAt(a, "mountPath"), textAt(b, "mountPath")));
  lines.add(2, `Mounts:${mounts.length === 0 ? "\t<none>" : ""}`);
  for (const mount of mounts) {
    const subPath = textAt(mount, "subPath");
    const flags = `${at(mount, "readOnly") === true ? "ro" : "rw"}${subPath === "" ? "" : `,path=${JSON.stringify(subPath)}`}`;
    lines.add(3, `${textAt(mount, "mountPath")} from ${textAt(mount, "name")} (${flags})`);
  }
  const devices = [...listAt(container, "volumeDevices")].sort((a, b) => order(textAt(a, "devicePath"), textAt(b, "devicePath")));
  if (devices.length === 0) return;
  lines.add(2, `Devices:${mounts.length === 0 ? "\t<none>" : ""}`);
  for (const device of devices) lines.add(3, `${textAt(device, "devicePath")} from ${textAt(device, "name")}`);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
