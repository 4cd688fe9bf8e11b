import { child, children, subqueryOf, textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { quoteName } from "./catalog.ts";
import { asCondition, comparable } from "./convert.ts";
import { notSupported, sqlError, syntaxError } from "./errors.ts";
import { translate } from "./expressions.ts";
import { inScope } from "./scope.ts";
import type { Source, SourceColumn, Translation } from "./scope.ts";

interface FromItem {
  readonly sql: string;
  readonly source: Source;
}

function translateItem(item: AstNode, translation: Translation): FromItem {
  const expression = child(item, "expr");
  const alias = textOf(item, "as");
  if (expression !== undefined) {
    const query = subqueryOf(expression);
    if (query === undefined) throw notSupported("this table reference");
    // To MariaDB it is a syntax error at the end.
    if (alias === undefined) throw translation.surroundings.isMariaDb ? syntaxError("", 0, true) : sqlError("ER_DERIVED_MUST_HAVE_ALIAS");
    // A derived table does not see its neighbours.
    const inner = translation.subquery(query, inScope(translation, { sources: [] }));
    const columns = inner.columns.map((column, index) => ({ name: column.name, typed: { ...column.typed, sql: `${quoteName(alias)}.c${String(index)}` } }));
    return { sql: `${inner.sql} AS ${quoteName(alias)}`, source: { name: alias, database: undefined, columns } };
  }
  const name = textOf(item, "table");
  if (name === undefined) throw notSupported("this table reference");
  const database = textOf(item, "db");
  const common = database === undefined ? translation.scope.withTables.get(name.toLowerCase()) : undefined;
  const table = common ?? translation.surroundings.table(database, name);
  const shown = alias ?? name;
  return { sql: `${table.sql} AS ${quoteName(shown)}`, source: { name: shown, database: alias === undefined && common === undefined ? table.database : undefined, columns: table.columns(shown) } };
}

function findUsing(sources: readonly Source[], name: string): SourceColumn {
  const found = sources.flatMap((source) => source.columns).find((column) => column.name.toLowerCase() === name.toLowerCase() && column.isHidden !== true);
  if (found === undefined) throw sqlError("ER_BAD_FIELD", name, "from clause");
  return found;
}

/** ON condition of `USING (…)`, and the right source with those columns hidden. */
function applyUsing(names: readonly string[], left: readonly Source[], right: Source): { readonly on: string; readonly right: Source } {
  const tests = names.map((name) => comparable(findUsing(left, name).typed, findUsing([right], name).typed).join("="));
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const columns = right.columns.map((column) => (wanted.has(column.name.toLowerCase()) ? { ...column, isHidden: true } : column));
  return { on: ` ON ${tests.join(" AND ")}`, right: { ...right, columns } };
}

function joinWord(item: AstNode): string {
  const join = textOf(item, "join");
  switch (join) {
    case undefined: case "CROSS JOIN": case "STRAIGHT_JOIN": case "INNER JOIN": return "JOIN";
    case "LEFT JOIN": case "LEFT OUTER JOIN": return "LEFT JOIN";
    case "RIGHT JOIN": case "RIGHT OUTER JOIN": return "RIGHT JOIN";
    default: throw notSupported(join);
  }
}

/** Translates FROM; an empty list gives no clause. Throws 1066 for an alias used twice. */
export function translateFrom(items: readonly AstNode[], translation: Translation): { readonly sql: string; readonly sources: readonly Source[] } {
  const sources: Source[] = [];
  let sql = "";
  for (const item of items) {
    if (item["type"] === "dual") continue;
    const translated = translateItem(item, translation);
    let { source } = translated;
    if (sources.some((other) => other.name.toLowerCase() === source.name.toLowerCase() && other.database === source.database)) throw sqlError("ER_NONUNIQ_TABLE", source.name);
    let condition = "";
    const using = children(item, "using").map((name) => textOf(name, "value") ?? "");
    if (using.length > 0) {
      const applied = applyUsing(using, sources, source);
      condition = applied.on;
      source = applied.right;
    }
    const join = sql === "" ? " FROM " : ` ${joinWord(item)} `;
    sources.push(source);
    const on = child(item, "on");
    if (on !== undefined) condition = ` ON ${asCondition(translate(on, inScope(translation, { sources: [...sources], clause: "on clause" })))}`;
    sql += join + translated.sql + condition;
  }
  return { sql, sources };
}
