import { SqlError } from "../contract.ts";
import type { SqlResult } from "../contract.ts";
import { child, children, functionName, textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { findColumn, typeOf } from "./catalog.ts";
import type { Column, Table } from "./catalog.ts";
import { typedLiteral } from "./convert.ts";
import { AutoIncrement } from "./autoIncrement.ts";
import { sqlError } from "./errors.ts";
import { storeModeOf, strictOnZero, systemVariable, translationOf, valueOf, writableTable } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { addRow, changeRow, removeRow } from "./changeRows.ts";
import { translate } from "./expressions.ts";
import { readLiteralInsert } from "./insertLiterals.ts";
import { changed } from "./outcome.ts";
import type { ParsedSql } from "./parser.ts";
import { runSelect } from "./query.ts";
import { checkNulls, defaultValue, duplicateEntry, findConflict, homeOf, loadRow, rowSource, toStored } from "./rows.ts";
import type { Target } from "./rows.ts";
import { inScope } from "./scope.ts";
import type { SourceColumn, Translation } from "./scope.ts";
import type { SqlValue } from "./sqlTypes.ts";
import type { RawValue } from "./store.ts";
import { readStored, storeValue, type StoreMode } from "./values.ts";

/** A row to insert; `undefined` in a place asks for the column's default. */
type GivenRow = readonly (SqlValue | undefined)[];

interface Insertion {
  readonly target: Target;
  readonly columns: readonly Column[];
  readonly counter: AutoIncrement;
  readonly isReplace: boolean;
  readonly isIgnore: boolean;
  /** ON DUPLICATE KEY UPDATE, `undefined` without. */
  readonly update: { readonly set: readonly AstNode[]; readonly translation: Translation } | undefined;
}

function chosenColumns(table: Table, names: readonly string[] | undefined): readonly Column[] {
  if (names === undefined) return table.columns;
  const seen = new Set<string>();
  return names.map((name) => {
    const column = findColumn(table, name);
    if (column === undefined) throw sqlError("ER_BAD_FIELD", name, "field list");
    if (seen.has(column.name)) throw sqlError("ER_FIELD_SPECIFIED_TWICE", name);
    seen.add(column.name);
    return column;
  });
}

/** What is the same for all rows of a statement: a dump has thousands of them. */
interface RowPlan {
  readonly mode: Omit<StoreMode, "row">;
  /** Where each column of the table stands among the given values; -1 for one that is not given. */
  readonly places: readonly number[];
  /** The AUTO_INCREMENT column; -1 without one. */
  readonly autoIncrement: number;
  readonly keepsZero: boolean;
  readonly hasTriggerBefore: boolean;
}

function planRows(frame: Frame, { target, columns }: Insertion): RowPlan {
  const { table } = target;
  return {
    mode: storeModeOf(frame, homeOf(target), 0),
    places: table.columns.map((column) => columns.indexOf(column)),
    autoIncrement: autoIncrementPlace(table),
    keepsZero: String(systemVariable(frame, "sql_mode", "session")).includes("NO_AUTO_VALUE_ON_ZERO"),
    hasTriggerBefore: table.triggers.some((trigger) => trigger.time === "BEFORE" && trigger.event === "INSERT"),
  };
}

function autoIncrementPlace(table: Table): number {
  return table.columns.findIndex((column) => column.isAutoIncrement);
}

/** Draws the AUTO_INCREMENT value where NULL or 0 was given. */
function fillAutoIncrement(insertion: Insertion, plan: RowPlan, row: RawValue[]): void {
  const place = plan.autoIncrement;
  if (place < 0) return;
  const given = row[place];
  if (given === null || given === undefined || (Number(given) === 0 && !plan.keepsZero)) row[place] = insertion.counter.draw();
}

function keepAutoIncrement(insertion: Insertion, row: readonly RawValue[]): void {
  const place = autoIncrementPlace(insertion.target.table);
  if (place >= 0) insertion.counter.keep(Number(row[place] ?? 0));
}

/** Fills a whole stored row from the given values. */
function completeRow(frame: Frame, insertion: Insertion, plan: RowPlan, given: GivenRow, rowNumber: number): RawValue[] {
  const { table } = insertion.target;
  const row: RawValue[] = [];
  const mode = { ...plan.mode, row: rowNumber };
  for (const [place, column] of table.columns.entries()) {
    const value = given[plan.places[place] ?? -1];
    if (column.generated !== undefined) {
      if (value !== undefined) throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED", column.name, table.name);
      row.push(null);
      continue;
    }
    row.push(storeValue(value === undefined ? defaultValue(frame, column) : value, column, mode));
  }
  // A row that fails before this takes no number. A BEFORE trigger may still fill what is NULL.
  if (!plan.hasTriggerBefore) checkNulls(table, row, true);
  fillAutoIncrement(insertion, plan, row);
  return row;
}

function updateOnConflict(frame: Frame, insertion: Insertion, update: NonNullable<Insertion["update"]>, rowId: bigint, offered: readonly RawValue[]): number {
  const { target } = insertion;
  const before = loadRow(frame, target.table, rowId);
  if (before === undefined) return 0;
  const after = [...before];
  for (const item of update.set) {
    const column = findColumn(target.table, textOf(item, "column") ?? "");
    if (column === undefined) throw sqlError("ER_BAD_FIELD", textOf(item, "column") ?? "", "field list");
    const current = rowSource(target.table.name, target.table, after);
    const values: SourceColumn[] = target.table.columns.map((own, place) => ({ name: own.name, isHidden: true, typed: typedLiteral(readStored(offered[place] ?? null, own), typeOf(own)) }));
    const scoped = inScope(update.translation, { sources: [current, { name: "§new", database: undefined, columns: values }] });
    after[target.table.columns.indexOf(column)] = toStored(frame, target, column, valueOf(frame, translate(child(item, "value") ?? {}, scoped)), 1);
  }
  return changeRow(frame, target, rowId, before, after) ? 2 : 0;
}

function addOne(frame: Frame, insertion: Insertion, row: RawValue[]): number {
  const { target } = insertion;
  if (insertion.isReplace || insertion.update !== undefined) {
    let removed = 0;
    for (;;) {
      const conflict = findConflict(frame, target.table, row, undefined);
      if (conflict === undefined) break;
      if (insertion.update !== undefined) return updateOnConflict(frame, insertion, insertion.update, conflict.rowId, row);
      const old = loadRow(frame, target.table, conflict.rowId);
      if (old === undefined) throw duplicateEntry(frame, target.table, conflict.key, row);
      removeRow(frame, target, conflict.rowId, old);
      removed += 1;
    }
    addRow(frame, target, row);
    keepAutoIncrement(insertion, row);
    return removed + 1;
  }
  addRow(frame, target, row);
  keepAutoIncrement(insertion, row);
  return 1;
}

function addAll(frame: Frame, insertion: Insertion, rows: readonly GivenRow[]): SqlResult {
  let affected = 0;
  const lenient = insertion.isIgnore ? { ...frame, sqlMode: "" } : frame;
  const plan = planRows(lenient, insertion);
  for (const [index, given] of rows.entries()) {
    if (given.length !== insertion.columns.length) throw sqlError("ER_WRONG_VALUE_COUNT", index + 1);
    try {
      affected += addOne(frame, insertion, completeRow(lenient, insertion, plan, given, index + 1));
    } catch (error) {
      // IGNORE turns what a row violates into a warning and goes on.
      if (!insertion.isIgnore || !(error instanceof SqlError)) throw error;
      insertion.counter.giveBack();
      frame.session.warn("Warning", error.errno, error.message);
    }
  }
  if (insertion.counter.first !== undefined) frame.session.lastInsertId = insertion.counter.first;
  return changed(affected);
}

/** Runs an INSERT or REPLACE of literals, the form of dumps; `undefined` when the text is something else. */
export function insertLiterals(frame: Frame, sql: string): SqlResult | undefined {
  const read = readLiteralInsert(sql);
  if (read === undefined) return undefined;
  const target = writableTable(frame, read.database, read.table, read.verb === "REPLACE" ? ["INSERT", "DELETE"] : ["INSERT"]);
  const columns = chosenColumns(target.table, read.columns);
  return addAll(frame, { target, columns, counter: new AutoIncrement(target.table, read.rows.length), isReplace: read.verb === "REPLACE", isIgnore: read.isIgnore, update: undefined }, read.rows);
}

function isDefault(node: AstNode): boolean {
  return node["type"] === "column_ref" && textOf(node, "table") === undefined && textOf(node, "column")?.toUpperCase() === "§DEFAULT";
}

function givenRow(frame: Frame, nodes: readonly AstNode[], translation: Translation): GivenRow {
  return nodes.map((node) => (isDefault(node) || functionName(node) === "DEFAULT" ? undefined : valueOf(frame, translate(node, translation))));
}

/** Runs a parsed INSERT or REPLACE: VALUES, SET or SELECT. */
export function runInsert(frame: Frame, parsed: ParsedSql): SqlResult {
  const { ast } = parsed;
  const tableNode = children(ast, "table")[0] ?? {};
  const isReplace = ast["type"] === "replace";
  const isUpdate = child(ast, "on_duplicate_update") !== undefined;
  const target = writableTable(frame, textOf(tableNode, "db"), textOf(tableNode, "table") ?? "", ["INSERT", ...(isReplace ? ["DELETE"] : []), ...(isUpdate ? ["UPDATE"] : [])]);
  const translation = strictOnZero(frame, translationOf(frame, parsed));
  const onDuplicate = child(ast, "on_duplicate_update");
  const set = children(ast, "set");
  const listed: unknown = ast["columns"];
  const names = set.length > 0 ? set.map((item) => textOf(item, "column") ?? "") : Array.isArray(listed) ? listed.filter((name) => typeof name === "string") : undefined;
  const values = child(ast, "values") ?? {};
  const count = set.length > 0 ? 1 : values["type"] === "select" ? 0 : children(values, "values").length;
  const insertion: Insertion = {
    target, counter: new AutoIncrement(target.table, count), columns: chosenColumns(target.table, names), isReplace, isIgnore: /ignore/i.test(textOf(ast, "prefix") ?? ""),
    update: onDuplicate === undefined ? undefined : { set: children(onDuplicate, "set"), translation },
  };
  if (set.length > 0) return addAll(frame, insertion, [givenRow(frame, set.map((item) => child(item, "value") ?? {}), translation)]);
  if (values["type"] === "select") return addAll(frame, insertion, runSelect(frame, { ast: values, placeholders: parsed.placeholders }).rows);
  return addAll(frame, insertion, children(values, "values").map((row) => givenRow(frame, children(row, "value"), translation)));
}
