import { KubectlFailure } from "./failure.ts";

const LAYOUT = "2006-01-02T15:04:05Z07:00";
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The layout's elements in order: what the text must begin with there, and what its number must not be over. */
const ELEMENTS: readonly (readonly [element: string, pattern: RegExp, most?: readonly [name: string, least: number, most: number]])[] = [
  ["2006", /^\d{4}/], ["-", /^-/], ["01", /^\d\d/, ["month", 1, 12]], ["-", /^-/], ["02", /^\d\d/, ["day", 1, 31]], ["T", /^T/], ["15", /^\d\d?/, ["hour", 0, 23]],
  [":", /^:/], ["04", /^\d\d/, ["minute", 0, 59]], [":", /^:/], ["05", /^\d\d(?:[.,]\d+)?/, ["second", 0, 59]], ["Z07:00", /^(?:Z|[+-]\d\d:\d\d)/],
];

/** Throws, as Go's `time.Parse` words it, what is no RFC 3339 time. */
export function checkTime(text: string): void {
  const fail = (why: string): never => {
    throw new KubectlFailure(`error: parsing time ${JSON.stringify(text)}${why}`);
  };
  const numbers = new Map<string, number>();
  let rest = text;
  for (const [element, pattern, bounds] of ELEMENTS) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return fail(` as ${JSON.stringify(LAYOUT)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`);
    const number = Math.floor(Number(found.replace(",", ".")));
    if (bounds !== undefined && (number < bounds[1] || number > bounds[2])) return fail(`: ${bounds[0]} out of range`);
    numbers.set(element, number);
    const [, hours = "0", minutes = "0"] = /^[+-](\d\d):(\d\d)$/.exec(found) ?? [];
    if (Number(hours) > 24) return fail(": time zone offset hour out of range");
    if (Number(minutes) > 60) return fail(": time zone offset minute out of range");
    rest = rest.slice(found.length);
  }
  if (rest !== "") return fail(`: extra text: ${JSON.stringify(rest)}`);
  const [year = 0, month = 1, day = 1] = ["2006", "01", "02"].map((element) => numbers.get(element));
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (MONTH_DAYS[month - 1] ?? 31) || (month === 2 && day === 29 && !isLeap)) fail(": day out of range");
}
