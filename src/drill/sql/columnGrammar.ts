import { baseTypes } from "./catalog.ts";
import type { BaseType, Column, ColumnType, ForeignKey, Key, KeyPart, ReferentialAction } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import type { TokenCursor } from "./tokenCursor.ts";

const synonyms: Readonly<Record<string, BaseType>> = {
  integer: "int", int4: "int", int8: "bigint", numeric: "decimal", dec: "decimal", fixed: "decimal", real: "double",
  bool: "tinyint", boolean: "tinyint", character: "char", nchar: "char", nvarchar: "varchar",
};
const knownButMissing = ["bit", "geometry", "point", "linestring", "polygon", "inet6", "inet4", "uuid", "vector", "serial", "long"];

function baseType(cursor: TokenCursor): BaseType {
  const word = cursor.peek().kind === "word" ? cursor.peek().value.toLowerCase() : "";
  const base = synonyms[word] ?? baseTypes.find((known) => known === word);
  if (base === undefined && knownButMissing.includes(word)) throw notSupported(`column type ${word.toUpperCase()}`);
  if (base === undefined) throw cursor.isMariaDb && word !== "" ? sqlError("ER_MARIADB_UNKNOWN_DATA_TYPE", cursor.peek().value) : cursor.fail();
  cursor.next();
  if (word === "double" || word === "real") cursor.take("PRECISION");
  if ((base === "char") && cursor.take("VARYING")) return "varchar";
  return base;
}

/** Reads a column type: `decimal(10,2) unsigned`, `enum('a','b')`. */
export function readColumnType(cursor: TokenCursor): { readonly type: ColumnType; readonly charset: string | undefined; readonly collation: string | undefined } {
  const isBoolean = cursor.is("BOOL", "BOOLEAN");
  const base = baseType(cursor);
  const members: string[] = [];
  let length: number | undefined = isBoolean ? 1 : undefined;
  let scale: number | undefined;
  if (cursor.takeOperator("(")) {
    if (base === "enum" || base === "set") {
      do members.push(cursor.string());
      while (cursor.takeOperator(","));
    } else {
      length = cursor.integer();
      if (cursor.takeOperator(",")) scale = cursor.integer();
    }
    cursor.expectOperator(")");
  }
  if (base === "decimal") [length, scale] = [length ?? 10, scale ?? 0];
  if (length === undefined && (base === "char" || base === "binary")) length = 1;
  let isUnsigned = false;
  let charset: string | undefined;
  let collation: string | undefined;
  for (;;) {
    if (cursor.take("UNSIGNED")) isUnsigned = true;
    else if (cursor.is("ZEROFILL")) throw notSupported("ZEROFILL");
    else if (cursor.take("SIGNED")) isUnsigned = false;
    else if (cursor.take("CHARACTER", "SET") || cursor.take("CHARSET")) charset = cursor.next().value.toLowerCase();
    else if (cursor.take("COLLATE")) collation = cursor.next().value.toLowerCase();
    else if (cursor.take("BINARY")) collation = "utf8mb4_bin";
    else return { type: { base, length, scale, isUnsigned, members }, charset: charset ?? collation?.split("_")[0], collation };
  }
}

/** Source text of one default: a literal, a function call or a parenthesized expression. */
function readDefault(cursor: TokenCursor): string {
  const start = cursor.peek();
  if (start.text === "(") return `(${cursor.parenthesized()})`;
  cursor.takeOperator("-");
  const token = cursor.next();
  if (token.kind === "end" || token.kind === "operator" || token.kind === "bad") throw cursor.fail();
  let end = token.end;
  if (cursor.peek().text === "(") {
    cursor.parenthesized();
    end = cursor.tokens[cursor.index - 1]?.end ?? end;
  }
  return cursor.sql.slice(start.start, end);
}

/** What a column definition says besides the column: keys and constraints written beside it. */
export interface ColumnDefinition {
  readonly column: Column;
  readonly keyKind: "primary" | "unique" | undefined;
}

type Mutable<T> = { -readonly [field in keyof T]: T[field] };

