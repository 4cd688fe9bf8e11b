import { readLogLines, type LogLine } from "./logLines.ts";
import { parseTextTable, type TextTable } from "./textTable.ts";

/** What a text output is beside text: a shape that a person reads faster. Each goes with the plain text it was read from. */
export type OutputShape =
  | { readonly kind: "table"; readonly table: TextTable }
  | { readonly kind: "log"; readonly lines: readonly LogLine[] }
  | { readonly kind: "json"; readonly value: unknown };

const JSON_LIMIT = 512 * 1024;
/** One line of JSON up to this length is read faster as it is. */
const SHORT_JSON = 100;

/** Reads a whole output. Text with colours of its own, and any that is not one of the shapes through and through, gives `undefined`. */
export function shapeOutput(text: string): OutputShape | undefined {
  if (text.includes("\u001B")) return undefined;
  const table = parseTextTable(text);
  if (table !== undefined) return { kind: "table", table };
  const value = parseStructure(text);
  if (value !== undefined) return { kind: "json", value };
  const lines = readLogLines(text);
  return lines === undefined ? undefined : { kind: "log", lines };
}

/** A JSON object or list with something in it; a scalar is text. */
function parseStructure(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed) || trimmed.length > JSON_LIMIT || trimmed.length < SHORT_JSON) return undefined;
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === "object" && value !== null && Object.keys(value).length > 0 ? value : undefined;
  } catch {
    // It only looked like JSON: then it is text.
    return undefined;
  }
}
