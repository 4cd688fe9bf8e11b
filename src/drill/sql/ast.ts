/** A node of node-sql-parser's tree, whose published types do not match what it returns: read only through the guards below. */
export type AstNode = Readonly<Record<string, unknown>>;

/** Is the value a tree node (and no list)? */
export function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The child node `key`, `undefined` where there is none. */
export function child(node: AstNode, key: string): AstNode | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The child nodes of list `key`; empty where there is none. */
export function children(node: AstNode, key: string): readonly AstNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text `key`, `undefined` where it is missing or no text. */
export function textOf(node: AstNode, key: string): string | undefined {
  const value = node[key];
  return typeof value === "string" ? value : undefined;
}

/** The expressions of an `expr_list` under `key`. */
export function argumentsOf(node: AstNode, key = "args"): readonly AstNode[] {
  const list = child(node, key);
  if (list === undefined) return [];
  return list["type"] === "expr_list" ? children(list, "value") : [list];
}

/** A function node's name in upper case, `undefined` for a qualified or foreign shape. */
export function functionName(node: AstNode): string | undefined {
  const name = child(node, "name");
  const parts = name === undefined ? [] : children(name, "name");
  const only = parts.length === 1 ? parts[0] : undefined;
  return only === undefined ? undefined : textOf(only, "value")?.toUpperCase();
}

/** The function's name as it was written, for errors. */
export function writtenFunctionName(node: AstNode): string {
  return textOf(children(child(node, "name") ?? {}, "name")[0] ?? {}, "value") ?? "";
}

/** The select inside a subquery node, `undefined` for other nodes. */
export function subqueryOf(node: AstNode): AstNode | undefined {
  const ast = child(node, "ast");
  return ast !== undefined && ast["type"] === "select" ? ast : node["type"] === "select" ? node : undefined;
}
