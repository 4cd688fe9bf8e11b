import type { AstNode } from "./ast.ts";
import { sqlError } from "./errors.ts";
import type { Placeholder } from "./prepare.ts";
import type { SqlValue, Typed } from "./sqlTypes.ts";

/** A column that a source offers. */
export interface SourceColumn {
  readonly name: string;
  readonly typed: Typed;
  /** The right side of a USING column: found by `*` and bare names only on the left. */
  readonly isHidden?: boolean;
}

/** One table, view or derived table of a FROM clause. */
export interface Source {
  /** Alias or table name, as written. */
  readonly name: string;
  readonly database: string | undefined;
  readonly columns: readonly SourceColumn[];
}

/** A table reference resolved: SQLite text for the FROM clause and the columns it offers under `alias`. */
export interface ResolvedTable {
  readonly sql: string;
  readonly database: string;
  columns(alias: string): readonly SourceColumn[];
}

/** Facts about the running statement that expressions ask for. */
export interface Surroundings {
  readonly isMariaDb: boolean;
  readonly version: string;
  readonly database: string | undefined;
  /** `USER()`: who logged in from where. */
  readonly user: string;
  /** `CURRENT_USER()`: the account that let them in. */
  readonly currentUser: string;
  /** World epoch milliseconds. */
  readonly nowMs: number;
  /** The session's time zone, minutes east of UTC. */
  readonly zoneMinutes: number;
  readonly lastInsertId: number;
  readonly rowCount: number;
  readonly connectionId: number;
  readonly groupConcatLimit: number;
  /** `@name` or `@@scope.name`. Throws 1193 for an unknown system variable. */
  variable(text: string): SqlValue;
  /** A local variable or parameter of a stored program, `undefined` for none. */
  local(name: string): SqlValue | undefined;
  /** Throws 1146, 1046 or 1049. */
  table(database: string | undefined, name: string): ResolvedTable;
  /** Is division by zero an error, as in strict INSERT and UPDATE? */
  readonly failsOnZero: boolean;
  /** A random number below 1, from the world's seed. */
  random(): number;
}

/** Where names are looked up while one SELECT is translated. */
export interface Scope {
  readonly sources: readonly Source[];
  readonly parent: Scope | undefined;
  /** Select items by alias, for GROUP BY, HAVING and ORDER BY. */
  readonly aliases: ReadonlyMap<string, Typed>;
  /** Common table expressions in sight. */
  readonly withTables: ReadonlyMap<string, ResolvedTable>;
  /** MySQL's word for the clause, in error texts. */
  readonly clause: string;
}

/** Everything an expression's translation may use. */
export interface Translation {
  readonly surroundings: Surroundings;
  readonly placeholders: readonly Placeholder[];
  readonly scope: Scope;
  /** Translates a subquery in this scope; the result is a SELECT in parentheses. */
  readonly subquery: (select: AstNode, translation: Translation) => { readonly sql: string; readonly columns: readonly SourceColumn[] };
}

export const emptyScope: Scope = { sources: [], parent: undefined, aliases: new Map(), withTables: new Map(), clause: "field list" };

/** The translator of expressions, for those parts of it that stand in files of their own. Throws MySQL's errors. */
export type Translate = (node: AstNode, translation: Translation) => Typed;

/** The same translation in another scope. */
export function inScope(translation: Translation, scope: Partial<Scope>): Translation {
  return { ...translation, scope: { ...translation.scope, ...scope } };
}

/** The placeholder behind `§12`, `undefined` for ordinary text. */
export function placeholderOf(translation: Translation, text: string | undefined): Placeholder | undefined {
  return text?.startsWith("§") === true ? translation.placeholders[Number(text.slice(1))] : undefined;
}

function isSource(source: Source, database: string | undefined, table: string): boolean {
  return source.name.toLowerCase() === table.toLowerCase() && (database === undefined || source.database === undefined || source.database === database);
}

function lookIn(scope: Scope, database: string | undefined, table: string | undefined, column: string): Typed | undefined {
  const wanted = column.toLowerCase();
  const sources = table === undefined ? scope.sources : scope.sources.filter((source) => isSource(source, database, table));
  const found = sources.flatMap((source) => source.columns.filter((candidate) => candidate.name.toLowerCase() === wanted && (table !== undefined || candidate.isHidden !== true)));
  if (found.length > 1) throw sqlError("ER_NON_UNIQ", column, scope.clause);
  return found[0]?.typed;
}

/** Finds a column by name, inner scopes first. Throws 1052 or 1054. */
export function resolveColumn(translation: Translation, database: string | undefined, table: string | undefined, column: string): Typed {
  const { scope } = translation;
  const prefersAlias = table === undefined && (scope.clause === "order clause" || scope.clause === "having clause");
  const alias = table === undefined ? scope.aliases.get(column.toLowerCase()) : undefined;
  if (prefersAlias && alias !== undefined) return alias;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = lookIn(at, database, table, column);
    if (found !== undefined) return found;
  }
  if (alias !== undefined) return alias;
  throw sqlError("ER_BAD_FIELD", [database, table, column].filter((part) => part !== undefined).join("."), scope.clause);
}
