import type { SqlResult } from "../contract.ts";
import type { ApplicationResponse } from "./webService.ts";

/** Rows as objects, numbers where the columns are. */
export function rowsOf(result: SqlResult | undefined): readonly Record<string, unknown>[] {
  if (result === undefined) return [];
  return result.rows.map((row) => Object.fromEntries(result.columns.map((column, index) => {
    const value = row[index] ?? null;
    return [column.name, column.isNumeric && value !== null ? Number(value) : value];
  })));
}

/** The objects of a list; none of anything else. */
export function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item): item is Record<string, unknown> => typeof item === "object" && item !== null) : [];
}

/** A request's body as a JSON object; empty for none, `undefined` for anything else. */
export function readBody(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The values of a path pattern's segments in braces; `undefined` where the path is another. */
export function matchPath(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name !== undefined && value !== "") values.set(name, decodeURIComponent(value));
    else if (segment !== value) return undefined;
  }
  return values;
}

/** Whether a path is `root` or below it. */
export function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** An answer in JSON. */
export function json(status: number, body: unknown): ApplicationResponse {
  return { status, contentType: "application/json", body: JSON.stringify(body) };
}

/** What the load balancer answers where no pod does: `504 Gateway Time-out`. */
export function proxyPage(words: string): ApplicationResponse {
  return { status: Number(words.slice(0, 3)), contentType: "text/html", body: `<html>\r\n<head><title>${words}</title></head>\r\n<body>\r\n<center><h1>${words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n` };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time as access logs have it: `31/Jan/2026:03:04:05 +0000`. */
export function logTime(epochMs: number): string {
  const [, year = "", month = "", day = "", time = ""] = /^(\d+)-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(new Date(epochMs).toISOString()) ?? [];
  return `${day}/${MONTHS[Number(month) - 1] ?? ""}/${year}:${time} +0000`;
}
