import type { Json } from "../../kubectl/json.ts";

export type Comparison = "eq" | "ne" | "lt" | "lte" | "gt" | "gte";

/** A JMESPath expression, read. */
export type QueryNode =
  | { readonly kind: "identity" }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "literal"; readonly value: Json; readonly isFraction: boolean }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined; readonly step: number }
  | { readonly kind: "flatten"; readonly of: QueryNode }
  /** One after the other, each on what the one before gave: `a.b`, `a[0]`, `a | b`. */
  | { readonly kind: "chain"; readonly steps: readonly QueryNode[] }
  /** `each` on every item of the list (`values`: of the object's values); what it gives nothing for is left out. */
  | { readonly kind: "projection"; readonly over: "items" | "values"; readonly of: QueryNode; readonly each: QueryNode; readonly filter: QueryNode | undefined }
  | { readonly kind: "comparison"; readonly operator: Comparison; readonly left: QueryNode; readonly right: QueryNode }
  | { readonly kind: "and" | "or"; readonly left: QueryNode; readonly right: QueryNode }
  | { readonly kind: "not"; readonly of: QueryNode }
  | { readonly kind: "list"; readonly items: readonly QueryNode[] }
  | { readonly kind: "object"; readonly fields: readonly (readonly [name: string, value: QueryNode])[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly QueryNode[] }
  /** `&expression`: the expression itself, for functions that use it on items. */
  | { readonly kind: "reference"; readonly to: QueryNode };
