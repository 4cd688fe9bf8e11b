import { asCondition, asDecimal, asDouble, asInteger, asText, castTo, int, intCall, literal, text, unionType } from "./convert.ts";
import { comparable } from "./convert.ts";
import { notSupported, sqlError } from "./errors.ts";
import { missingFunctions } from "./missingFunctions.ts";
import { truncate } from "./functionsMath.ts";
import { applyBinary } from "./operators.ts";
import { temporalFunctions } from "./functionsTime.ts";
import type { Surroundings } from "./scope.ts";
import { blobType, doubleType } from "./sqlTypes.ts";
import type { Typed } from "./sqlTypes.ts";

/** A native function: how many arguments it takes and what it becomes. */
export interface NativeFunction {
  readonly least: number;
  readonly most: number;
  readonly translate: (args: readonly Typed[], surroundings: Surroundings) => Typed;
}

/** The argument at `index`; present because the count was checked. */
export function at(args: readonly Typed[], index: number): Typed {
  const value = args[index];
  if (value === undefined) throw new Error(`argument ${String(index)}: the count was checked before`);
  return value;
}

function define(least: number, most: number, translate: NativeFunction["translate"]): NativeFunction {
  return { least, most, translate };
}

const unaryText = (name: string): NativeFunction => define(1, 1, (args) => ({ sql: `${name}(${asText(at(args, 0))})`, type: at(args, 0).type.kind === "text" ? at(args, 0).type : text("").type }));
const digest = (name: string): NativeFunction => define(1, 1, (args) => text(`${name}(${asText(at(args, 0))})`));

function choose(condition: string, first: Typed, second: Typed): Typed {
  const type = unionType([first.type, second.type]);
  return { sql: `CASE WHEN ${condition} THEN ${castTo(first, type)} ELSE ${castTo(second, type)} END`, type };
}

function coalesce(args: readonly Typed[]): Typed {
  const type = unionType(args.map((value) => value.type));
  const parts = args.map((value) => castTo(value, type));
  return { sql: parts.length === 1 ? (parts[0] ?? "NULL") : `COALESCE(${parts.join(",")})`, type };
}

function extreme(name: "max" | "min") {
  return (args: readonly Typed[]): Typed => {
    const type = unionType(args.map((value) => value.type));
    return { sql: `${name}(${args.map((value) => castTo(value, type)).join(",")})`, type };
  };
}

function substring(args: readonly Typed[]): Typed {
  const source = asText(at(args, 0));
  const start = asInteger(at(args, 1));
  // MySQL has no character at 0; SQLite would count it.
  const from = `CASE WHEN ${start}=0 THEN length(${source})+1 ELSE ${start} END`;
  return text(args.length === 2 ? `substr(${source},${from})` : `substr(${source},${from},max(0,${asInteger(at(args, 2))}))`);
}

const control: Readonly<Record<string, NativeFunction>> = {
  IF: define(3, 3, (args) => choose(asCondition(at(args, 0)), at(args, 1), at(args, 2))),
  IFNULL: define(2, 2, coalesce),
  NVL: define(2, 2, coalesce),
  COALESCE: define(1, 99, coalesce),
  NULLIF: define(2, 2, (args) => {
    const [left, right] = comparable(at(args, 0), at(args, 1));
    return { sql: `CASE WHEN ${left}=${right} THEN NULL ELSE ${at(args, 0).sql} END`, type: at(args, 0).type };
  }),
  ISNULL: define(1, 1, (args) => int(`(${at(args, 0).sql} IS NULL)`)),
  GREATEST: define(2, 99, extreme("max")),
  LEAST: define(2, 99, extreme("min")),
  FIELD: define(2, 99, (args) => int(`(CASE ${args.slice(1).map((value, index) => { const [left, right] = comparable(at(args, 0), value); return `WHEN ${left}=${right} THEN ${String(index + 1)}`; }).join(" ")} ELSE 0 END)`)),
  ELT: define(2, 99, (args) => text(`(CASE ${asInteger(at(args, 0))} ${args.slice(1).map((value, index) => `WHEN ${String(index + 1)} THEN ${asText(value)}`).join(" ")} END)`)),
};

