import type { KubeObject } from "../../contract.ts";
import { ageOf, humanDuration } from "../duration.ts";
import { numberOf, recordsOf, textOf, valueAt } from "../json.ts";
import { workloadSpecOf, workloadStatusOf } from "../objects.ts";
import { printer, type Printer } from "./table.ts";

/** `a=b,c in (d)`: a selector as kubectl shows it. */
export function selectorText(object: KubeObject): string {
  const selector = workloadSpecOf(object).selector;
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`).sort();
  const sets = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  const text = [...equal, ...sets].join(",");
  return text === "" ? "<none>" : text;
}

function containerCells(object: KubeObject): [string, string] {
  const { containers } = workloadSpecOf(object).template.spec;
  return [containers.map((container) => container.name).join(","), containers.map((container) => container.image).join(",")];
}

const age = (object: KubeObject, now: number): string => ageOf(object.metadata.creationTimestamp, now);

export const deploymentPrinter: Printer = printer("Name,Ready,#Up-to-date,#Available,Age,+Containers,+Images,+Selector", (object, now) => {
  const status = workloadStatusOf(object);
  const wanted = workloadSpecOf(object).replicas ?? 0;
  return [object.metadata.name, `${status.readyReplicas ?? 0}/${wanted}`, status.updatedReplicas ?? 0, status.availableReplicas ?? 0, age(object, now), ...containerCells(object), selectorText(object)];
});

export const replicaSetPrinter: Printer = printer("Name,#Desired,#Current,#Ready,Age,+Containers,+Images,+Selector", (object, now) => {
  const status = workloadStatusOf(object);
  return [object.metadata.name, workloadSpecOf(object).replicas ?? 0, status.replicas ?? 0, status.readyReplicas ?? 0, age(object, now), ...containerCells(object), selectorText(object)];
});

export const statefulSetPrinter: Printer = printer("Name,Ready,Age,+Containers,+Images", (object, now) => {
  const ready = workloadStatusOf(object).readyReplicas ?? 0;
  return [object.metadata.name, `${ready}/${workloadSpecOf(object).replicas ?? 0}`, age(object, now), ...containerCells(object)];
});

export const daemonSetPrinter: Printer = printer("Name,#Desired,#Current,#Ready,#Up-to-date,#Available,Node Selector,Age,+Containers,+Images,+Selector", (object, now) => {
  const number = (field: string): number => numberOf(valueAt(object.status, field)) ?? 0;
  const counts = ["desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable"].map((field) => number(field));
  return [object.metadata.name, ...counts, "<none>", age(object, now), ...containerCells(object), selectorText(object)];
});

export const jobPrinter: Printer = printer("Name,Status@31,Completions,Duration,Age,+Containers,+Images,+Selector", (object, now) => {
  const spec = workloadSpecOf(object);
  const status = workloadStatusOf(object);
  const isTrue = (type: string): boolean => status.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;
  const text = isTrue("Complete") ? "Complete" : isTrue("Failed") ? "Failed" : isTrue("Suspended") ? "Suspended" : object.metadata.deletionTimestamp === undefined ? "Running" : "Terminating";
  const start = status.startTime;
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  const duration = start === undefined ? "" : humanDuration(end - Date.parse(start));
  return [object.metadata.name, text, `${status.succeeded ?? 0}/${spec.completions ?? 1}`, duration, age(object, now), ...containerCells(object), selectorText(object)];
});

export const cronJobPrinter: Printer = printer("Name,Schedule,Timezone@30,Suspend,#Active,Last Schedule,Age,+Containers,+Images,+Selector", (object, now) => {
  const last = textOf(valueAt(object.status, "lastScheduleTime"));
  const containers = recordsOf(valueAt(object.spec, "jobTemplate", "spec", "template", "spec", "containers"));
  const names = containers.map((container) => textOf(container["name"]) ?? "").join(",");
  const images = containers.map((container) => textOf(container["image"]) ?? "").join(",");
  const suspended = valueAt(object.spec, "suspend") === true ? "True" : "False";
  const active = recordsOf(valueAt(object.status, "active")).length;
  return [object.metadata.name, textOf(valueAt(object.spec, "schedule")) ?? "", textOf(valueAt(object.spec, "timeZone")) ?? "<none>", suspended, active, last === undefined ? "<none>" : ageOf(last, now), age(object, now), names, images, "<none>"];
});

export const horizontalPodAutoscalerPrinter: Printer = printer("Name,Reference,Targets,MinPods,MaxPods,#Replicas,Age", (object, now) => {
  const reference = `${textOf(valueAt(object.spec, "scaleTargetRef", "kind")) ?? ""}/${textOf(valueAt(object.spec, "scaleTargetRef", "name")) ?? ""}`;
  const targets = recordsOf(valueAt(object.spec, "metrics")).map((metric) => {
    const name = textOf(valueAt(metric, "resource", "name")) ?? "";
    const wanted = numberOf(valueAt(metric, "resource", "target", "averageUtilization"));
    return `${name}: <unknown>/${wanted ?? "?"}%`;
  });
  const text = (field: string): string => String(numberOf(valueAt(object.spec, field)) ?? "<unset>");
  return [object.metadata.name, reference, targets.length === 0 ? "<none>" : targets.join(", "), text("minReplicas"), text("maxReplicas"), numberOf(valueAt(object.status, "currentReplicas")) ?? 0, age(object, now)];
});
