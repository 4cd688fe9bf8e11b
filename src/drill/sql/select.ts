import { child, children, textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { asCondition, castTo, groupKey, groupWeight, sortKey, unionType } from "./convert.ts";
import { notSupported, sqlError } from "./errors.ts";
import { translate } from "./expressions.ts";
import { translateFrom } from "./from.ts";
import type { ParsedSql } from "./parser.ts";
import { emptyScope, inScope, placeholderOf } from "./scope.ts";
import type { ResolvedTable, SourceColumn, Surroundings, Translation } from "./scope.ts";
import type { Typed } from "./sqlTypes.ts";

/** A SELECT in SQLite's words. Its columns are called c0, c1 …; `columns` says what MySQL calls them. */
export interface TranslatedSelect {
  readonly sql: string;
  readonly columns: readonly SourceColumn[];
}

interface SelectItem {
  readonly name: string;
  readonly typed: Typed;
  readonly alias: string | undefined;
}

function translateItems(select: AstNode, translation: Translation): SelectItem[] {
  const items: SelectItem[] = [];
  for (const column of children(select, "columns")) {
    const expression = child(column, "expr") ?? {};
    if (expression["type"] === "column_ref" && expression["column"] === "*") {
      items.push(...expandStar(textOf(expression, "table"), translation));
      continue;
    }
    const raw = textOf(column, "as");
    const held = placeholderOf(translation, raw);
    const alias = held?.kind === "heading" ? undefined : (held?.value ?? raw);
    const own = textOf(expression, "column");
    const name = alias ?? (expression["type"] === "column_ref" && own !== undefined ? own : (held?.value ?? own ?? ""));
    items.push({ name, alias, typed: translate(expression, translation) });
  }
  return items;
}

function expandStar(table: string | undefined, translation: Translation): SelectItem[] {
  const { sources } = translation.scope;
  const wanted = table === undefined ? sources : sources.filter((source) => source.name.toLowerCase() === table.toLowerCase());
  if (wanted.length === 0) throw table === undefined ? sqlError("ER_NO_TABLES_USED") : sqlError("ER_UNKNOWN_TABLE", table, "SELECT");
  return wanted.flatMap((source) => source.columns.filter((column) => table !== undefined || column.isHidden !== true).map((column) => ({ name: column.name, typed: column.typed, alias: undefined })));
}

/** A number in ORDER BY or GROUP BY is a position in the select list. */
function byPosition(expression: AstNode, items: readonly SelectItem[], clause: string): Typed | undefined {
  if (expression["type"] !== "number") return undefined;
  const found = items[Number(expression["value"]) - 1];
  if (found === undefined) throw sqlError("ER_BAD_FIELD", String(expression["value"]), clause);
  return found.typed;
}

function orderText(list: readonly AstNode[], items: readonly SelectItem[], translation: Translation): string {
  if (list.length === 0) return "";
  const clause = "order clause";
  const parts = list.map((item) => {
    const expression = child(item, "expr") ?? {};
    const typed = byPosition(expression, items, clause) ?? translate(expression, inScope(translation, { clause }));
    return `${sortKey(typed)}${textOf(item, "type") === "DESC" ? " DESC" : ""}`;
  });
  return ` ORDER BY ${parts.join(",")}`;
}

function limitText(limit: AstNode | undefined): string {
  const numbers = limit === undefined ? [] : children(limit, "value").map((value) => Number(value["value"]));
  const [first, second] = numbers;
  if (first === undefined) return "";
  if (second === undefined) return ` LIMIT ${String(first)}`;
  return textOf(limit ?? {}, "seperator") === "," ? ` LIMIT ${String(second)} OFFSET ${String(first)}` : ` LIMIT ${String(first)} OFFSET ${String(second)}`;
}

function withTables(select: AstNode, translation: Translation): ReadonlyMap<string, ResolvedTable> {
  const tables = new Map(translation.scope.withTables);
  for (const common of children(select, "with")) {
    if (common["recursive"] === true) throw notSupported("WITH RECURSIVE");
    const name = textOf(child(common, "name") ?? {}, "value") ?? "";
    const query = child(child(common, "stmt") ?? {}, "ast");
    if (query === undefined) throw notSupported("WITH");
    const inner = translateSelect(query, inScope(translation, { withTables: new Map(tables), sources: [] }));
    const names = children(common, "columns").map((column) => textOf(column, "column") ?? textOf(column, "value"));
    const columns = (alias: string): SourceColumn[] =>
      inner.columns.map((column, index) => ({ name: names[index] ?? column.name, typed: { ...column.typed, sql: `"${alias.replaceAll('"', '""')}".c${String(index)}` } }));
    tables.set(name.toLowerCase(), { sql: `(${inner.sql})`, database: "", columns });
  }
  return tables;
}

function groupText(select: AstNode, items: readonly SelectItem[], translation: Translation): string {
  const group = child(select, "groupby");
  if (group === undefined) return "";
  const modifiers: unknown = group["modifiers"];
  if (Array.isArray(modifiers) && modifiers.some((modifier) => modifier !== null)) throw notSupported("WITH ROLLUP");
  const clause = "group statement";
  const parts = children(group, "columns").map((expression) => groupWeight(byPosition(expression, items, clause) ?? translate(expression, inScope(translation, { clause }))));
  return parts.length === 0 ? "" : ` GROUP BY ${parts.join(",")}`;
}

/** One SELECT without its UNION partners. `tail` says whether its own ORDER BY and LIMIT apply to it. */
function translateOne(select: AstNode, outer: Translation, tail: boolean): TranslatedSelect {
  if (textOf(child(select, "into") ?? {}, "position") !== undefined) throw notSupported("SELECT INTO");
  const base = inScope(outer, { withTables: withTables(select, outer), parent: outer.scope, aliases: new Map(), clause: "field list", sources: [] });
  const from = translateFrom(children(select, "from"), base);
  const inner = inScope(base, { sources: from.sources });
  const items = translateItems(select, inner);
  const aliases = new Map(items.filter((item) => item.alias !== undefined).map((item) => [item.name.toLowerCase(), item.typed]));
  const named = inScope(inner, { aliases });
  const where = child(select, "where");
  const conditions = where === undefined ? [] : [asCondition(translate(where, inScope(inner, { clause: "where clause" })))];
  const group = groupText(select, items, named);
  const havingNode = child(select, "having");
  const having = havingNode === undefined ? undefined : translate(havingNode, inScope(named, { clause: "having clause" }));
  const isGrouped = group !== "" || items.some((item) => item.typed.hasAggregate === true) || having?.hasAggregate === true;
  // Without groups HAVING is one more filter; SQLite would refuse it.
  if (having !== undefined && !isGrouped) conditions.push(asCondition(having));
  const distinct = textOf(select, "distinct") === "DISTINCT";
  const list = items.map((item, index) => `${distinct ? groupKey(item.typed) : item.typed.sql} AS c${String(index)}`).join(",");
  const order = tail ? orderText(children(select, "orderby"), items, named) : "";
  const sql =
    `SELECT ${distinct ? "DISTINCT " : ""}${list}${from.sql}${conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`}` +
    `${group}${having !== undefined && isGrouped ? ` HAVING ${asCondition(having)}` : ""}${order}${tail ? limitText(child(select, "limit")) : ""}`;
  return { sql, columns: items.map((item, index) => ({ name: item.name, typed: { ...item.typed, sql: `c${String(index)}` } })) };
}

function branches(select: AstNode): AstNode[] {
  const list: AstNode[] = [];
  for (let at: AstNode | undefined = select; at !== undefined; at = child(at, "_next")) list.push(at);
  return list;
}

function castBranch(branch: TranslatedSelect, types: readonly Typed["type"][]): string {
  const list = types.map((type, index) => `${groupKey({ sql: castTo({ sql: `c${String(index)}`, type: branch.columns[index]?.typed.type ?? type }, type), type })} AS c${String(index)}`);
  return `SELECT ${list.join(",")} FROM (${branch.sql})`;
}

function translateUnion(select: AstNode, translation: Translation): TranslatedSelect {
  const nodes = branches(select);
  const last = nodes.at(-1) ?? select;
  // Of a bare last branch ORDER BY and LIMIT belong to the whole.
  const isBare = last["parentheses_symbol"] !== true;
  const shared = inScope(translation, { withTables: withTables(select, translation) });
  const parts = nodes.map((node) => translateOne(node, shared, node !== last || !isBare));
  const first = parts[0];
  if (first === undefined || parts.some((part) => part.columns.length !== first.columns.length)) throw sqlError("ER_WRONG_COLUMNS_IN_UNION");
  const types = first.columns.map((_column, index) => unionType(parts.map((part) => part.columns[index]?.typed.type ?? { kind: "null" })));
  let sql = castBranch(first, types);
  for (const [index, part] of parts.slice(1).entries()) {
    const operator = (textOf(nodes[index] ?? {}, "set_op") ?? "union").toUpperCase();
    if (!["UNION", "UNION ALL", "UNION DISTINCT", "EXCEPT", "INTERSECT"].includes(operator)) throw notSupported(operator);
    sql += ` ${operator === "UNION DISTINCT" ? "UNION" : operator} ${castBranch(part, types)}`;
  }
  const columns = first.columns.map((column, index) => ({ name: column.name, typed: { sql: `c${String(index)}`, type: types[index] ?? column.typed.type } }));
  const items = columns.map((column) => ({ name: column.name, typed: column.typed, alias: column.name }));
  const scope = inScope(translation, { sources: [{ name: "", database: undefined, columns }] });
  const orderNodes = [...children(select, "_orderby"), ...(isBare ? children(last, "orderby") : [])];
  const limit = child(select, "_limit") ?? (isBare ? child(last, "limit") : undefined);
  return { sql: `SELECT * FROM (${sql})${orderText(orderNodes, items, scope)}${limitText(limit)}`, columns };
}

/** Translates a SELECT with its UNION partners. */
export function translateSelect(select: AstNode, translation: Translation): TranslatedSelect {
  return child(select, "_next") === undefined ? translateOne(select, translation, true) : translateUnion(select, translation);
}

/** A translation of a parsed statement, at its outermost scope. */
export function beginTranslation(parsed: ParsedSql, surroundings: Surroundings): Translation {
  return {
    surroundings,
    placeholders: parsed.placeholders,
    scope: emptyScope,
    subquery: (select, translation) => {
      const inner = translateSelect(select, translation);
      return { sql: `(${inner.sql})`, columns: inner.columns };
    },
  };
}