/** Texts put together are a text, but bytes with them make it all bytes. */
function joined(args: readonly Typed[], sql: string): Typed {
  return args.some((value) => value.type.kind === "blob") ? { sql: `CAST(${sql} AS BLOB)`, type: blobType } : text(sql);
}

const texts: Readonly<Record<string, NativeFunction>> = {
  CONCAT: define(1, 99, (args) => joined(args, `(${args.map(asText).join("||")})`)),
  CONCAT_WS: define(2, 99, (args) => joined(args, `concat_ws(${args.map(asText).join(",")})`)),
  UPPER: unaryText("my_upper"), UCASE: unaryText("my_upper"), LOWER: unaryText("my_lower"), LCASE: unaryText("my_lower"), REVERSE: unaryText("my_reverse"),
  LTRIM: unaryText("ltrim"), RTRIM: unaryText("rtrim"),
  CHAR_LENGTH: define(1, 1, (args) => int(`length(${asText(at(args, 0))})`)),
  CHARACTER_LENGTH: define(1, 1, (args) => int(`length(${asText(at(args, 0))})`)),
  LENGTH: define(1, 1, (args) => intCall("my_bytes", asText(at(args, 0)))),
  OCTET_LENGTH: define(1, 1, (args) => intCall("my_bytes", asText(at(args, 0)))),
  SUBSTRING: define(2, 3, substring), SUBSTR: define(2, 3, substring), MID: define(3, 3, substring),
  LEFT: define(2, 2, (args) => text(`substr(${asText(at(args, 0))},1,max(0,${asInteger(at(args, 1))}))`)),
  RIGHT: define(2, 2, (args) => text(`CASE WHEN ${asInteger(at(args, 1))}<=0 THEN '' ELSE substr(${asText(at(args, 0))},-${asInteger(at(args, 1))}) END`)),
  REPLACE: define(3, 3, (args) => text(`replace(${args.map(asText).join(",")})`)),
  LOCATE: define(2, 2, (args) => int(`instr(my_lower(${asText(at(args, 1))}),my_lower(${asText(at(args, 0))}))`)),
  INSTR: define(2, 2, (args) => int(`instr(my_lower(${asText(at(args, 0))}),my_lower(${asText(at(args, 1))}))`)),
  REPEAT: define(2, 2, (args) => text(`my_repeat(${asText(at(args, 0))},${asInteger(at(args, 1))})`)),
  SPACE: define(1, 1, (args) => text(`my_repeat(' ',${asInteger(at(args, 0))})`)),
  LPAD: define(3, 3, (args) => text(`my_pad(${asText(at(args, 0))},${asInteger(at(args, 1))},${asText(at(args, 2))},1)`)),
  RPAD: define(3, 3, (args) => text(`my_pad(${asText(at(args, 0))},${asInteger(at(args, 1))},${asText(at(args, 2))},0)`)),
  SUBSTRING_INDEX: define(3, 3, (args) => text(`my_index(${asText(at(args, 0))},${asText(at(args, 1))},${asInteger(at(args, 2))})`)),
  HEX: define(1, 1, (args) => text(at(args, 0).type.kind === "int" ? `printf('%X',${at(args, 0).sql})` : `hex(${asText(at(args, 0))})`)),
  UNHEX: define(1, 1, (args) => ({ sql: `my_unhex(${asText(at(args, 0))})`, type: blobType })),
  TO_BASE64: define(1, 1, (args) => text(`my_base64(${asText(at(args, 0))})`)),
  ASCII: define(1, 1, (args) => int(`CASE WHEN ${asText(at(args, 0))}='' THEN 0 ELSE unicode(${asText(at(args, 0))}) END`)),
  CHAR: define(1, 99, (args) => text(`char(${args.map(asInteger).join(",")})`)),
  FIND_IN_SET: define(2, 2, (args) => intCall("my_find_in_set", asText(at(args, 0)), asText(at(args, 1)))),
  QUOTE: define(1, 1, (args) => text(`COALESCE(''''||replace(replace(${asText(at(args, 0))},'\\','\\\\'),'''','\\''')||'''','NULL')`)),
  FORMAT: define(2, 2, (args) => formatNumber(at(args, 0), at(args, 1))),
  MD5: digest("my_md5"), SHA1: digest("my_sha1"), SHA: digest("my_sha1"),
  SHA2: define(2, 2, (args) => text(`my_sha2(${asText(at(args, 0))},${asInteger(at(args, 1))})`)),
  CRC32: define(1, 1, (args) => intCall("my_crc32", asText(at(args, 0)))),
  JSON_VALID: define(1, 1, (args) => int(`json_valid(${asText(at(args, 0))})`)),
  JSON_EXTRACT: define(2, 2, (args) => ({ sql: `(${asText(at(args, 0))}->${asText(at(args, 1))})`, type: { kind: "text", isBinary: true } })),
  JSON_UNQUOTE: define(1, 1, (args) => text(`CASE WHEN json_valid(${asText(at(args, 0))}) AND substr(${asText(at(args, 0))},1,1)='"' THEN json_extract(${asText(at(args, 0))},'$') ELSE ${asText(at(args, 0))} END`)),
  // A scalar's text; NULL for objects, arrays and what is not there.
  JSON_VALUE: define(2, 2, (args) => text(`(CASE WHEN json_type(${asText(at(args, 0))},${asText(at(args, 1))}) IN ('object','array') THEN NULL ELSE CAST(json_extract(${asText(at(args, 0))},${asText(at(args, 1))}) AS TEXT) END)`)),
  JSON_LENGTH: define(1, 1, (args) => int(`(SELECT count(*) FROM json_each(${asText(at(args, 0))}))`)),
};

