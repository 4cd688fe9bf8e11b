import { duration, list, onlyFields, oneOf, optional, record, seconds, text, type Fields } from "../world/fields.ts";

/** A Prometheus in data: where it listens, what it scrapes and which rules it evaluates. */
export interface MonitoringDescription {
  /** Host name under which people reach it; `undefined`: only in the cluster. */
  readonly host: string | undefined;
  readonly namespace: string;
  /** Its service in the cluster; while no pod of it is ready nothing is scraped, evaluated or answered. */
  readonly service: string;
  /** Path of the rules file, relative to the description. */
  readonly rules: string | undefined;
  /** From one scrape, and evaluation of the rules, to the next, world milliseconds. */
  readonly scrapeMs: number;
  /** How long samples are kept, world milliseconds. */
  readonly retentionMs: number;
  readonly jobs: readonly JobDescription[];
}

/** What a job scrapes. `job` is the label that its series carry. */
export type JobDescription = { readonly job: string } & (
  /** The pods of an application: requests by endpoint and status, `metric` being the name of their duration. */
  | { readonly kind: "application"; readonly host: string; readonly port: number; readonly metric: string }
  /** The pods of its gateway: requests by status, and the summary of their durations. */
  | { readonly kind: "gateway"; readonly host: string; readonly port: number; readonly requests: string; readonly duration: string }
  /** An exporter beside a database, a cache or the cluster. */
  | { readonly kind: "database" | "cache"; readonly service: string }
  | { readonly kind: "cluster" }
  /** Questions to critical services, as a black-box exporter asks them. */
  | { readonly kind: "probes"; readonly probes: readonly ProbeDescription[] }
);

/** One critical service and what shows that it is there. */
export interface ProbeDescription {
  readonly name: string;
  /** Labels besides `service`, such as a priority. */
  readonly labels: Fields;
  readonly asks:
    /** An address of the world outside, or of a service in the cluster; its answer must not contain `refuses`. */
    | { readonly kind: "http"; readonly host: string | undefined; readonly service: string | undefined; readonly path: string; readonly refuses: string | undefined }
    | { readonly kind: "database" | "cache"; readonly service: string };
}

/** Reads the part `monitoring` of a world. Throws an `Error` that names the field. */
export function readMonitoring(item: Record<string, unknown>): MonitoringDescription {
  onlyFields(item, "monitoring", ["host", "namespace", "service", "rules", "scrapeSeconds", "retention", "jobs"]);
  return {
    host: optional(item["host"], (value) => text(value, "monitoring.host")),
    namespace: text(item["namespace"], "monitoring.namespace"),
    service: text(item["service"], "monitoring.service"),
    rules: optional(item["rules"], (value) => text(value, "monitoring.rules")),
    scrapeMs: seconds(item["scrapeSeconds"] ?? 15),
    retentionMs: duration(item["retention"] ?? "1h", "monitoring.retention"),
    jobs: list(item["jobs"], "monitoring.jobs", job),
  };
}

function job(item: Record<string, unknown>): JobDescription {
  const name = text(item["job"], "jobs: job");
  const place = `monitoring: the job ${name}`;
  const kind = oneOf(item["exports"], ["application", "gateway", "database", "cache", "cluster", "probes"] as const, `${place}: exports`);
  const field = (key: string): string => text(item[key], `${place}: ${key}`);
  switch (kind) {
    case "application":
      onlyFields(item, place, ["job", "exports", "host", "port", "metric"]);
      return { job: name, kind, host: field("host"), port: Number(item["port"] ?? 8080), metric: field("metric") };
    case "gateway":
      onlyFields(item, place, ["job", "exports", "host", "port", "requests", "duration"]);
      return { job: name, kind, host: field("host"), port: Number(item["port"] ?? 9113), requests: field("requests"), duration: field("duration") };
    case "database":
    case "cache":
      onlyFields(item, place, ["job", "exports", "service"]);
      return { job: name, kind, service: field("service") };
    case "cluster":
      onlyFields(item, place, ["job", "exports"]);
      return { job: name, kind };
    case "probes":
      onlyFields(item, place, ["job", "exports", "probes"]);
      return { job: name, kind, probes: list(item["probes"], `${place}: probes`, probe) };
  }
}

function probe(item: Record<string, unknown>): ProbeDescription {
  const name = text(item["name"], "probes: name");
  onlyFields(item, `The probe ${name}`, ["name", "labels", "http", "database", "cache"]);
  const labels = record(item["labels"] ?? {}, "labels");
  for (const kind of ["database", "cache"] as const) if (item[kind] !== undefined) return { name, labels, asks: { kind, service: text(item[kind], kind) } };
  const http = record(item["http"], `The probe ${name}: http`);
  onlyFields(http, `The probe ${name}: http`, ["host", "service", "path", "refuses"]);
  return {
    name, labels,
    asks: { kind: "http", host: optional(http["host"], (value) => text(value, "host")), service: optional(http["service"], (value) => text(value, "service")), path: text(http["path"], "path"), refuses: optional(http["refuses"], (value) => text(value, "refuses")) },
  };
}
