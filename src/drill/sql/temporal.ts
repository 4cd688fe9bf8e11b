/** A point in MySQL's calendar without zone; `micros` are 0 to 999999. */
export interface DateTimeParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days of a month, 1 to 12. */
function daysIn(year: number, month: number): number {
  // MySQL counts no day more in the year 0.
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || (year % 400 === 0 && year !== 0));
  return month === 2 && isLeap ? 29 : (monthDays[month - 1] ?? 31);
}

/** Reads MySQL's date and datetime texts (also `20260131`, `2026-1-5`, `T` between, fractions); `undefined` when it is none. */
export function parseDateTime(text: string): DateTimeParts | undefined {
  const found =
    /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,9}))?)?)?)?\s*$/.exec(text) ??
    /^\s*(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(?:\.(\d{0,9}))?)?\s*$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? "0"));
  const micros = Number((found[7] ?? "").slice(0, 6).padEnd(6, "0"));
  if (month > 12 || hour > 23 || minute > 59 || second > 59 || day > 31) return undefined;
  if (month > 0 && day > daysIn(year, month)) return undefined;
  return { year, month, day, hour, minute, second, micros };
}

export function isZeroDate(parts: DateTimeParts): boolean {
  return parts.month === 0 || parts.day === 0;
}

/** Microseconds since 1970-01-01 00:00:00 in the parts' own zone. */
export function toMicros(parts: DateTimeParts): bigint {
  const date = new Date(0);
  date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  date.setUTCHours(parts.hour, parts.minute, parts.second);
  return BigInt(date.getTime()) * 1000n + BigInt(parts.micros);
}

export function fromMicros(micros: bigint): DateTimeParts {
  const within = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - within) / 1000n));
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(),
    hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(), micros: Number(within),
  };
}

export function dateText(parts: DateTimeParts): string {
  return `${pad(parts.year, 4)}-${pad(parts.month)}-${pad(parts.day)}`;
}

function fractionText(micros: number, fsp: number): string {
  return fsp === 0 ? "" : `.${pad(micros, 6).slice(0, fsp)}`;
}

/** `2026-01-31 02:00:00` with `fsp` digits of fraction, cut off. */
export function dateTimeText(parts: DateTimeParts, fsp: number): string {
  return `${dateText(parts)} ${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}${fractionText(parts.micros, fsp)}`;
}

/** Rounds to `fsp` digits, as MySQL does on storing. */
export function roundToFsp(parts: DateTimeParts, fsp: number): DateTimeParts {
  const unit = 10n ** BigInt(6 - fsp);
  if (BigInt(parts.micros) % unit === 0n || isZeroDate(parts)) return parts;
  return fromMicros(((toMicros(parts) + unit / 2n) / unit) * unit);
}

/** Cuts what is beyond `fsp` digits off, as MariaDB does without TIME_ROUND_FRACTIONAL. */
export function cutToFsp(parts: DateTimeParts, fsp: number): DateTimeParts {
  const unit = 10 ** (6 - fsp);
  return { ...parts, micros: Math.floor(parts.micros / unit) * unit };
}

/** Microseconds of a TIME text `[-]HHH:MM:SS[.f]`; `undefined` when it is none. */
export function parseTime(text: string): bigint | undefined {
  const found = /^\s*(-?)(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,9}))?)?\s*$/.exec(text) ?? /^\s*(-?)(\d{1,3})(\d{2})(\d{2})(?:\.(\d{0,9}))?\s*$/.exec(text);
  if (found === null) return undefined;
  const [hour = 0, minute = 0, second = 0] = found.slice(2, 5).map((part) => Number(part ?? "0"));
  if (minute > 59 || second > 59 || hour > 838) return undefined;
  const total = BigInt(hour * 3600 + minute * 60 + second) * 1_000_000n + BigInt((found[5] ?? "").slice(0, 6).padEnd(6, "0"));
  return found[1] === "-" ? -total : total;
}

export function timeText(micros: bigint, fsp: number): string {
  const whole = micros < 0n ? -micros : micros;
  const seconds = Number(whole / 1_000_000n);
  return `${micros < 0n ? "-" : ""}${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}${fractionText(Number(whole % 1_000_000n), fsp)}`;
}

const unitMicros: Readonly<Record<string, bigint>> = { MICROSECOND: 1n, SECOND: 1_000_000n, MINUTE: 60_000_000n, HOUR: 3_600_000_000n, DAY: 86_400_000_000n, WEEK: 604_800_000_000n };
const unitMonths: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const compound: Readonly<Record<string, readonly string[]>> = {
  DAY_HOUR: ["DAY", "HOUR"], DAY_MINUTE: ["DAY", "HOUR", "MINUTE"], DAY_SECOND: ["DAY", "HOUR", "MINUTE", "SECOND"],
  HOUR_MINUTE: ["HOUR", "MINUTE"], HOUR_SECOND: ["HOUR", "MINUTE", "SECOND"], MINUTE_SECOND: ["MINUTE", "SECOND"], YEAR_MONTH: ["YEAR", "MONTH"],
};

