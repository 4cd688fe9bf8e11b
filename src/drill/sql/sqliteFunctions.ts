import { createHash } from "node:crypto";
import type { Database } from "sql.js";
import { foldText, textWeight } from "./collation.ts";
import type { TextRules } from "./collation.ts";
import { crc32 } from "./crc32.ts";
import { decimalText, divideRounded, doubleText, leadingNumber, scaledFromText } from "./sqlTypes.ts";
import { addInterval, dateText, dateTimeText, dayName, dayOfYear, difference, formatDate, fromMicros, isZeroDate, lastDay, monthName, parseDateTime, parseTime, cutToFsp, roundToFsp, timeText, toMicros, weekday } from "./temporal.ts";
import { zoneMinutes } from "./systemVariables.ts";
import type { DateTimeParts } from "./temporal.ts";

/** What SQLite hands to a function: integers come as doubles, so exact numbers are passed as text. */
type Argument = string | number | Uint8Array | null;

function bytesOf(value: string | number | Uint8Array): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(String(value));
}

function textOf(value: string | number | Uint8Array): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value);
}

const likePatterns = new Map<string, RegExp>();

function likePattern(pattern: string, escape: string): RegExp {
  const key = `${escape}\0${pattern}`;
  const known = likePatterns.get(key);
  if (known !== undefined) return known;
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    let letter = pattern[index] ?? "";
    if (letter === escape && index + 1 < pattern.length) letter = pattern[++index] ?? "";
    else if (letter === "%") { source += "[\\s\\S]*"; continue; }
    else if (letter === "_") { source += "[\\s\\S]"; continue; }
    source += letter.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  const built = new RegExp(`^${source}$`, "u");
  if (likePatterns.size > 100) likePatterns.clear();
  likePatterns.set(key, built);
  return built;
}

/** Makes a function NULL as soon as one argument is, like most of MySQL's. */
function strict<T extends readonly (string | number | Uint8Array)[]>(action: (...values: T) => string | number | Uint8Array | null) {
  const isComplete = (values: readonly (T[number] | null)[]): values is T => values.every((value) => value !== null);
  const guarded = (...values: readonly (T[number] | null)[]): string | number | Uint8Array | null => (isComplete(values) ? action(...values) : null);
  // SQLite registers a function under its number of parameters.
  return Object.defineProperty(guarded, "length", { value: action.length });
}

function onDate(action: (parts: DateTimeParts) => string | number | null): (text: Argument) => string | number | null {
  return (text) => {
    const parts = text === null ? undefined : parseDateTime(textOf(text));
    return parts === undefined ? null : action(parts);
  };
}

/** Text of the error that `my_many` raises; the engine turns it into MySQL's 1242. */
export const manyRows = "subquery: more than one row";

/** Text of the error that `my_zero` raises; the engine turns it into MySQL's 1365. */
export const divisionByZero = "division by zero";

function registerNumbers(database: Database): void {
  database.create_function("my_many", () => { throw new Error(manyRows); });
  database.create_function("my_zero", () => { throw new Error(divisionByZero); });
  database.create_function("my_num", (value: Argument) => (value === null ? null : leadingNumber(textOf(value))));
  database.create_function("my_dbl", (value: number | null) => (value === null ? null : doubleText(value)));
  database.create_function("my_dec", strict((scaled: string, scale: number) => decimalText(BigInt(scaled), scale)));
  // Text of (left / right) scaled by 10^power; both are integers as text.
  database.create_function("my_div", strict((left: string, right: string, power: number) => (BigInt(right) === 0n ? null : divideRounded(BigInt(left) * 10n ** BigInt(Math.max(0, power)), BigInt(right)).toString())));
  database.create_function("my_scale", strict((text: string | number, scale: number) => (scaledFromText(typeof text === "number" ? text.toFixed(Math.min(20, scale + 1)) : String(leadingNumber(text)) === text.trim() ? text : (/^\s*[+-]?\d*\.?\d*(?:[eE][+-]?\d+)?/.exec(text)?.[0] ?? "0"), scale) ?? 0n).toString()));
  database.create_function("my_rescale", strict((scaled: string, from: number, to: number) => (to >= from ? BigInt(scaled) * 10n ** BigInt(to - from) : divideRounded(BigInt(scaled), 10n ** BigInt(from - to))).toString()));
  database.create_function("my_fmod", strict((left: number, right: number) => (right === 0 ? null : left % right)));
  database.create_function("my_crc32", strict((value: string | Uint8Array) => crc32(bytesOf(value))));
}

