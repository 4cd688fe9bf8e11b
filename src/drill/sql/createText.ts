import { backquote, typeOf, typeText } from "./catalog.ts";
import type { Column, ForeignKey, Key, Routine, Table, View } from "./catalog.ts";
import type { Flavour } from "./versionComments.ts";

function showsWidths(flavour: Flavour): boolean {
  return flavour.isMariaDb || flavour.versionId < 80_019;
}

/** A column's type as the server prints it. */
export function columnTypeText(column: Column, flavour: Flavour): string {
  return typeText(column.type, showsWidths(flavour));
}

function currentTimestamp(column: Column, flavour: Flavour): string {
  const fsp = (column.type.length ?? 0) > 0 ? `(${String(column.type.length)})` : flavour.isMariaDb ? "()" : "";
  return `${flavour.isMariaDb ? "current_timestamp" : "CURRENT_TIMESTAMP"}${fsp}`;
}

/** The default as SHOW CREATE TABLE prints it; `undefined` where it prints none. */
export function defaultText(column: Column, flavour: Flavour): string | undefined {
  const { defaultSql } = column;
  if (column.generated !== undefined || column.isAutoIncrement) return undefined;
  if (defaultSql === undefined || /^NULL$/i.test(defaultSql)) {
    const hasNone = !flavour.isMariaDb && /text|blob|json/.test(column.type.base);
    return column.isNullable && !hasNone ? "NULL" : undefined;
  }
  if (/^(?:current_timestamp|now|localtime(?:stamp)?)(?:\s*\(\s*\d*\s*\))?$/i.test(defaultSql)) return currentTimestamp(column, flavour);
  if (defaultSql.startsWith("(") || defaultSql.startsWith("'")) return defaultSql;
  const isNumber = /^-?[\d.]+$/.test(defaultSql);
  if (!isNumber) return defaultSql;
  const type = typeOf(column);
  const shown = type.kind === "decimal" ? Number(defaultSql).toFixed(type.scale) : defaultSql;
  return flavour.isMariaDb ? shown : `'${shown}'`;
}

function columnLine(column: Column, table: Table, flavour: Flavour): string {
  let line = `${backquote(column.name)} ${columnTypeText(column, flavour)}`;
  const isOwnCharset = column.charset !== undefined && column.charset !== table.charset;
  const isOwnCollation = column.collation !== undefined && column.collation !== table.collation;
  if (column.charset !== undefined && column.type.base !== "json") {
    if (isOwnCharset || (isOwnCollation && (flavour.isMariaDb || flavour.versionId >= 80_000))) line += ` CHARACTER SET ${column.charset}`;
    if (isOwnCharset || isOwnCollation) line += ` COLLATE ${column.collation ?? ""}`;
  }
  if (column.generated !== undefined) line += ` GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.isStored ? "STORED" : "VIRTUAL"}`;
  if (!column.isNullable) line += " NOT NULL";
  else if (column.type.base === "timestamp") line += " NULL";
  const shown = defaultText(column, flavour);
  if (shown !== undefined) line += ` DEFAULT ${shown}`;
  if (column.isAutoIncrement) line += " AUTO_INCREMENT";
  if (column.isUpdatedNow) line += ` ON UPDATE ${currentTimestamp(column, flavour)}`;
  if (column.comment !== "") line += ` COMMENT '${column.comment.replaceAll("'", "''")}'`;
  if (column.check !== undefined) line += ` CHECK (${column.check})`;
  return line;
}

function keyLine(key: Key): string {
  const words: Readonly<Record<Key["kind"], string>> = { primary: "PRIMARY KEY", unique: "UNIQUE KEY", index: "KEY", fulltext: "FULLTEXT KEY", spatial: "SPATIAL KEY" };
  const parts = key.parts.map((part) => `${backquote(part.column)}${part.length === undefined ? "" : `(${String(part.length)})`}${part.isDescending ? " DESC" : ""}`);
  return `${words[key.kind]}${key.kind === "primary" ? "" : ` ${backquote(key.name)}`} (${parts.join(",")})${key.using === undefined ? "" : ` USING ${key.using}`}`;
}

function foreignLine(foreign: ForeignKey): string {
  const names = (list: readonly string[]): string => list.map(backquote).join(", ");
  // RESTRICT is what InnoDB does anyway and is not printed.
  const action = (event: string, chosen: string | undefined): string => (chosen === undefined || chosen === "RESTRICT" ? "" : ` ON ${event} ${chosen}`);
  const home = foreign.database === undefined ? "" : `${backquote(foreign.database)}.`;
  return `CONSTRAINT ${backquote(foreign.name)} FOREIGN KEY (${names(foreign.columns)}) REFERENCES ${home}${backquote(foreign.table)} (${names(foreign.references)})${action("DELETE", foreign.onDelete)}${action("UPDATE", foreign.onUpdate)}`;
}

/** SHOW CREATE TABLE. */
export function createTableText(table: Table, flavour: Flavour): string {
  const lines = [...table.columns.map((column) => columnLine(column, table, flavour)), ...table.keys.map(keyLine), ...table.foreignKeys.map(foreignLine), ...table.checks.map((check) => `CONSTRAINT ${backquote(check.name)} CHECK (${check.expression})`)];
  const next = table.columns.some((column) => column.isAutoIncrement) && table.autoIncrement > 1 ? ` AUTO_INCREMENT=${String(table.autoIncrement)}` : "";
  const rowFormat = table.rowFormat === undefined ? "" : ` ROW_FORMAT=${table.rowFormat}`;
  const comment = table.comment === "" ? "" : ` COMMENT='${table.comment.replaceAll("'", "''")}'`;
  return `CREATE TABLE ${backquote(table.name)} (\n  ${lines.join(",\n  ")}\n) ENGINE=${table.engine}${next} DEFAULT CHARSET=${table.charset} COLLATE=${table.collation}${rowFormat}${comment}`;
}

/** A definer `user@host` in backquotes. */
export function definerText(definer: string): string {
  const at = definer.lastIndexOf("@");
  return `${backquote(definer.slice(0, at))}@${backquote(definer.slice(at + 1))}`;
}

/** SHOW CREATE VIEW. The select is printed as it was written. */
export function createViewText(view: View): string {
  const columns = view.columns === undefined ? "" : ` (${view.columns.map(backquote).join(",")})`;
  return `CREATE ALGORITHM=${view.algorithm} DEFINER=${definerText(view.definer)} SQL SECURITY ${view.security} VIEW ${backquote(view.name)}${columns} AS ${view.select}`;
}

/** SHOW CREATE PROCEDURE and FUNCTION. */
export function createRoutineText(routine: Routine): string {
  const characteristics = routine.characteristics === "" ? "" : `\n    ${routine.characteristics}`;
  return `CREATE DEFINER=${definerText(routine.definer)} ${routine.kind} ${backquote(routine.name)}(${routine.parameterText})${characteristics}\n${routine.body}`;
}