function formatNumber(value: Typed, digits: Typed): Typed {
  const scale = Math.max(0, Math.min(30, constantDigits(digits, "FORMAT")));
  return text(`my_thousands(my_dec(CAST(${asDecimal(value, scale)} AS TEXT),${String(scale)}))`);
}

/** The digits of ROUND, TRUNCATE and FORMAT decide the result's type, so they must be known. */
function constantDigits(digits: Typed | undefined, name: string): number {
  if (digits === undefined) return 0;
  if (digits.literal === undefined || digits.literal === null || digits.literal instanceof Uint8Array) throw notSupported(`${name} to a computed number of digits`);
  return Math.round(Number(digits.literal));
}

function round(args: readonly Typed[]): Typed {
  const value = at(args, 0);
  const digits = constantDigits(args[1], "ROUND");
  if (value.type.kind === "int" && digits >= 0) return value;
  if (value.type.kind === "decimal" || value.type.kind === "int") {
    const scale = Math.max(0, Math.min(value.type.kind === "decimal" ? value.type.scale : 0, digits));
    if (digits >= 0) return { sql: asDecimal(value, scale), type: { kind: "decimal", scale } };
    const power = (10n ** BigInt(-digits)).toString();
    return int(`(CAST(my_div(CAST(${asInteger(value)} AS TEXT),'${power}',0) AS INTEGER)*${power})`);
  }
  if (digits < 0) return { sql: `(round(${asDouble(value)}/1e${String(-digits)})*1e${String(-digits)})`, type: { kind: "double", scale: 0 } };
  return { sql: `round(${asDouble(value)},${String(Math.max(0, digits))})`, type: { kind: "double", scale: Math.max(0, Math.min(30, digits)) } };
}

