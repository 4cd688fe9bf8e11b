import { parseDuration } from "../../core/runbook/duration.ts";

/** When something runs again: fields of a wall clock, or a fixed time after the last. */
export type CronSchedule =
  | { readonly kind: "fields"; readonly minutes: ReadonlySet<number>; readonly hours: ReadonlySet<number>; readonly days: ReadonlySet<number>; readonly months: ReadonlySet<number>; readonly weekdays: ReadonlySet<number>; readonly isEveryDay: boolean; readonly isEveryWeekday: boolean }
  | { readonly kind: "every"; readonly ms: number };

/** A schedule that cannot be read, in the words of the library that Kubernetes reads it with (robfig/cron v3). */
export class CronError extends Error {
  override readonly name = "CronError";
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59, names: [] };
const HOURS: Bounds = { min: 0, max: 23, names: [] };
const DAYS: Bounds = { min: 1, max: 31, names: [] };
const MONTHS: Bounds = { min: 1, max: 12, names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const WEEKDAYS: Bounds = { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };
const DESCRIPTORS: Readonly<Record<string, string>> = { "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *" };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** robfig/cron gives up where nothing fits within five years: the 30th of February. */
const HORIZON_MS = 5 * 366 * DAY_MS;

/** Reads five fields or a descriptor such as `@hourly`. Throws `CronError`. */
export function parseCron(text: string): CronSchedule {
  const every = /^@every (.+)$/u.exec(text)?.[1];
  if (every !== undefined) {
    const ms = parseDuration(every);
    if (ms === undefined) throw new CronError(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(every)}`);
    return { kind: "every", ms: Math.max(1000, ms) };
  }
  if (text.startsWith("@") && DESCRIPTORS[text] === undefined) throw new CronError(`unrecognized descriptor: ${text}`);
  const fields = (DESCRIPTORS[text] ?? text).split(/\s+/u).filter((field) => field !== "");
  const [minute, hour, day, month, weekday] = fields;
  if (minute === undefined || hour === undefined || day === undefined || month === undefined || weekday === undefined || fields.length > 5) throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  const isStar = (field: string): boolean => field.split(",").some((part) => /^[*?](?:\/1)?$/u.test(part));
  return {
    kind: "fields", minutes: valuesOf(minute, MINUTES), hours: valuesOf(hour, HOURS), days: valuesOf(day, DAYS), months: valuesOf(month, MONTHS), weekdays: valuesOf(weekday, WEEKDAYS),
    isEveryDay: isStar(day), isEveryWeekday: isStar(weekday),
  };
}

function valuesOf(field: string, bounds: Bounds): ReadonlySet<number> {
  return new Set(field.split(",").flatMap((part) => rangeOf(part, bounds)));
}

/** `getRange`: `*`, `3`, `1-5`, each with `/STEP`; `3/2` goes on to the end. */
function rangeOf(part: string, bounds: Bounds): number[] {
  const [range = "", stepText, ...more] = part.split("/");
  if (more.length > 0) throw new CronError(`too many slashes: ${part}`);
  const [low = "", high, ...rest] = range.split("-");
  if (rest.length > 0) throw new CronError(`too many hyphens: ${part}`);
  const isStar = low === "*" || low === "?";
  const start = isStar ? bounds.min : numberOf(low, bounds);
  const end = isStar ? bounds.max : high !== undefined ? numberOf(high, bounds) : stepText === undefined ? start : bounds.max;
  const step = stepText === undefined ? 1 : numberOf(stepText, { min: 0, max: 0, names: [] });
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${part}`);
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${part}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${part}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${part}`);
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
}

function numberOf(text: string, { names }: Bounds): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0 && text !== "") return named;
  if (!/^\d+$/u.test(text)) throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** The first time after `after` (epoch milliseconds), on the wall clock of a time zone; `undefined` where none comes within five years. */
export function nextTime(schedule: CronSchedule, after: number, timeZone = "UTC"): number | undefined {
  if (schedule.kind === "every") return after - (after % 1000) + schedule.ms;
  let wall = Math.floor((after + offsetMs(after, timeZone)) / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const end = wall + HORIZON_MS;
  while (wall < end) {
    const date = new Date(wall);
    if (!schedule.months.has(date.getUTCMonth() + 1)) wall = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    else if (!isDay(schedule, date)) wall = (Math.floor(wall / DAY_MS) + 1) * DAY_MS;
    else if (!schedule.hours.has(date.getUTCHours())) wall = (Math.floor(wall / (60 * MINUTE_MS)) + 1) * 60 * MINUTE_MS;
    else if (!schedule.minutes.has(date.getUTCMinutes())) wall += MINUTE_MS;
    else return wall - offsetMs(wall - offsetMs(wall, timeZone), timeZone);
  }
  return undefined;
}

/** A day must fit both fields where one of them is open, else one of them (`dayMatches`). */
function isDay({ days, weekdays, isEveryDay, isEveryWeekday }: Extract<CronSchedule, { kind: "fields" }>, date: Date): boolean {
  const [isDate, isWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return isEveryDay || isEveryWeekday ? isDate && isWeekday : isDate || isWeekday;
}

/** The last time in (`from`, `now`]; `undefined` where there is none. */
export function lastTime(schedule: CronSchedule, from: number, now: number, timeZone?: string): number | undefined {
  if (schedule.kind === "every") return now - from < schedule.ms ? undefined : now - ((now - from) % schedule.ms);
  // Near ones first: a schedule of every minute has thousands of times in a week.
  for (const span of [MINUTE_MS * 10, DAY_MS, DAY_MS * 40, HORIZON_MS]) {
    const start = Math.max(from, now - span);
    let last: number | undefined;
    for (let time = nextTime(schedule, start, timeZone); time !== undefined && time <= now; time = nextTime(schedule, time, timeZone)) last = time;
    if (last !== undefined || start === from) return last;
  }
  return undefined;
}

/** How far a zone's wall clock is ahead of UTC at a moment. */
function offsetMs(at: number, timeZone: string): number {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return 0;
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(at / 1000) * 1000;
}
