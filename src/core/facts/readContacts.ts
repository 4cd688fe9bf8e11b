import { isMap } from "yaml";
import type { Report } from "../runbook/report.ts";
import type { YamlEntry, YamlReader } from "../runbook/yamlReader.ts";
import { isZone } from "./availability.ts";
import type { Availability, Contact, Timetable } from "./facts.ts";
import { readPhone } from "./phone.ts";
import { needText, readItems } from "./readItems.ts";

const KEYS = ["role", "name", "phone", "mail", "page", "available"] as const;
const DAYS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Reads the contacts. `business hours` means the hours of the file's `businessHours`. */
export function readContacts(entry: YamlEntry | undefined, hoursEntry: YamlEntry | undefined, reader: YamlReader, report: Report): Contact[] {
  const businessHours = hoursEntry === undefined ? undefined : readTimetable(hoursEntry, reader, report);
  const roles = new Set<string>();
  return readItems(entry, KEYS, reader, (fields, item) => {
    const role = needText("role", fields, item, reader, report);
    if (role === undefined) return undefined;
    if (roles.has(role)) report("contact-duplicate", item.start, item.end, { role });
    roles.add(role);
    return {
      role,
      name: readName(fields.get("name"), role, reader, report),
      phone: readNumber(fields.get("phone"), role, reader, report),
      mail: reader.text(fields.get("mail")),
      page: reader.text(fields.get("page")),
      available: readAvailability(fields.get("available"), businessHours, reader, report),
    };
  });
}

/** Reads a list of roles; those that no contact has are reported and left out. */
export function readRoles(entry: YamlEntry | undefined, contacts: readonly Contact[], reader: YamlReader, report: Report): readonly string[] {
  return reader.texts(entry).flatMap(({ text: role, entry: item }) => {
    if (contacts.some((contact) => contact.role === role)) return [role];
    report("contact-unknown", item.start, item.end, { key: item.path, role, known: contacts.map((contact) => contact.role).join(", ") });
    return [];
  });
}

/** A name in brackets is a place for one. */
function readName(entry: YamlEntry | undefined, role: string, reader: YamlReader, report: Report): string | undefined {
  const name = reader.text(entry);
  if (entry === undefined || name === undefined) return undefined;
  if (!/^\[.*\]$/.test(name.trim())) return name;
  report("contact-placeholder", entry.start, entry.end, { role, name });
  return undefined;
}

function readNumber(entry: YamlEntry | undefined, role: string, reader: YamlReader, report: Report): string | undefined {
  const phone = reader.text(entry);
  if (entry === undefined || phone === undefined) return undefined;
  const read = readPhone(phone);
  if (read.kind === "undialable") report("contact-undialable", entry.start, entry.end, { phone, role, reason: read.reason });
  return phone;
}

function readAvailability(entry: YamlEntry | undefined, businessHours: Timetable | undefined, reader: YamlReader, report: Report): Availability | undefined {
  if (entry === undefined) return undefined;
  if (isMap(entry.node)) {
    const hours = readTimetable(entry, reader, report);
    return hours === undefined ? undefined : { kind: "hours", hours };
  }
  const text = reader.oneOf(entry, ["24/7", "business hours", "critical only"]);
  switch (text) {
    case "24/7":
      return { kind: "always" };
    case "critical only":
      return { kind: "criticalOnly" };
    case "business hours":
      return businessHours === undefined ? reader.wrong(entry, "hours of its own, or add businessHours to the file") : { kind: "hours", hours: businessHours };
    case undefined:
      return undefined;
  }
}

function readTimetable(entry: YamlEntry, reader: YamlReader, report: Report): Timetable | undefined {
  const map = reader.map(entry);
  if (map === undefined) return undefined;
  const fields = reader.fields(map, entry.path, ["days", "from", "to", "zone"]);
  const missing = ["days", "from", "to", "zone"].find((key) => !fields.has(key));
  if (missing !== undefined) {
    report("facts-missing", entry.start, entry.end, { key: entry.path, missing });
    return undefined;
  }
  const days = reader.texts(fields.get("days")).flatMap(({ text, entry: item }) => {
    const day = DAYS.indexOf(text.slice(0, 3).toLowerCase());
    return day < 0 ? (reader.wrong(item, "a day of the week: Mon") ?? []) : [day + 1];
  });
  const fromMinute = readTime(fields.get("from"), reader);
  const toMinute = readTime(fields.get("to"), reader);
  const zoneEntry = fields.get("zone");
  const zone = reader.text(zoneEntry);
  if (zoneEntry !== undefined && zone !== undefined && !isZone(zone)) return reader.wrong(zoneEntry, "a time zone by its name: Europe/Berlin");
  if (fromMinute === undefined || toMinute === undefined || zone === undefined) return undefined;
  if (toMinute <= fromMinute) return reader.wrong(fields.get("to") ?? entry, "a time later than from");
  return { days, fromMinute, toMinute, zone };
}

/** Minutes after midnight of `09:00`; `24:00` is the end of the day. */
function readTime(entry: YamlEntry | undefined, reader: YamlReader): number | undefined {
  const text = reader.text(entry);
  if (entry === undefined || text === undefined) return undefined;
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const minute = Number(match?.[1]) * 60 + Number(match?.[2]);
  return match === null || Number(match[2]) > 59 || minute > 1440 ? reader.wrong(entry, "a time of day: 09:00") : minute;
}
