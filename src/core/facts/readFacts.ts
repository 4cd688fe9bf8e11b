import { isMap, parseDocument, type YAMLMap } from "yaml";
import type { Problem } from "../problem.ts";
import { firstLine } from "../runbook/infoMap.ts";
import { reportTo, type Report } from "../runbook/report.ts";
import { YamlReader, type YamlEntry } from "../runbook/yamlReader.ts";
import type { Change, Communication, CriticalService, Dashboard, Facts, Objectives, Review, ScheduledBackup, ScheduledDrill } from "./facts.ts";
import { readQuarter } from "./quarter.ts";
import { readContacts, readRoles } from "./readContacts.ts";
import { needText, readItems } from "./readItems.ts";

/** A facts file as it was read; offsets of the problems are into its text. */
export interface ReadFacts {
  readonly facts: Facts;
  readonly problems: readonly Problem[];
}

const KEYS = [
  "title", "owner", "businessHours", "contacts", "escalation", "objectives", "services", "backups", "dashboards", "prometheus", "alertRules", "drills", "communication", "review", "changelog",
] as const;

const EMPTY: Facts = {
  title: undefined, owner: undefined, contacts: [], escalation: [], services: [], backups: [], dashboards: [], prometheus: undefined, alertRules: undefined, drills: [], changelog: [],
  objectives: { availabilityPercent: undefined, rtoMs: undefined, rpoMs: undefined, mttrMs: undefined },
  communication: { warRoom: undefined, statusPage: undefined, acknowledgeWithinMs: undefined, updateEveryMs: undefined, reportWithinMs: undefined, report: undefined, templates: [], signOff: [] },
  review: { rule: undefined, last: undefined, next: undefined },
};

const CODES = { unknownKey: "facts-unknown-key", value: "facts-value" } as const;

/** Reads shared facts. It never throws: what cannot be read is a problem, and left out. */
export function readFacts(source: string): ReadFacts {
  const problems: Problem[] = [];
  const report = reportTo(problems);
  const document = parseDocument(source, { logLevel: "silent" });
  const [problem] = document.errors;
  if (problem !== undefined) {
    report("facts-invalid", problem.pos[0], Math.max(...problem.pos), { detail: firstLine(problem.message) });
    return { facts: EMPTY, problems };
  }
  if (!isMap(document.contents)) {
    report("facts-invalid", 0, source.length, { detail: "it is not a map of keys" });
    return { facts: EMPTY, problems };
  }
  return { facts: readMap(document.contents, new YamlReader(report, 0, CODES), report), problems };
}

function readMap(map: YAMLMap, reader: YamlReader, report: Report): Facts {
  const fields = reader.fields(map, "", KEYS);
  const contacts = readContacts(fields.get("contacts"), fields.get("businessHours"), reader, report);
  const roles = (entry: YamlEntry | undefined): readonly string[] => readRoles(entry, contacts, reader, report);
  return {
    title: reader.text(fields.get("title")),
    owner: reader.text(fields.get("owner")),
    contacts,
    escalation: roles(fields.get("escalation")),
    objectives: readObjectives(fields.get("objectives"), reader),
    services: readServices(fields.get("services"), reader, report),
    backups: readBackups(fields.get("backups"), reader, report),
    dashboards: readDashboards(fields.get("dashboards"), reader, report),
    prometheus: reader.text(fields.get("prometheus")),
    alertRules: reader.text(fields.get("alertRules")),
    drills: readDrills(fields.get("drills"), reader, report),
    communication: readCommunication(fields.get("communication"), reader, roles),
    review: readReview(fields.get("review"), reader),
    changelog: readChangelog(fields.get("changelog"), reader, report),
  };
}

function readObjectives(entry: YamlEntry | undefined, reader: YamlReader): Objectives {
  const map = reader.map(entry);
  if (map === undefined) return EMPTY.objectives;
  const fields = reader.fields(map, "objectives", ["availability", "rto", "rpo", "mttr"]);
  const availability = fields.get("availability");
  const text = reader.text(availability);
  const percent = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(text ?? "")?.[1];
  if (availability !== undefined && text !== undefined && percent === undefined) reader.wrong(availability, "a percentage: 99.9%");
  return {
    availabilityPercent: percent === undefined ? undefined : Number(percent),
    rtoMs: reader.durationMs(fields.get("rto")),
    rpoMs: reader.durationMs(fields.get("rpo")),
    mttrMs: reader.durationMs(fields.get("mttr")),
  };
}

