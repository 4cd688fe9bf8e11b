const DAY_MS = 86_400_000;
const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A day as `YYYY-MM-DD`, `January 31, 2026` or `31 January 2026`, as `YYYY-MM-DD`; `undefined` for other words and days that do not exist. */
export function readDay(text: string): string | undefined {
  const words = text.trim();
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words);
  if (iso !== null) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const american = /^([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(words);
  if (american !== null) return dayOf(Number(american[3]), monthOf(american[1] ?? ""), Number(american[2]));
  const european = /^(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]+)\.?,? (\d{4})$/i.exec(words);
  return european === null ? undefined : dayOf(Number(european[3]), monthOf(european[2] ?? ""), Number(european[1]));
}

/** Whole days from one day to another, both `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((timeOf(to) - timeOf(from)) / DAY_MS);
}

/** `Sunday` for `2026-03-01`. */
export function weekdayOf(day: string): string {
  return WEEKDAYS[new Date(timeOf(day)).getUTCDay()] ?? "";
}

function monthOf(name: string): number {
  return name.length < 3 ? 0 : MONTHS.findIndex((month) => month.startsWith(name.toLowerCase())) + 1;
}

function dayOf(year: number, month: number, day: number): string | undefined {
  const text = `${String(year)}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  const time = Date.UTC(year, month - 1, day);
  return month >= 1 && month <= 12 && new Date(time).toISOString().slice(0, 10) === text ? text : undefined;
}

function timeOf(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return Date.UTC(year, month - 1, date);
}
