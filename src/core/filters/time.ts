import type { Executor } from "../ports.ts";
import { fail, isOn, textFlag, writeText } from "./lines.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** sleep, by the run's clock. */
export const sleep: Executor = async (operation, io, ports, signal) => {
  let total = 0;
  for (const word of operation.positionals) {
    const match = /^(\d*\.?\d+)([smhd]?)$/.exec(word);
    if (match === null) return fail(io, `sleep: invalid time interval '${word}'\nTry 'sleep --help' for more information.`, 1);
    total += Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 1000);
  }
  await ports.clock.sleep(total, signal);
  return 0;
};

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** date: the run's time in a format; -u in UTC; -d for `@SECONDS`, ISO times and `N UNITS ago`. */
export const date: Executor = async (operation, io, ports) => {
  const now = ports.clock.now();
  const asked = textFlag(operation, "date");
  const at = asked === undefined ? now : parseDate(asked, now);
  if (at === undefined) return fail(io, `date: invalid date '${asked ?? ""}'`, 1);
  const offset = isOn(operation, "utc") ? 0 : ports.timeZoneOffsetMinutes(at);
  const format = operation.positionals[0];
  if (format !== undefined && !format.startsWith("+")) return fail(io, `date: invalid date '${format}'`, 1);
  await writeText(io.stdout, `${formatDate(at, offset, formatOf(operation.flags["iso-8601"], isOn(operation, "rfc-email"), format))}\n`);
  return 0;
};

function formatOf(iso: unknown, isMail: boolean, format: string | undefined): string {
  if (format !== undefined) return format.slice(1);
  if (isMail) return "%a, %d %b %Y %H:%M:%S %z";
  if (iso === undefined) return "%a %b %e %H:%M:%S %Z %Y";
  return { hours: "%FT%H%:z", minutes: "%FT%H:%M%:z", seconds: "%FT%T%:z", ns: "%FT%T,%N%:z" }[String(iso)] ?? "%F";
}

function parseDate(text: string, now: number): number | undefined {
  const words = text.trim();
  if (words === "now" || words === "") return now;
  if (words === "yesterday") return now - 86_400_000;
  if (words === "tomorrow") return now + 86_400_000;
  const epoch = /^@(-?\d+(?:\.\d+)?)$/.exec(words);
  if (epoch !== null) return Number(epoch[1]) * 1000;
  const relative = /^([+-]?\d+) ?(second|sec|minute|min|hour|day|week)s?( ago)?$/.exec(words);
  if (relative !== null) {
    const unit = { second: 1000, sec: 1000, minute: 60_000, min: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }[relative[2] ?? ""] ?? 0;
    return now + Number(relative[1]) * unit * (relative[3] === undefined ? 1 : -1);
  }
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)? ?(?:Z|UTC|[+-]\d{2}:?\d{2})?$/.test(words) ? Date.parse(words.replace(" ", "T").replace(/ ?UTC$/, "Z")) : Number.NaN;
  return Number.isNaN(iso) ? undefined : iso;
}

function formatDate(at: number, offsetMinutes: number, format: string): string {
  const local = new Date(at + offsetMinutes * 60_000);
  return format.replaceAll(/%([-_0^]?)(\d*)(:?[a-zA-Z%+])/g, (whole, flag: string, width: string, letter: string) => {
    const field = fieldOf(letter, width, local, at, offsetMinutes);
    if (field === undefined) return whole;
    if (flag === "-") return field.replace(/^[0 ]+(?=.)/, "");
    return flag === "^" ? field.toUpperCase() : flag === "_" ? field.replace(/^0(?=.)/, " ") : field;
  });
}

function fieldOf(letter: string, width: string, local: Date, at: number, offset: number): string | undefined {
  const two = (value: number): string => String(value).padStart(2, "0");
  const zone = (separator: string): string => `${offset < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(offset) / 60))}${separator}${two(Math.abs(offset) % 60)}`;
  const part = (letters: string): string => [...letters].map((one) => (/[a-zA-Z]/.test(one) ? (fieldOf(one, "", local, at, offset) ?? one) : one)).join("");
  const hour12 = local.getUTCHours() % 12 === 0 ? 12 : local.getUTCHours() % 12;
  const yearStart = Date.UTC(local.getUTCFullYear(), 0, 1);
  const fields: Readonly<Record<string, () => string>> = {
    Y: () => String(local.getUTCFullYear()), y: () => two(local.getUTCFullYear() % 100), m: () => two(local.getUTCMonth() + 1), d: () => two(local.getUTCDate()),
    e: () => String(local.getUTCDate()).padStart(2), H: () => two(local.getUTCHours()), I: () => two(hour12), M: () => two(local.getUTCMinutes()), S: () => two(local.getUTCSeconds()),
    s: () => String(Math.floor(at / 1000)), N: () => `${String(((at % 1000) + 1000) % 1000).padStart(3, "0")}000000`.slice(0, width === "" ? 9 : Number(width)),
    p: () => (local.getUTCHours() < 12 ? "AM" : "PM"), j: () => String(Math.floor((local.getTime() - yearStart) / 86_400_000) + 1).padStart(3, "0"), u: () => String(local.getUTCDay() === 0 ? 7 : local.getUTCDay()), w: () => String(local.getUTCDay()),
    a: () => (DAYS[local.getUTCDay()] ?? "").slice(0, 3), A: () => DAYS[local.getUTCDay()] ?? "", b: () => (MONTHS[local.getUTCMonth()] ?? "").slice(0, 3), B: () => MONTHS[local.getUTCMonth()] ?? "",
    F: () => part("Y-m-d"), T: () => part("H:M:S"), R: () => part("H:M"), D: () => part("m/d/y"), z: () => zone(""), ":z": () => zone(":"), Z: () => (offset === 0 ? "UTC" : zone("").slice(0, 3)), n: () => "\n", t: () => "\t", "%": () => "%",
  };
  return fields[letter]?.();
}