/** LIKE: without case and accents unless binary. */
function isLike(text: string, pattern: string, escape: string, isBinary: boolean, rules: TextRules): boolean {
  return isBinary ? likePattern(pattern, escape).test(text) : likePattern(foldText(pattern, rules), foldText(escape, rules)).test(foldText(text, rules));
}

function registerTexts(database: Database, rules: TextRules): void {
  const digest = (algorithm: string) => strict((value: string | Uint8Array) => createHash(algorithm).update(bytesOf(value)).digest("hex"));
  database.create_function("my_md5", digest("md5"));
  database.create_function("my_sha1", digest("sha1"));
  database.create_function("my_sha2", strict((value: string | Uint8Array, bits: number) => (![0, 224, 256, 384, 512].includes(bits) ? null : createHash(`sha${String(bits === 0 ? 256 : bits)}`).update(bytesOf(value)).digest("hex"))));
  database.create_function("my_like", strict((text: string | Uint8Array, pattern: string, escape: string, isBinary: number) => (isLike(textOf(text), textOf(pattern), escape, isBinary === 1, rules) ? 1 : 0)));
  database.create_function("my_regexp", strict((text: string, pattern: string, isBinary: number) => (new RegExp(textOf(pattern), isBinary === 1 ? "u" : "iu").test(textOf(text)) ? 1 : 0)));
  database.create_function("my_upper", strict((text: string) => text.toUpperCase()));
  database.create_function("my_lower", strict((text: string) => text.toLowerCase()));
  database.create_function("my_weight", strict((text: string) => textWeight(textOf(text), rules)));
  database.create_function("my_bytes", strict((value: string | Uint8Array) => bytesOf(value).length));
  database.create_function("my_reverse", strict((text: string) => [...text].toReversed().join("")));
  database.create_function("my_repeat", strict((text: string, count: number) => text.repeat(Math.max(0, Math.min(count, 1_000_000)))));
  database.create_function("my_pad", strict((text: string, length: number, fill: string, isLeft: number) => padText(text, length, fill, isLeft === 1)));
  database.create_function("my_index", strict((list: string, separator: string, count: number) => substringIndex(list, separator, count)));
  database.create_function("my_field", (value: Argument, list: string) => { const members: unknown = JSON.parse(list); return value === null || !Array.isArray(members) ? 0 : members.indexOf(textOf(value)) + 1; });
  database.create_function("my_unhex", strict((text: string) => (/^(?:[0-9a-f]{2})*$/i.test(text) ? new Uint8Array(Buffer.from(text, "hex")) : null)));
  database.create_function("my_base64", strict((value: string | Uint8Array) => Buffer.from(bytesOf(value)).toString("base64")));
  database.create_function("my_find_in_set", strict((wanted: string, list: string) => (list === "" ? 0 : list.toLowerCase().split(",").indexOf(wanted.toLowerCase()) + 1)));
  database.create_function("my_join", strict((list: string, separator: string, limit: number) => joinList(list, separator, limit)));
  database.create_function("my_thousands", strict((text: string) => text.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","))));
}

function padText(text: string, length: number, fill: string, isLeft: boolean): string | null {
  const letters = [...text];
  if (length < 0 || (fill === "" && length > letters.length)) return null;
  if (letters.length >= length) return letters.slice(0, length).join("");
  const missing = [...fill.repeat(Math.ceil((length - letters.length) / fill.length))].slice(0, length - letters.length).join("");
  return isLeft ? missing + text : text + missing;
}

function substringIndex(text: string, separator: string, count: number): string {
  if (separator === "" || count === 0) return "";
  const parts = text.split(separator);
  return (count > 0 ? parts.slice(0, count) : parts.slice(count)).join(separator);
}

function joinList(list: string, separator: string, limit: number): string | null {
  const members: unknown = JSON.parse(list);
  if (!Array.isArray(members) || members.length === 0) return null;
  const bytes = Buffer.from(members.map(String).join(separator));
  return bytes.length <= limit ? bytes.toString() : bytes.subarray(0, limit).toString().replace(/\ufffd$/, "");
}

/** The microseconds of a TIME, or of a moment since year 0; `undefined` when the text is neither. */
function momentOf(text: string): { readonly micros: bigint; readonly isTime: boolean } | undefined {
  const time = parseTime(text);
  if (time !== undefined) return { micros: time, isTime: true };
  const parts = parseDateTime(text);
  return parts === undefined ? undefined : { micros: toMicros(parts), isTime: false };
}

/** TIME ends at 838:59:59. */
function clampTime(micros: bigint): bigint {
  const most = 3_020_399_000_000n;
  return micros > most ? most : micros < -most ? -most : micros;
}

