import type { KubeObject } from "../contract.ts";
import { copyJson, isSameJson, numberOf, textOf, timestamp, valueAt } from "./json.ts";

/** What a controller reports about an object. */
export interface EventReport {
  readonly object: KubeObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

/** The API server forgets events after an hour. */
const EVENT_LIFETIME_MS = 3_600_000;

/** The Event object for a report: the known one counted up, or a new one. `now` is in epoch milliseconds. */
export function eventFor(report: EventReport, known: readonly KubeObject[], now: number): KubeObject {
  const involvedObject = involvedObjectOf(report);
  const stamp = timestamp(now);
  const same = known.find((event) => isRepeat(event, report, involvedObject));
  if (same !== undefined) {
    const again = copyJson(same);
    again["count"] = (numberOf(again["count"]) ?? 1) + 1;
    again["lastTimestamp"] = stamp;
    return again;
  }
  const namespace = report.object.metadata.namespace ?? "default";
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: freeName(report.object.metadata.name, known, now), namespace },
    involvedObject,
    reason: report.reason,
    message: report.message,
    source: sourceOf(report),
    firstTimestamp: stamp,
    lastTimestamp: stamp,
    count: 1,
    type: report.type,
    eventTime: null,
    reportingComponent: report.component,
    reportingInstance: textOf(sourceOf(report)["host"]) ?? "",
  };
}

/** Events last seen more than an hour before `now`. */
export function expiredEvents(known: readonly KubeObject[], now: number): readonly KubeObject[] {
  return known.filter((event) => now - Date.parse(textOf(event["lastTimestamp"]) ?? "") > EVENT_LIFETIME_MS);
}

function sourceOf(report: EventReport): Record<string, string> {
  const host = textOf(valueAt(report.object, "spec", "nodeName"));
  return report.component === "kubelet" && host !== undefined ? { component: report.component, host } : { component: report.component };
}

function involvedObjectOf(report: EventReport): Record<string, unknown> {
  const { apiVersion, kind, metadata } = report.object;
  const container = report.component === "kubelet" ? /\bcontainer[:= ]+([a-z0-9-]+)/u.exec(report.message)?.[1] : undefined;
  return {
    kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid,
    apiVersion,
    resourceVersion: metadata.resourceVersion,
    ...(container === undefined ? {} : { fieldPath: `spec.containers{${container}}` }),
  };
}

function isRepeat(event: KubeObject, report: EventReport, involved: Record<string, unknown>): boolean {
  return (
    event["reason"] === report.reason &&
    event["message"] === report.message &&
    event["type"] === report.type &&
    valueAt(event, "involvedObject", "uid") === involved["uid"] &&
    isSameJson(event["source"], sourceOf(report))
  );
}

/** Event names end in the time in nanoseconds, in hexadecimal; simultaneous ones take the next free one. */
function freeName(base: string, known: readonly KubeObject[], now: number): string {
  const taken = new Set(known.map((event) => event.metadata.name));
  for (let nanos = BigInt(Math.trunc(now)) * 1_000_000n; ; nanos += 1n) {
    const name = `${base}.${nanos.toString(16)}`;
    if (!taken.has(name)) return name;
  }
}
