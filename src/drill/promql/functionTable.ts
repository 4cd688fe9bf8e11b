import type { ValueType } from "./ast.ts";

/** A function's parameters and result; the last `optional` of the parameters may be left out. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly optional: number;
  readonly result: ValueType;
}

const OVER_RANGE = ["rate", "increase", "irate", "delta", "idelta", "deriv", "resets", "changes", "absent_over_time", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time"];
const OF_VECTOR = ["abs", "ceil", "floor", "sqrt", "exp", "ln", "log2", "log10", "sgn", "absent", "sort", "sort_desc", "timestamp"];

const one = (parameters: readonly ValueType[], result: ValueType, optional = 0): Signature => ({ parameters, optional, result });

/** The functions that are evaluated, by name. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...OVER_RANGE.map((name) => [name, one(["matrix"], "vector")] as const),
  ...OF_VECTOR.map((name) => [name, one(["vector"], "vector")] as const),
  ["time", one([], "scalar")],
  ["vector", one(["scalar"], "vector")],
  ["scalar", one(["vector"], "scalar")],
  ["round", one(["vector", "scalar"], "vector", 1)],
  ["clamp", one(["vector", "scalar", "scalar"], "vector")],
  ["clamp_min", one(["vector", "scalar"], "vector")],
  ["clamp_max", one(["vector", "scalar"], "vector")],
  ["quantile_over_time", one(["scalar", "matrix"], "vector")],
  ["predict_linear", one(["matrix", "scalar"], "vector")],
  ["histogram_quantile", one(["scalar", "vector"], "vector")],
  ["label_replace", one(["vector", "string", "string", "string", "string"], "vector")],
]);

/** Prometheus' other functions: refused by name, so that nobody takes them for misspelt. */
export const UNSUPPORTED_FUNCTIONS: ReadonlySet<string> = new Set([
  "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh", "deg", "rad", "pi", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year",
  "double_exponential_smoothing", "holt_winters", "histogram_avg", "histogram_count", "histogram_fraction", "histogram_sum", "histogram_stddev", "histogram_stdvar", "info", "label_join", "mad_over_time", "sort_by_label", "sort_by_label_desc",
]);

/** Aggregation operators; true for those with a parameter before the vector. */
export const AGGREGATIONS: ReadonlyMap<string, boolean> = new Map([
  ["sum", false], ["avg", false], ["min", false], ["max", false], ["count", false], ["group", false], ["stddev", false], ["stdvar", false], ["topk", true], ["bottomk", true], ["quantile", true],
]);

/** How tightly binary operators bind; higher binds tighter. */
export const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ["or", 1], ["and", 2], ["unless", 2], ["==", 3], ["!=", 3], [">", 3], ["<", 3], [">=", 3], ["<=", 3], ["+", 4], ["-", 4], ["*", 5], ["/", 5], ["%", 5], ["^", 6],
]);

/** Operators that compare. */
export const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", ">", "<", ">=", "<="]);
/** Operators between sets of series. */
export const SET_OPERATORS: ReadonlySet<string> = new Set(["and", "or", "unless"]);