function readAttribute(cursor: TokenCursor, column: Mutable<Column>): "primary" | "unique" | "end" | "plain" {
  if (cursor.take("NOT", "NULL")) column.isNullable = false;
  else if (cursor.take("NULL")) column.isNullable = true;
  else if (cursor.take("DEFAULT")) column.defaultSql = readDefault(cursor);
  else if (cursor.take("AUTO_INCREMENT")) column.isAutoIncrement = true;
  else if (cursor.take("COMMENT")) column.comment = cursor.string();
  else if (cursor.take("COLLATE")) column.collation = cursor.next().value;
  else if (cursor.take("ON", "UPDATE")) {
    readDefault(cursor);
    column.isUpdatedNow = true;
  } else if (cursor.take("PRIMARY", "KEY") || cursor.take("KEY")) return "primary";
  else if (cursor.take("UNIQUE")) {
    cursor.take("KEY");
    return "unique";
  } else if (cursor.take("CHECK")) column.check = cursor.parenthesized();
  else if (cursor.take("GENERATED", "ALWAYS", "AS") || cursor.take("AS")) {
    const expression = cursor.parenthesized();
    column.generated = { expression, isStored: cursor.take("STORED") || cursor.take("PERSISTENT") };
    cursor.take("VIRTUAL");
  } else if (cursor.is("VISIBLE", "INVISIBLE")) throw notSupported("INVISIBLE columns");
  else return "end";
  return "plain";
}

/** Reads `name type attributes…`. */
export function readColumn(cursor: TokenCursor): ColumnDefinition {
  const name = cursor.name();
  const { type, charset, collation } = readColumnType(cursor);
  const column: Mutable<Column> = {
    name, type, charset, collation, isNullable: true, defaultSql: undefined, isAutoIncrement: false, isUpdatedNow: false, comment: "", generated: undefined, check: undefined,
  };
  let keyKind: "primary" | "unique" | undefined;
  for (;;) {
    const read = readAttribute(cursor, column);
    if (read === "end") break;
    if (read !== "plain") keyKind = read;
  }
  if (keyKind === "primary" || column.isAutoIncrement) column.isNullable = false;
  return { column, keyKind };
}

function readKeyParts(cursor: TokenCursor): KeyPart[] {
  const parts: KeyPart[] = [];
  cursor.expectOperator("(");
  do {
    const column = cursor.name();
    let length: number | undefined;
    if (cursor.takeOperator("(")) {
      length = cursor.integer();
      cursor.expectOperator(")");
    }
    const isDescending = cursor.take("DESC");
    cursor.take("ASC");
    parts.push({ column, length, isDescending });
  } while (cursor.takeOperator(","));
  cursor.expectOperator(")");
  return parts;
}

function readUsing(cursor: TokenCursor): string | undefined {
  return cursor.take("USING") ? cursor.name().toUpperCase() : undefined;
}

/** Reads a key definition from `PRIMARY KEY`, `UNIQUE`, `KEY`, `FULLTEXT …` on; `undefined` when none is next. Names are made up by the caller where `name` is empty. */
export function readKey(cursor: TokenCursor, constraint: string | undefined): Key | undefined {
  let kind: Key["kind"] = "index";
  if (cursor.take("PRIMARY", "KEY")) kind = "primary";
  else if (cursor.take("UNIQUE")) {
    kind = "unique";
    if (!cursor.take("KEY")) cursor.take("INDEX");
  } else if (cursor.is("FULLTEXT", "SPATIAL")) {
    kind = cursor.next().value.toLowerCase() === "fulltext" ? "fulltext" : "spatial";
    if (!cursor.take("KEY")) cursor.take("INDEX");
  } else if (!cursor.take("KEY") && !cursor.take("INDEX")) return undefined;
  let using = readUsing(cursor);
  const name = cursor.peek().text === "(" ? "" : cursor.name();
  using = readUsing(cursor) ?? using;
  const parts = readKeyParts(cursor);
  using = readUsing(cursor) ?? using;
  if (cursor.take("COMMENT")) cursor.string();
  return { name: kind === "primary" ? "PRIMARY" : name || constraint || "", kind, parts, using };
}

function readAction(cursor: TokenCursor): ReferentialAction {
  if (cursor.take("CASCADE")) return "CASCADE";
  if (cursor.take("SET", "NULL")) return "SET NULL";
  if (cursor.take("NO", "ACTION")) return "NO ACTION";
  cursor.expect("RESTRICT");
  return "RESTRICT";
}

/** Reads `FOREIGN KEY (…) REFERENCES t (…) ON DELETE …`; an empty name is made up by the caller. */
export function readForeignKey(cursor: TokenCursor, constraint: string | undefined): ForeignKey {
  cursor.expect("FOREIGN", "KEY");
  const name = cursor.peek().text === "(" ? "" : cursor.name();
  const columns = readKeyParts(cursor).map((part) => part.column);
  cursor.expect("REFERENCES");
  const target = cursor.qualifiedName();
  const references = readKeyParts(cursor).map((part) => part.column);
  let onDelete: ReferentialAction | undefined;
  let onUpdate: ReferentialAction | undefined;
  while (cursor.take("ON")) {
    if (cursor.take("DELETE")) onDelete = readAction(cursor);
    else {
      cursor.expect("UPDATE");
      onUpdate = readAction(cursor);
    }
  }
  return { name: constraint ?? name, columns, database: target.database, table: target.name, references, onDelete, onUpdate };
}
