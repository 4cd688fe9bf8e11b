import { parseQuantity } from "../quantity.ts";
import { at, isObject, listAt, numberAt, objectAt, scalarText, textAt, type Json, type JsonObject } from "../json.ts";
import { addContainers, addResources } from "./containers.ts";
import { addAnnotations, addEvents, addLabels, addPairs, type Lines } from "./lines.ts";
import { addVolumes } from "./volumes.ts";
import { selectorOf } from "../pods.ts";

/** Describes a pod as describe.go does. `events` are the pod's; `undefined` (`--show-events=false`) prints none. */
export function writePod(lines: Lines, pod: JsonObject, events: readonly Json[] | undefined): void {
  addHead(lines, pod);
  addState(lines, pod);
  const init = listAt(pod, "spec", "initContainers");
  if (init.length > 0) addContainers(lines, "Init Containers", init, listAt(pod, "status", "initContainerStatuses"), pod);
  addContainers(lines, "Containers", listAt(pod, "spec", "containers"), listAt(pod, "status", "containerStatuses"), pod);
  const ephemeral = listAt(pod, "spec", "ephemeralContainers");
  if (ephemeral.length > 0) addContainers(lines, "Ephemeral Containers", ephemeral, listAt(pod, "status", "ephemeralContainerStatuses"), pod);
  addConditions(lines, pod);
  addVolumes(lines, listAt(pod, "spec", "volumes"));
  lines.add(0, `QoS Class:\t${qosClass(pod)}`);
  addLabels(lines, "Node-Selectors", objectAt(pod, "spec", "nodeSelector"));
  addPairs(lines, "Tolerations", tolerations(pod));
  addSpread(lines, pod);
  if (events !== undefined) addEvents(lines, events);
}

function addHead(lines: Lines, pod: JsonObject): void {
  lines.add(0, `Name:\t${textAt(pod, "metadata", "name")}`);
  lines.add(0, `Namespace:\t${textAt(pod, "metadata", "namespace")}`);
  const optional = [["priority", "Priority"], ["priorityClassName", "Priority Class Name"], ["runtimeClassName", "Runtime Class Name"], ["serviceAccountName", "Service Account"]] as const;
  for (const [field, title] of optional) {
    const value = textAt(pod, "spec", field);
    if (value !== "") lines.add(0, `${title}:\t${value}`);
  }
  const node = textAt(pod, "spec", "nodeName");
  lines.add(0, `Node:\t${node === "" ? "<none>" : `${node}/${textAt(pod, "status", "hostIP")}`}`);
  const start = textAt(pod, "status", "startTime");
  if (start !== "") lines.add(0, `Start Time:\t${lines.time(start)}`);
  addLabels(lines, "Labels", objectAt(pod, "metadata", "labels"));
  addAnnotations(lines, "Annotations", objectAt(pod, "metadata", "annotations"));
}

function addState(lines: Lines, pod: JsonObject): void {
  const phase = textAt(pod, "status", "phase");
  const deletion = textAt(pod, "metadata", "deletionTimestamp");
  if (deletion !== "" && phase !== "Failed" && phase !== "Succeeded") {
    lines.add(0, `Status:\tTerminating (lasts ${lines.age(deletion)})`);
    lines.add(0, `Termination Grace Period:\t${String(numberAt(pod, "metadata", "deletionGracePeriodSeconds"))}s`);
  } else lines.add(0, `Status:\t${phase}`);
  for (const [field, title] of [["reason", "Reason"], ["message", "Message"]] as const) {
    if (textAt(pod, "status", field) !== "") lines.add(0, `${title}:\t${textAt(pod, "status", field)}`);
  }
  const seccomp = at(pod, "spec", "securityContext", "seccompProfile");
  if (isObject(seccomp)) {
    lines.add(0, `SeccompProfile:\t${textAt(seccomp, "type")}`);
    if (textAt(seccomp, "type") === "Localhost") lines.add(0, `LocalhostProfile:\t${textAt(seccomp, "localhostProfile")}`);
  }
  lines.add(0, `IP:\t${textAt(pod, "status", "podIP")}`);
  const addresses = listAt(pod, "status", "podIPs");
  lines.add(0, addresses.length === 0 ? "IPs:\t<none>" : "IPs:");
  for (const address of addresses) lines.add(1, `IP:\t${textAt(address, "ip")}`);
  const owner = listAt(pod, "metadata", "ownerReferences").find((candidate) => at(candidate, "controller") === true);
  if (owner !== undefined) lines.add(0, `Controlled By:\t${textAt(owner, "kind")}/${textAt(owner, "name")}`);
  const nominated = textAt(pod, "status", "nominatedNodeName");
  if (nominated !== "") lines.add(0, `NominatedNodeName:\t${nominated}`);
  const resources = at(pod, "spec", "resources");
  if (isObject(resources)) {
    lines.add(0, "Resources:");
    addResources(lines, resources, 1);
  }
}

