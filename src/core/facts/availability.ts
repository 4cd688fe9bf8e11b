import type { Availability, Timetable } from "./facts.ts";

const MINUTES_A_DAY = 1440;
const MINUTE_MS = 60_000;
const DAYS: readonly string[] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** What a timetable says of one moment. `opensAt` is when the hours begin next, to the minute. */
export type AvailabilityNow =
  | { readonly kind: "available" }
  | { readonly kind: "criticalOnly" }
  | { readonly kind: "closed"; readonly opensAt: number }
  | { readonly kind: "unknown" };

/** Whether somebody is there at `at` (epoch milliseconds) by the timetable. */
export function availabilityAt(available: Availability | undefined, at: number): AvailabilityNow {
  if (available === undefined) return { kind: "unknown" };
  switch (available.kind) {
    case "always":
      return { kind: "available" };
    case "criticalOnly":
      return { kind: "criticalOnly" };
    case "hours": {
      const opensAt = nextOpening(available.hours, at);
      if (isOpen(available.hours, at)) return { kind: "available" };
      return opensAt === undefined ? { kind: "unknown" } : { kind: "closed", opensAt };
    }
  }
}

/** `24/7`, `Mon–Fri 09:00–17:00 America/New_York`, `critical incidents only`. */
export function availabilityWords(available: Availability | undefined): string {
  if (available === undefined) return "hours not known";
  switch (available.kind) {
    case "always":
      return "24/7";
    case "criticalOnly":
      return "critical incidents only";
    case "hours": {
      const { days, fromMinute, toMinute, zone } = available.hours;
      return `${dayWords(days)} ${timeWords(fromMinute)}–${timeWords(toMinute)} ${zone}`;
    }
  }
}

/** True for a time zone that this machine knows by name. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    // The constructor's only way to say that it does not know the zone.
    return false;
  }
}

function isOpen({ days, fromMinute, toMinute, zone }: Timetable, at: number): boolean {
  const { day, minute } = localTime(at, zone);
  return days.includes(day) && minute >= fromMinute && minute < toMinute;
}

/** Looks at each day's opening in turn; local days may have 23 or 25 hours, so the guess is corrected by what the clock there says. */
function nextOpening(hours: Timetable, at: number): number | undefined {
  const { minute } = localTime(at, hours.zone);
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  for (let ahead = 0; ahead <= 8; ahead++) {
    const guess = start + (hours.fromMinute - minute + ahead * MINUTES_A_DAY) * MINUTE_MS;
    const shift = hours.fromMinute - localTime(guess, hours.zone).minute;
    const opening = guess + (Math.abs(shift) > MINUTES_A_DAY / 2 ? shift - Math.sign(shift) * MINUTES_A_DAY : shift) * MINUTE_MS;
    if (opening > at && isOpen(hours, opening)) return opening;
  }
  return undefined;
}

function localTime(at: number, zone: string): { readonly day: number; readonly minute: number } {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at);
  const value = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? "";
  return { day: DAYS.indexOf(value("weekday")) + 1, minute: Number(value("hour")) * 60 + Number(value("minute")) };
}

function dayWords(days: readonly number[]): string {
  const sorted = [...days].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  const name = (day: number | undefined): string => DAYS[(day ?? 1) - 1] ?? "";
  if (first === undefined || last === undefined) return "no day";
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${name(first)}–${name(last)}`;
  return sorted.map(name).join(", ");
}

function timeWords(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
