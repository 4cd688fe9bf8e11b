import { asDateTime, asDouble, asInteger, asText, int, intCall, text, textLiteral } from "./convert.ts";
import type { NativeFunction } from "./functions.ts";
import type { Surroundings } from "./scope.ts";
import type { Typed } from "./sqlTypes.ts";
import { dateText, dateTimeText, fromMicros } from "./temporal.ts";

type Define = (least: number, most: number, translate: NativeFunction["translate"]) => NativeFunction;
type At = (args: readonly Typed[], index: number) => Typed;

function moment(surroundings: Surroundings, zoneMinutes: number) {
  return fromMicros(BigInt(surroundings.nowMs + zoneMinutes * 60_000) * 1000n);
}

function constant(value: string, type: Typed["type"]): Typed {
  return { sql: textLiteral(value), type, literal: value };
}

function fspOf(value: Typed | undefined): number {
  return typeof value?.literal === "number" ? value.literal : 0;
}

function fractionOf(value: Typed): number {
  if (value.type.kind === "datetime" || value.type.kind === "time") return value.type.fsp;
  return typeof value.literal === "string" ? Math.min(6, /\.(\d+)$/.exec(value.literal)?.[1]?.length ?? 0) : value.type.kind === "text" ? 6 : 0;
}

function unixTime(value: Typed, zoneMinutes: number): Typed {
  const micros = `CAST(my_unix(${asText(value)},${String(zoneMinutes)}) AS INTEGER)`;
  const fsp = fractionOf(value);
  return fsp === 0 ? int(`(${micros}/1000000)`) : { sql: `(${micros}/${(10n ** BigInt(6 - fsp)).toString()})`, type: { kind: "decimal", scale: fsp } };
}

/** Functions of dates and times. Their clock is the statement's. */
export function temporalFunctions(define: Define, at: At): Readonly<Record<string, NativeFunction>> {
  const now = define(0, 1, (args, around) => constant(dateTimeText(moment(around, around.zoneMinutes), fspOf(args[0])), { kind: "datetime", fsp: fspOf(args[0]) }));
  const utc = define(0, 1, (args, around) => constant(dateTimeText(moment(around, 0), fspOf(args[0])), { kind: "datetime", fsp: fspOf(args[0]) }));
  const today = define(0, 0, (_args, around) => constant(dateText(moment(around, around.zoneMinutes)), { kind: "date" }));
  const clock = define(0, 1, (args, around) => constant(dateTimeText(moment(around, around.zoneMinutes), fspOf(args[0])).slice(11), { kind: "time", fsp: fspOf(args[0]) }));
  const part = (name: string): NativeFunction => define(1, 1, (args) => intCall(name, asText(at(args, 0))));
  const clockPart = (name: string, place: number): NativeFunction =>
    define(1, 1, (args) => (at(args, 0).type.kind === "time" ? int(`CAST(substr(${at(args, 0).sql},${String(place)},2) AS INTEGER)`) : intCall(name, asText(at(args, 0)))));
  const named = (name: string): NativeFunction => define(1, 1, (args) => text(`${name}(${asText(at(args, 0))})`));
  return {
    NOW: now, CURRENT_TIMESTAMP: now, LOCALTIME: now, LOCALTIMESTAMP: now, SYSDATE: now, UTC_TIMESTAMP: utc,
    CURDATE: today, CURRENT_DATE: today, CURTIME: clock, CURRENT_TIME: clock,
    DATE: define(1, 1, (args) => ({ sql: `my_date(${asText(at(args, 0))})`, type: { kind: "date" } })),
    TIME: define(1, 1, (args) => ({ sql: `my_time(${asText(at(args, 0))},${String(fractionOf(at(args, 0)))})`, type: { kind: "time", fsp: fractionOf(at(args, 0)) } })),
    TIMESTAMP: define(1, 1, (args) => ({ sql: asDateTime(at(args, 0), fractionOf(at(args, 0))), type: { kind: "datetime", fsp: fractionOf(at(args, 0)) } })),
    TIMEDIFF: define(2, 2, (args) => {
      const fsp = Math.max(fractionOf(at(args, 0)), fractionOf(at(args, 1)));
      return { sql: `my_time_diff(${asText(at(args, 0))},${asText(at(args, 1))},${String(fsp)})`, type: { kind: "time", fsp } };
    }),
    SEC_TO_TIME: define(1, 1, (args) => ({ sql: `my_sec_to_time(CAST(${asInteger(at(args, 0))} AS TEXT))`, type: { kind: "time", fsp: 0 } })),
    TIME_TO_SEC: define(1, 1, (args) => intCall("my_time_to_sec", asText(at(args, 0)))),
    CONVERT_TZ: define(3, 3, (args) => {
      const fsp = fractionOf(at(args, 0));
      return { sql: `my_convert_zone(${args.map(asText).join(",")},${String(fsp)})`, type: { kind: "datetime", fsp } };
    }),
    LAST_DAY: define(1, 1, (args) => ({ sql: `my_last_day(${asText(at(args, 0))})`, type: { kind: "date" } })),
    YEAR: part("my_year"), MONTH: part("my_month"), DAY: part("my_day"), DAYOFMONTH: part("my_day"), QUARTER: part("my_quarter"),
    HOUR: clockPart("my_hour", 1), MINUTE: clockPart("my_minute", 4), SECOND: clockPart("my_second", 7), MICROSECOND: part("my_micro"),
    DAYOFWEEK: part("my_dow"), WEEKDAY: part("my_weekday"), DAYOFYEAR: part("my_doy"), TO_DAYS: part("my_to_days"), DAYNAME: named("my_dayname"), MONTHNAME: named("my_monthname"),
    DATEDIFF: define(2, 2, (args) => int(`(CAST(my_to_days(${asText(at(args, 0))}) AS INTEGER)-CAST(my_to_days(${asText(at(args, 1))}) AS INTEGER))`)),
    DATE_FORMAT: define(2, 2, (args) => text(`my_format(${asText(at(args, 0))},${asText(at(args, 1))})`)),
    UNIX_TIMESTAMP: define(0, 1, (args, around) => (args[0] === undefined ? int(String(Math.floor(around.nowMs / 1000))) : unixTime(args[0], around.zoneMinutes))),
    FROM_UNIXTIME: define(1, 1, (args, around) => {
      const seconds = at(args, 0);
      const isWhole = seconds.type.kind === "int";
      const micros = isWhole ? `CAST(${asInteger(seconds)}*1000000 AS TEXT)` : `CAST(CAST(round(${asDouble(seconds)}*1000000) AS INTEGER) AS TEXT)`;
      const fsp = isWhole ? 0 : seconds.type.kind === "decimal" ? Math.min(6, seconds.type.scale) : 6;
      return { sql: `my_from_unix(${micros},${String(around.zoneMinutes)},${String(fsp)})`, type: { kind: "datetime", fsp } };
    }),
  };
}
