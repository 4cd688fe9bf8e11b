import { alignTabs, DESCRIBE_TABS } from "../tabwriter.ts";
import { ageSince, rfc1123 } from "../time.ts";
import { numberAt, objectAt, sortedPairs, textAt, type Json, type JsonObject } from "../json.ts";

/** The text of one description being written, with tabs still unaligned. */
export interface Lines {
  /** Adds a line at a level (two blanks each). */
  add(level: number, text: string): void;
  /** Level that every line starts from: 0, or that of the description around it. */
  readonly base: number;
  readonly now: number;
  /** An RFC 3339 time as kubectl prints it here. */
  time(timestamp: string): string;
  age(timestamp: string): string;
}

/** Describes with `write` and aligns the result. `offsetMinutes` is the person's zone east of UTC at a moment. */
export function describeText(now: number, offsetMinutes: (epochMs: number) => number, write: (lines: Lines) => void): string {
  const parts: string[] = [];
  write({
    add: (level, text) => void parts.push(`${"  ".repeat(level)}${text.replaceAll("\u001B", "^[")}\n`),
    base: 0,
    now,
    time: (timestamp) => rfc1123(timestamp, offsetMinutes),
    age: (timestamp) => ageSince(timestamp, now),
  });
  return alignTabs(parts.join(""), DESCRIBE_TABS);
}

/** A description inside another one whose titles stand two blanks in and whose names three, tabs left as they are (`describe.go`'s `space`). */
export function plainText(now: number, write: (lines: Lines) => void): string {
  const parts: string[] = [];
  write({
    add: (level, text) => {
      const blanks = level < 0 || (level < 2 && text.startsWith("\t")) ? 0 : level === 0 ? 2 : level === 1 ? 3 : 2 * level;
      parts.push(`${" ".repeat(blanks)}${text.replaceAll("\u001B", "^[")}\n`);
    },
    base: 0,
    now,
    time: (timestamp) => rfc1123(timestamp, () => 0),
    age: (timestamp) => ageSince(timestamp, now),
  });
  return parts.join("");
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const MAX_ANNOTATION_BYTES = 140;

export function addLabels(lines: Lines, title: string, labels: JsonObject): void {
  addPairs(lines, title, sortedPairs(labels).map(([key, value]) => `${key}=${value}`));
}

/** `Title:` with one value a line, aligned under the first. kubectl's writer repeats the level's blanks before each piece of a line. */
export function addPairs(lines: Lines, title: string, values: readonly string[], level = 0): void {
  const again = "  ".repeat(lines.base + level);
  if (values.length === 0) lines.add(level, `${title}:\t${"  ".repeat(lines.base)}<none>`);
  values.forEach((value, index) => lines.add(level, `${index === 0 ? `${title}:` : again}\t${again}${value}`));
}

export function addAnnotations(lines: Lines, title: string, annotations: JsonObject): void {
  const pairs = sortedPairs(annotations).filter(([key]) => key !== LAST_APPLIED);
  const again = "  ".repeat(lines.base);
  if (pairs.length === 0) lines.add(0, `${title}:\t${again}<none>`);
  pairs.forEach(([key, raw], index) => {
    const lead = `${index === 0 ? `${title}:` : ""}\t${again}`;
    const value = raw.endsWith("\n") ? raw.slice(0, -1) : raw;
    if (byteLength(value) + byteLength(key) + 2 <= MAX_ANNOTATION_BYTES && !value.includes("\n")) {
      lines.add(0, `${lead}${key}: ${value}`);
      return;
    }
    lines.add(0, `${lead}${key}:`);
    for (const line of value.split("\n")) lines.add(0, `\t  ${shorten(line, MAX_ANNOTATION_BYTES - 2)}`);
  });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Go cuts at bytes; a character cut in half is dropped here, since it could not be shown. */
function shorten(text: string, maxBytes: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) return text;
  return `${new TextDecoder().decode(bytes.slice(0, maxBytes)).replace(/\uFFFD+$/, "")}...`;
}

/** The events at the end of a description, oldest first. */
export function addEvents(lines: Lines, events: readonly Json[]): void {
  if (events.length === 0) {
    lines.add(0, "Events:\t<none>");
    return;
  }
  lines.add(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage");
  lines.add(1, "----\t------\t----\t----\t-------");
  const ordered = [...events].sort((a, b) => (Date.parse(textAt(a, "lastTimestamp")) || 0) - (Date.parse(textAt(b, "lastTimestamp")) || 0));
  for (const event of ordered) {
    const source = textAt(event, "source", "component");
    const from = source === "" ? textAt(event, "reportingComponent") : source;
    lines.add(1, [textAt(event, "type"), textAt(event, "reason"), eventInterval(event, lines.now), from, textAt(event, "message").trim()].join("\t"));
  }
}

/** `2m (x5 over 10m)`: when an event was last seen and how often since when. */
export function eventInterval(event: Json, now: number): string {
  const eventTime = textAt(event, "eventTime");
  const first = ageSince(eventTime === "" ? textAt(event, "firstTimestamp") : eventTime, now);
  const series = objectAt(event, "series");
  if (Object.keys(series).length > 0) return `${ageSince(textAt(series, "lastObservedTime"), now)} (x${String(numberAt(series, "count"))} over ${first})`;
  const count = numberAt(event, "count");
  return count > 1 ? `${ageSince(textAt(event, "lastTimestamp"), now)} (x${String(count)} over ${first})` : first;
}

export function orNone(text: string): string {
  return text === "" ? "<none>" : text;
}