function readServices(entry: YamlEntry | undefined, reader: YamlReader, report: Report): CriticalService[] {
  return readItems(entry, ["name", "priority", "description", "workloads"], reader, (fields, item) => {
    const name = needText("name", fields, item, reader, report);
    if (name === undefined) return undefined;
    const priorityEntry = fields.get("priority");
    const priority = Number(reader.text(priorityEntry) ?? "1");
    if (priorityEntry !== undefined && (!Number.isInteger(priority) || priority < 1)) reader.wrong(priorityEntry, "a whole number, 1 for the most critical");
    return { name, priority, description: reader.text(fields.get("description")), workloads: reader.texts(fields.get("workloads")).map(({ text }) => text) };
  });
}

function readBackups(entry: YamlEntry | undefined, reader: YamlReader, report: Report): ScheduledBackup[] {
  return readItems(entry, ["name", "path", "every", "keep", "recovers"], reader, (fields, item) => {
    const name = needText("name", fields, item, reader, report);
    const path = needText("path", fields, item, reader, report);
    if (name === undefined || path === undefined) return undefined;
    const address = /^s3:\/\/([^/]+)\/((?:.+\/)?)$/.exec(path);
    if (address === null) return reader.wrong(fields.get("path") ?? item, "a folder of a bucket: s3://BUCKET/FOLDER/");
    const recovers = reader.oneOf(fields.get("recovers"), ["data", "configuration"]);
    return { name, bucket: address[1] ?? "", prefix: address[2] ?? "", everyMs: reader.durationMs(fields.get("every")), keepMs: reader.durationMs(fields.get("keep")), recoversData: recovers === "data" };
  });
}

function readDashboards(entry: YamlEntry | undefined, reader: YamlReader, report: Report): Dashboard[] {
  return readItems(entry, ["name", "url"], reader, (fields, item) => {
    const name = needText("name", fields, item, reader, report);
    const url = needText("url", fields, item, reader, report);
    return name === undefined || url === undefined ? undefined : { name, url };
  });
}

function readDrills(entry: YamlEntry | undefined, reader: YamlReader, report: Report): ScheduledDrill[] {
  return readItems(entry, ["quarter", "scenario", "runbook", "fault", "duration", "result"], reader, (fields, item) => {
    const scenario = needText("scenario", fields, item, reader, report);
    const quarter = needText("quarter", fields, item, reader, report);
    if (scenario === undefined || quarter === undefined) return undefined;
    if (readQuarter(quarter) === undefined) return reader.wrong(fields.get("quarter") ?? item, "a year and a quarter: 2026-Q1");
    return {
      quarter, scenario,
      runbook: reader.text(fields.get("runbook")),
      fault: reader.text(fields.get("fault")),
      durationMs: reader.durationMs(fields.get("duration")),
      result: reader.oneOf(fields.get("result"), ["pending", "pass", "fail"]) ?? "pending",
    };
  });
}

function readCommunication(entry: YamlEntry | undefined, reader: YamlReader, roles: (entry: YamlEntry | undefined) => readonly string[]): Communication {
  const map = reader.map(entry);
  if (map === undefined) return EMPTY.communication;
  const fields = reader.fields(map, "communication", ["warRoom", "statusPage", "acknowledgeWithin", "updateEvery", "reportWithin", "report", "templates", "signOff"]);
  const templates = reader.map(fields.get("templates"));
  return {
    warRoom: reader.text(fields.get("warRoom")),
    statusPage: reader.text(fields.get("statusPage")),
    acknowledgeWithinMs: reader.durationMs(fields.get("acknowledgeWithin")),
    updateEveryMs: reader.durationMs(fields.get("updateEvery")),
    reportWithinMs: reader.durationMs(fields.get("reportWithin")),
    report: reader.text(fields.get("report")),
    templates: (templates === undefined ? [] : reader.entries(templates, "communication.templates")).flatMap((template) => {
      const path = reader.text(template);
      return path === undefined ? [] : [{ name: template.key, path }];
    }),
    signOff: roles(fields.get("signOff")),
  };
}

function readReview(entry: YamlEntry | undefined, reader: YamlReader): Review {
  const map = reader.map(entry);
  if (map === undefined) return EMPTY.review;
  const fields = reader.fields(map, "review", ["rule", "last", "next"]);
  return { rule: reader.text(fields.get("rule")), last: readDate(fields.get("last"), reader), next: readDate(fields.get("next"), reader) };
}

function readChangelog(entry: YamlEntry | undefined, reader: YamlReader, report: Report): Change[] {
  return readItems(entry, ["date", "text"], reader, (fields, item) => {
    const text = needText("text", fields, item, reader, report);
    const date = readDate(fields.get("date"), reader);
    return text === undefined || date === undefined ? undefined : { date, text };
  });
}

function readDate(entry: YamlEntry | undefined, reader: YamlReader): string | undefined {
  const text = reader.text(entry);
  if (entry === undefined || text === undefined) return undefined;
  return isDate(text) ? text : reader.wrong(entry, "a date: 2026-01-31");
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}