function registerDates(database: Database, rules: TextRules): void {
  const fit = rules.cutsFractions ? cutToFsp : roundToFsp;
  const plain: Readonly<Record<string, (parts: DateTimeParts) => string | number | null>> = {
    my_year: (parts) => parts.year, my_month: (parts) => parts.month, my_day: (parts) => parts.day, my_hour: (parts) => parts.hour, my_minute: (parts) => parts.minute,
    my_second: (parts) => parts.second, my_micro: (parts) => parts.micros, my_quarter: (parts) => Math.ceil(parts.month / 3), my_dow: (parts) => weekday(parts) + 1,
    my_weekday: (parts) => (weekday(parts) + 6) % 7, my_doy: dayOfYear, my_dayname: dayName, my_monthname: monthName,
    my_date: dateText, my_last_day: (parts) => (isZeroDate(parts) ? null : dateText(lastDay(parts))),
    my_to_days: (parts) => (isZeroDate(parts) ? null : Number(toMicros({ ...parts, hour: 0, minute: 0, second: 0, micros: 0 }) / 86_400_000_000n) + 719_528),
  };
  for (const [name, action] of Object.entries(plain)) database.create_function(name, onDate(action));
  database.create_function("my_datetime", strict((text: string, fsp: number) => { const parts = parseDateTime(textOf(text)); return parts === undefined ? null : dateTimeText(fit(parts, fsp), fsp); }));
  database.create_function("my_time", strict((text: string, fsp: number) => {
    const time = parseTime(text);
    const parts = time === undefined ? parseDateTime(text) : undefined;
    return time !== undefined ? timeText(time, fsp) : parts === undefined ? null : dateTimeText(parts, fsp).slice(11);
  }));
  database.create_function("my_time_diff", strict((left: string, right: string, fsp: number) => {
    const [a, b] = [momentOf(left), momentOf(right)];
    // A TIME and a DATETIME have no difference.
    return a === undefined || b === undefined || a.isTime !== b.isTime ? null : timeText(clampTime(a.micros - b.micros), fsp);
  }));
  database.create_function("my_sec_to_time", strict((seconds: string) => timeText(clampTime(BigInt(seconds) * 1_000_000n), 0)));
  database.create_function("my_time_to_sec", strict((text: string) => { const found = momentOf(text); return found === undefined ? null : Number((found.micros % (found.isTime ? found.micros + 1n : 86_400_000_000n)) / 1_000_000n); }));
  database.create_function("my_convert_zone", strict((text: string, from: string, to: string, fsp: number) => {
    const [parts, start, end] = [parseDateTime(text), zoneMinutes(from), zoneMinutes(to)];
    return parts === undefined || isZeroDate(parts) || start === undefined || end === undefined ? null : dateTimeText(fromMicros(toMicros(parts) + BigInt(end - start) * 60_000_000n), fsp);
  }));
  database.create_function("my_add", strict((text: string, amount: string | number, unit: string, sign: number, fsp: number) => {
    const parts = parseDateTime(text);
    const sum = parts === undefined || isZeroDate(parts) ? undefined : addInterval(parts, String(amount), unit, sign < 0 ? -1 : 1);
    return sum === undefined ? null : fsp < 0 ? dateText(sum) : dateTimeText(sum, fsp);
  }));
  database.create_function("my_diff", strict((unit: string, from: string, to: string) => { const [start, end] = [parseDateTime(from), parseDateTime(to)]; return start === undefined || end === undefined ? null : difference(unit, start, end).toString(); }));
  database.create_function("my_format", strict((text: string, format: string) => { const parts = parseDateTime(text); return parts === undefined ? null : (formatDate(parts, format) ?? null); }));
  // Epoch microseconds as text, of a datetime in a zone `offset` minutes east of UTC.
  database.create_function("my_unix", strict((text: string, offset: number) => { const parts = parseDateTime(text); return parts === undefined || isZeroDate(parts) ? null : (toMicros(parts) - BigInt(offset) * 60_000_000n).toString(); }));
  database.create_function("my_from_unix", strict((micros: string, offset: number, fsp: number) => dateTimeText(fromMicros(BigInt(micros) + BigInt(offset) * 60_000_000n), fsp)));
  database.create_function("my_shift", strict((text: string, minutes: number, fsp: number) => { const parts = parseDateTime(text); return parts === undefined || isZeroDate(parts) ? text : dateTimeText(fromMicros(toMicros(parts) + BigInt(minutes) * 60_000_000n), fsp); }));
}

/** Adds the functions that translated statements call. */
export function registerFunctions(database: Database, rules: TextRules): void {
  registerNumbers(database);
  registerTexts(database, rules);
  registerDates(database, rules);
}
