import { parseDocument } from "yaml";
import { parseDuration } from "./duration.ts";
import { nameOfValue, type Report } from "./report.ts";

/** What the map after a fence's language says. */
export interface InfoMap {
  readonly name: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly via: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const EMPTY: InfoMap = { name: undefined, timeoutMs: undefined, via: undefined, attributes: {} };

/** Cell names are words that a person can type: letters, digits, `-`, `_`, `.`, beginning with a letter or digit. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u;

/**
 * Reads the words after a fence's language: a YAML flow map (JSON is one), or nothing. Other words after the language are kept in
 * the file and mean nothing. `start` is where `text` begins in the source.
 */
export function readInfoMap(text: string, start: number, report: Report): InfoMap {
  const end = start + text.length;
  if (!text.startsWith("{")) {
    if (/\b(?:name|timeout|via)\s*[:=]/.test(text)) report("info-map-invalid", start, end, { detail: "it has no braces" });
    return EMPTY;
  }
  const attributes = readAttributes(text);
  if (typeof attributes === "string") {
    report("info-map-invalid", start, end, { detail: attributes });
    return EMPTY;
  }
  const wrong = (key: string, expected: string): undefined => {
    report("info-value", start, end, { key, found: nameOfValue(attributes[key]), expected });
  };
  const { name, timeout, via } = attributes;
  const timeoutMs = typeof timeout === "string" || timeout === 0 ? parseDuration(String(timeout)) : undefined;
  if (timeout !== undefined && timeoutMs === undefined) report("duration-invalid", start, end, { key: "timeout", text: nameOfValue(timeout) });
  const nameText = typeof name === "number" ? String(name) : name;
  return {
    name: nameText === undefined ? undefined : typeof nameText === "string" && NAME.test(nameText) ? nameText : wrong("name", "a word of letters, digits and dashes"),
    timeoutMs,
    via: via === undefined ? undefined : typeof via === "string" && via.trim() !== "" ? via : wrong("via", "a command line in quotes"),
    attributes,
  };
}

function readAttributes(text: string): Record<string, unknown> | string {
  try {
    const document = parseDocument(text, { logLevel: "silent", stringKeys: true });
    const [problem] = document.errors;
    if (problem !== undefined) return firstLine(problem.message);
    const value: unknown = document.toJS();
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not a map";
    const odd = Object.entries(value).find(([key, entry]) => entry === null && key.includes("="));
    return odd === undefined ? { ...value } : `${odd[0]} wants a colon, not an equals sign`;
  } catch (error) {
    // The YAML package throws on documents that it can tokenise and not resolve (aliases without end).
    return firstLine(String(error));
  }
}

/** A parser's message without its picture of the place. */
export function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "").replace(/[.:]$/, "");
}