function toWhole(direction: "floor" | "ceil") {
  return (args: readonly Typed[]): Typed => {
    const value = at(args, 0);
    if (value.type.kind === "int") return value;
    const scaled = value.type.kind === "decimal" ? value.type.scale : 0;
    if (value.type.kind !== "decimal") return { sql: `${direction}(${asDouble(value)})`, type: doubleType };
    const unit = (10n ** BigInt(scaled)).toString();
    const adjust = direction === "floor" ? `-(${value.sql}<0 AND ${value.sql}%${unit}<>0)` : `+(${value.sql}>0 AND ${value.sql}%${unit}<>0)`;
    return int(`(${value.sql}/${unit}${adjust})`);
  };
}

const real = (name: string): NativeFunction => define(1, 1, (args) => ({ sql: `${name}(${asDouble(at(args, 0))})`, type: doubleType }));

const numbers: Readonly<Record<string, NativeFunction>> = {
  ABS: define(1, 1, (args) => ({ sql: `abs(${at(args, 0).type.kind === "text" ? asDouble(at(args, 0)) : at(args, 0).sql})`, type: at(args, 0).type.kind === "text" ? doubleType : at(args, 0).type })),
  ROUND: define(1, 2, round),
  TRUNCATE: define(2, 2, (args) => truncate(at(args, 0), constantDigits(at(args, 1), "TRUNCATE"))),
  FLOOR: define(1, 1, toWhole("floor")), CEIL: define(1, 1, toWhole("ceil")), CEILING: define(1, 1, toWhole("ceil")),
  SIGN: define(1, 1, (args) => int(`sign(${asDouble(at(args, 0))})`)),
  SQRT: real("sqrt"), EXP: real("exp"), LN: real("ln"), LOG2: real("log2"), LOG10: real("log10"),
  POW: define(2, 2, (args) => ({ sql: `pow(${asDouble(at(args, 0))},${asDouble(at(args, 1))})`, type: doubleType })),
  POWER: define(2, 2, (args) => ({ sql: `pow(${asDouble(at(args, 0))},${asDouble(at(args, 1))})`, type: doubleType })),
  MOD: define(2, 2, (args) => applyBinary("%", at(args, 0), at(args, 1))),
  RAND: define(0, 0, (_args, surroundings) => literal(surroundings.random())),
};

const session: Readonly<Record<string, NativeFunction>> = {
  DATABASE: define(0, 0, (_args, surroundings) => literal(surroundings.database ?? null)),
  SCHEMA: define(0, 0, (_args, surroundings) => literal(surroundings.database ?? null)),
  VERSION: define(0, 0, (_args, surroundings) => literal(surroundings.version)),
  USER: define(0, 0, (_args, surroundings) => literal(surroundings.user)),
  CURRENT_USER: define(0, 0, (_args, surroundings) => literal(surroundings.currentUser)),
  SESSION_USER: define(0, 0, (_args, surroundings) => literal(surroundings.user)),
  CONNECTION_ID: define(0, 0, (_args, surroundings) => literal(surroundings.connectionId)),
  LAST_INSERT_ID: define(0, 0, (_args, surroundings) => literal(surroundings.lastInsertId)),
  ROW_COUNT: define(0, 0, (_args, surroundings) => literal(surroundings.rowCount)),
};

const natives: ReadonlyMap<string, NativeFunction> = new Map(Object.entries({ ...control, ...texts, ...numbers, ...session, ...temporalFunctions(define, at) }));

/** Translates a call of a native function. Throws 1582 for a wrong count of arguments and 1305 for a function that does not exist; `written` is the name as it stands in the statement. */
export function callFunction(name: string, args: readonly Typed[], surroundings: Surroundings, written = name): Typed {
  const native = natives.get(name);
  if (native === undefined && missingFunctions.has(name)) throw notSupported(`${name}()`);
  if (native === undefined) throw sqlError("ER_SP_DOES_NOT_EXIST", "FUNCTION", `${surroundings.database === undefined ? "" : `${surroundings.database}.`}${written}`);
  if (args.length < native.least || args.length > native.most) throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", name);
  return native.translate(args, surroundings);
}