/** Has the unit hours, minutes or less, so that adding it to a date gives a datetime? */
export function hasTimePart(unit: string): boolean {
  return !["DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "YEAR_MONTH"].includes(unit);
}

/** Is it an interval unit at all? */
export function isIntervalUnit(unit: string): boolean {
  return unit in unitMicros || unit in unitMonths || unit in compound;
}

function addMonths(parts: DateTimeParts, months: number): DateTimeParts {
  const total = parts.year * 12 + parts.month - 1 + months;
  const year = Math.floor(total / 12);
  const month = (total % 12) + 1;
  return { ...parts, year, month, day: Math.min(parts.day, daysIn(year, month)) };
}

/** Adds `amount` units (times `sign`); `undefined` where MySQL gives NULL (outside years 0 to 9999). */
export function addInterval(parts: DateTimeParts, amount: string, unit: string, sign: 1 | -1): DateTimeParts | undefined {
  let result = parts;
  const names = compound[unit];
  if (names !== undefined) {
    const isNegative = amount.trim().startsWith("-");
    const numbers = amount.match(/\d+/g) ?? [];
    // MySQL fills a short compound interval from its right end.
    const units = names.slice(names.length - numbers.length);
    for (const [index, name] of units.entries()) {
      const next = addInterval(result, numbers[index] ?? "0", name, isNegative === (sign === 1) ? -1 : 1);
      if (next === undefined) return undefined;
      result = next;
    }
    return result;
  }
  const months = unitMonths[unit];
  const micros = unitMicros[unit];
  if (months !== undefined) result = addMonths(parts, sign * months * Math.round(Number(amount)));
  else if (micros !== undefined) {
    const number = Number.parseFloat(amount) || 0;
    const by = unit === "SECOND" ? BigInt(Math.round(number * 1e6)) : BigInt(Math.round(number)) * micros;
    result = fromMicros(toMicros(parts) + BigInt(sign) * by);
  }
  return result.year < 0 || result.year > 9999 || Number.isNaN(result.year) ? undefined : result;
}

/** TIMESTAMPDIFF: whole units from `from` to `to`. */
export function difference(unit: string, from: DateTimeParts, to: DateTimeParts): bigint {
  const months = unitMonths[unit];
  if (months === undefined) return (toMicros(to) - toMicros(from)) / (unitMicros[unit] ?? 1n);
  const isBackwards = toMicros(to) < toMicros(from);
  const [early, late] = isBackwards ? [to, from] : [from, to];
  let count = (late.year - early.year) * 12 + late.month - early.month;
  const within = (parts: DateTimeParts): bigint => toMicros({ ...parts, year: 2000, month: 1 });
  if (within(late) < within(early)) count -= 1;
  const whole = BigInt(Math.floor(count / months));
  return isBackwards ? -whole : whole;
}

const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const monthNames = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** 0 is Sunday. */
export function weekday(parts: DateTimeParts): number {
  return new Date(Number(toMicros(parts) / 1000n)).getUTCDay();
}

export function dayName(parts: DateTimeParts): string {
  return dayNames[weekday(parts)] ?? "";
}

export function monthName(parts: DateTimeParts): string {
  return monthNames[parts.month - 1] ?? "";
}

export function dayOfYear(parts: DateTimeParts): number {
  return Number((toMicros(parts) - toMicros({ ...parts, month: 1, day: 1 })) / 86_400_000_000n) + 1;
}

export function lastDay(parts: DateTimeParts): DateTimeParts {
  return { ...parts, day: daysIn(parts.year, parts.month) };
}

/** DATE_FORMAT with MySQL's specifiers but for week numbers, which come out as `undefined`. */
export function formatDate(parts: DateTimeParts, format: string): string | undefined {
  const hour12 = parts.hour % 12 === 0 ? 12 : parts.hour % 12;
  const ordinal = parts.day % 10 === 1 && parts.day !== 11 ? "st" : parts.day % 10 === 2 && parts.day !== 12 ? "nd" : parts.day % 10 === 3 && parts.day !== 13 ? "rd" : "th";
  const time = `${pad(parts.minute)}:${pad(parts.second)}`;
  const meridiem = parts.hour < 12 ? "AM" : "PM";
  const values: Readonly<Record<string, string>> = {
    Y: pad(parts.year, 4), y: pad(parts.year % 100), m: pad(parts.month), c: String(parts.month), d: pad(parts.day), e: String(parts.day), D: String(parts.day) + ordinal,
    H: pad(parts.hour), k: String(parts.hour), h: pad(hour12), I: pad(hour12), l: String(hour12), i: pad(parts.minute), s: pad(parts.second), S: pad(parts.second),
    f: pad(parts.micros, 6), p: meridiem, T: `${pad(parts.hour)}:${time}`, r: `${pad(hour12)}:${time} ${meridiem}`,
    W: dayName(parts), a: dayName(parts).slice(0, 3), w: String(weekday(parts)), M: monthName(parts), b: monthName(parts).slice(0, 3), j: pad(dayOfYear(parts), 3),
  };
  if (/%[UuVvXx]/.test(format)) return undefined;
  return format.replace(/%([\s\S])/g, (_all, letter: string) => values[letter] ?? letter);
}
