import { KubectlFailure } from "./failure.ts";

/** apimachinery's `HumanDuration`: `2m3s`, `5h`, `3d`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${String(seconds)}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return twoUnits(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${String(minutes)}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return twoUnits(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${String(hours)}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 192) return twoUnits(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${String(days)}d`;
  const years = Math.trunc(days / 365);
  if (hours < 24 * 365 * 8) return twoUnits(years, "y", days % 365, "d");
  return `${String(years)}y`;
}

function twoUnits(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${String(first)}${firstUnit}` : `${String(first)}${firstUnit}${String(second)}${secondUnit}`;
}

/** Elapsed time since an RFC 3339 text; `<unknown>` when it is empty. */
export function ageSince(timestamp: string, nowMs: number): string {
  const then = Date.parse(timestamp);
  return Number.isNaN(then) ? "<unknown>" : humanDuration(nowMs - then);
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** Go's `RFC1123Z` in the given zone (minutes east of UTC); Go's zero time when the text is empty. */
export function rfc1123(timestamp: string, offsetMinutes: (epochMs: number) => number): string {
  const then = Date.parse(timestamp);
  if (Number.isNaN(then)) return "Mon, 01 Jan 0001 00:00:00 +0000";
  const offset = offsetMinutes(then);
  const local = new Date(then + offset * 60_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const date = `${DAYS[local.getUTCDay()] ?? ""}, ${two(local.getUTCDate())} ${MONTHS[local.getUTCMonth()] ?? ""} ${String(local.getUTCFullYear()).padStart(4, "0")}`;
  return `${date} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${zone}`;
}

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, "µs": 1e-3, "μs": 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A Go duration (`180s`, `1m30s`) in milliseconds. Throws as kubectl words a bad flag value. */
export function parseDuration(text: string, flag: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const body = text.replace(/^[+-]/, "");
  if (body === "0") return 0;
  const parts = [...body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== body) {
    const cause = /\d$/.test(body) ? `time: missing unit in duration ${JSON.stringify(text)}` : `time: invalid duration ${JSON.stringify(text)}`;
    throw new KubectlFailure(`error: invalid argument ${JSON.stringify(text)} for "--${flag}" flag: ${cause}\nSee 'kubectl --help' for usage.`);
  }
  return sign * parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] ?? ""] ?? 0), 0);
}
