import type { QueryNode } from "./nodes.ts";
import { parseQuery } from "./parseQuery.ts";
import { QueryError } from "./queryError.ts";

/** What is known of a query before it is asked. `unreadable` says why, in one line. */
export type QueryVerdict = { readonly kind: "inProcess" } | { readonly kind: "delegated" } | { readonly kind: "unreadable"; readonly why: string };

/** Reads a query as the tool would, and says who answers it. */
export function judgeQuery(expression: string): QueryVerdict {
  try {
    return { kind: givesFractions(parseQuery(expression)) ? "delegated" : "inProcess" };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    // The lines after the first show the place in the expression.
    return { kind: "unreadable", why: (error.message.split("\n")[0] ?? "").replace(/(?:, for expression)?:$|\.$/, "") };
  }
}

/**
 * True where a query can give a number that Python writes with a fraction though it is whole (`60.0`): JavaScript keeps no such
 * difference, so the real tool answers these. What the services themselves send here are whole numbers.
 */
function givesFractions(node: QueryNode): boolean {
  switch (node.kind) {
    case "identity": case "field": case "index": case "slice":
      return false;
    case "literal":
      return node.isFraction;
    case "flatten": case "not":
      return givesFractions(node.of);
    case "chain":
      return node.steps.some(givesFractions);
    case "projection":
      return [node.of, node.each, ...(node.filter === undefined ? [] : [node.filter])].some(givesFractions);
    case "comparison": case "and": case "or":
      return givesFractions(node.left) || givesFractions(node.right);
    case "list":
      return node.items.some(givesFractions);
    case "object":
      return node.fields.some(([, value]) => givesFractions(value));
    case "call":
      return node.name === "avg" || node.name === "to_number" || node.args.some(givesFractions);
    case "reference":
      return givesFractions(node.to);
  }
}
