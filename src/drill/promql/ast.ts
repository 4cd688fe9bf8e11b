/** A query as a tree. It follows Prometheus' grammar; what this engine does not evaluate is refused while parsing. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | Selector
  | { readonly kind: "subquery"; readonly of: Expression; readonly rangeMs: number; readonly stepMs: number | undefined; readonly offsetMs: number }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "aggregate"; readonly operator: string; readonly of: Expression; readonly parameter: Expression | undefined; readonly grouping: Grouping }
  | { readonly kind: "negate"; readonly of: Expression }
  | Binary;

/** Series by name and labels: the latest sample of each, or those of a range before the evaluation. */
export interface Selector {
  readonly kind: "selector";
  readonly matchers: readonly Matcher[];
  /** `undefined`: an instant vector. */
  readonly rangeMs: number | undefined;
  readonly offsetMs: number;
}

/** A condition on one label; the metric's name is the label `__name__`. */
export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
  /** Whether a label's value ("" where it has none) passes. */
  readonly matches: (value: string) => boolean;
}

/** Which labels an aggregation or a match between vectors looks at. */
export interface Grouping {
  readonly kind: "by" | "without";
  readonly labels: readonly string[];
}

/** An operator between two expressions. */
export interface Binary {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  /** Comparisons give 0 or 1 instead of filtering. */
  readonly isBool: boolean;
  readonly matching: Matching;
}

/** How the elements of two vectors find each other. */
export interface Matching {
  /** `by` for `on(…)`, `without` for `ignoring(…)`. */
  readonly grouping: Grouping;
  /** The side on which several elements may match one of the other. */
  readonly many: "left" | "right" | undefined;
  /** Labels that the result takes from the other side. */
  readonly include: readonly string[];
}

/** What an expression evaluates to. */
export type ValueType = "scalar" | "string" | "vector" | "matrix";

/** A query that cannot be answered, in Prometheus' own terms. */
export class PromqlError extends Error {
  override readonly name = "PromqlError";
  readonly errorType: "bad_data" | "execution";

  constructor(errorType: "bad_data" | "execution", message: string) {
    super(message);
    this.errorType = errorType;
  }
}