function addConditions(lines: Lines, pod: JsonObject): void {
  const conditions = listAt(pod, "status", "conditions");
  const gates = listAt(pod, "spec", "readinessGates");
  if (gates.length > 0) {
    lines.add(0, "Readiness Gates:\n  Type\tStatus");
    for (const gate of gates) {
      const type = textAt(gate, "conditionType");
      const found = conditions.find((condition) => textAt(condition, "type") === type);
      lines.add(1, `${type} \t${found === undefined ? "<none>" : textAt(found, "status")} `);
    }
  }
  if (conditions.length === 0) return;
  lines.add(0, "Conditions:\n  Type\tStatus");
  for (const condition of conditions) lines.add(1, `${textAt(condition, "type")} \t${textAt(condition, "status")} `);
}

/** The tolerations as describe.go words them, in order of their keys. */
export function tolerations(pod: JsonObject): readonly string[] {
  return [...listAt(pod, "spec", "tolerations")]
    .sort((a, b) => (textAt(a, "key") < textAt(b, "key") ? -1 : textAt(a, "key") > textAt(b, "key") ? 1 : 0))
    .map((toleration) => {
      const [key, value, effect] = ["key", "value", "effect"].map((field) => textAt(toleration, field));
      const exists = textAt(toleration, "operator") === "Exists" && value === "" ? (key !== "" || effect !== "" ? " op=Exists" : "op=Exists") : "";
      const seconds = at(toleration, "tolerationSeconds") === undefined ? "" : ` for ${textAt(toleration, "tolerationSeconds")}s`;
      return `${key ?? ""}${value === "" ? "" : `=${value ?? ""}`}${effect === "" ? "" : `:${effect ?? ""}`}${exists}${seconds}`;
    });
}

/** The topology spread constraints; nothing where there are none. */
export function addSpread(lines: Lines, pod: JsonObject): void {
  const constraints = [...listAt(pod, "spec", "topologySpreadConstraints")].sort((a, b) => (textAt(a, "topologyKey") < textAt(b, "topologyKey") ? -1 : 1));
  if (constraints.length === 0) return;
  addPairs(lines, "Topology Spread Constraints", constraints.map((constraint) => {
    const selector = at(constraint, "labelSelector");
    const selected = isObject(selector) ? ` for selector ${selectorOf({ spec: { selector } })}` : "";
    return `${textAt(constraint, "topologyKey")}:${textAt(constraint, "whenUnsatisfiable")} when max skew ${String(numberAt(constraint, "maxSkew"))} is exceeded${selected}`;
  }));
}

/** The server's class, or (for servers that set none) the class computed from requests and limits. */
function qosClass(pod: JsonObject): string {
  const given = textAt(pod, "status", "qosClass");
  if (given !== "") return given;
  const containers = [...listAt(pod, "spec", "containers"), ...listAt(pod, "spec", "initContainers")];
  const [requests, limits] = (["requests", "limits"] as const).map((field) => sums(containers, field));
  if (requests === undefined || limits === undefined || (requests.size === 0 && limits.size === 0)) return "BestEffort";
  const isLimited = containers.every((container) => ["cpu", "memory"].every((name) => amount(container, "limits", name) > 0n));
  const isEqual = requests.size === limits.size && [...requests].every(([name, value]) => limits.get(name) === value);
  return isLimited && isEqual ? "Guaranteed" : "Burstable";
}

function sums(containers: readonly Json[], field: "requests" | "limits"): ReadonlyMap<string, bigint> {
  const total = new Map<string, bigint>();
  for (const container of containers) {
    for (const name of ["cpu", "memory"]) {
      const value = amount(container, field, name);
      if (value > 0n) total.set(name, (total.get(name) ?? 0n) + value);
    }
  }
  return total;
}

function amount(container: Json, field: string, name: string): bigint {
  return parseQuantity(scalarText(at(container, "resources", field, name)))?.nano ?? 0n;
}
