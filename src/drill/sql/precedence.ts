import { argumentsOf, child, functionName, textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";

/** One piece of an expression in source order. */
type Piece =
  | { readonly kind: "operand"; readonly node: AstNode }
  | { readonly kind: "prefix"; readonly node: AstNode; readonly level: number }
  | { readonly kind: "infix"; readonly node: AstNode; readonly level: number };

/** MySQL's precedence of operators, loosest first (manual, "Operator Precedence"; LIKE, IN and BETWEEN are one level of their grammar). */
const levels: readonly (readonly string[])[] = [
  ["OR", "||"], ["XOR"], ["AND", "&&"], [], ["=", "!=", "<>", "<", ">", "<=", ">=", "<=>", "IS", "IS NOT"],
  ["IN", "NOT IN", "BETWEEN", "NOT BETWEEN", "LIKE", "NOT LIKE", "REGEXP", "NOT REGEXP", "RLIKE", "NOT RLIKE"],
  ["|"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "%", "DIV", "MOD"], ["^"],
];
const levelOf: ReadonlyMap<string, number> = new Map(levels.flatMap((operators, level) => operators.map((operator) => [operator, level] as const)));
/** NOT stands between AND and the comparisons; signs bind tightest. */
const notLevel = 3;
const signLevel = levels.length;

/** `NOT (a)` comes as a call of a function NOT. */
export function isNotCall(node: AstNode): boolean {
  return node["type"] === "function" && functionName(node) === "NOT";
}

/** Appends the pieces of `node` in source order; what stands in parentheses is one operand, unless it is the whole (`isRoot`). */
function flatten(node: AstNode, pieces: Piece[], isRoot: boolean): void {
  const operator = (textOf(node, "operator") ?? "").toUpperCase();
  const isOpen = isRoot || (node["parentheses"] !== true && node["associated"] !== true);
  const level = levelOf.get(operator);
  const [left, right, inner] = [child(node, "left"), child(node, "right"), child(node, "expr")];
  if (isOpen && node["type"] === "binary_expr" && level !== undefined && left !== undefined && right !== undefined) {
    flatten(left, pieces, false);
    pieces.push({ kind: "infix", node, level });
    flatten(right, pieces, false);
  } else if (isOpen && node["type"] === "unary_expr" && inner !== undefined && ["NOT", "!", "-", "+"].includes(operator)) {
    pieces.push({ kind: "prefix", node, level: operator === "NOT" ? notLevel : signLevel });
    flatten(inner, pieces, false);
  } else if (isOpen && isNotCall(node)) {
    pieces.push({ kind: "prefix", node: { type: "unary_expr", operator: "NOT" }, level: notLevel }, { kind: "operand", node: argumentsOf(node)[0] ?? {} });
  } else pieces.push({ kind: "operand", node });
}

/** Builds the tree of pieces from `at` on with operators that bind at least as tightly as `least` (precedence climbing). */
function climb(pieces: readonly Piece[], at: number, least: number): { readonly node: AstNode; readonly next: number } {
  const first = pieces[at];
  if (first === undefined || first.kind === "infix") throw new Error("operand expected: the parser gave an expression without one");
  let left = first.node;
  let next = at + 1;
  if (first.kind === "prefix") {
    const inner = climb(pieces, next, first.level);
    left = { ...first.node, expr: inner.node, associated: true };
    next = inner.next;
  }
  for (let piece = pieces[next]; piece?.kind === "infix" && piece.level >= least; piece = pieces[next]) {
    const right = climb(pieces, next + 1, piece.level + 1);
    left = { ...piece.node, left, right: right.node, associated: true };
    next = right.next;
  }
  return { node: left, next };
}

/** The same expression grouped as MySQL groups it. node-sql-parser reads `a AND b OR c` as `a AND (b OR c)` and `a & b + c` as `(a & b) + c`. */
export function associate(node: AstNode): AstNode {
  if (node["associated"] === true) return node;
  const pieces: Piece[] = [];
  flatten(node, pieces, true);
  return pieces.length === 1 ? node : climb(pieces, 0, 0).node;
}
