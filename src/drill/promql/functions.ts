import { PromqlError, type Expression } from "./ast.ts";
import { elementsOf, scalarOf, withoutName, type Element, type Value } from "./values.ts";
import { overRange } from "./rates.ts";
import { keyOf, labelsFrom, type Labels } from "./series.ts";

type Call = Extract<Expression, { kind: "call" }>;

const OF_NUMBER: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs, ceil: Math.ceil, floor: Math.floor, sqrt: Math.sqrt, exp: Math.exp, ln: Math.log, log2: Math.log2, log10: Math.log10, sgn: Math.sign,
};

/** Calls a function of the table with evaluated arguments. Throws `PromqlError` (`execution`). */
export function callFunction(call: Call, args: readonly Value[], at: number): Value {
  const { name } = call;
  const range = args.find((argument) => argument.kind === "matrix");
  if (name === "absent_over_time") return vector((range?.kind === "matrix" ? range.series.length : 0) > 0 ? [] : [{ labels: wantedLabels(call.args[0]), value: 1 }]);
  if (range?.kind === "matrix") return vector(overSeries(name, range, args.find((argument) => argument.kind === "scalar")));
  if (name === "time") return { kind: "scalar", value: at / 1000 };
  if (name === "vector") return vector([{ labels: labelsFrom([]), value: scalarOf(args[0]) }]);
  const elements = elementsOf(args.find((argument) => argument.kind === "vector"));
  if (name === "scalar") return { kind: "scalar", value: elements.length === 1 ? (elements[0]?.value ?? Number.NaN) : Number.NaN };
  if (name === "absent") return vector(elements.length > 0 ? [] : [{ labels: wantedLabels(call.args[0]), value: 1 }]);
  if (name === "sort" || name === "sort_desc") return vector([...elements].sort((left, right) => (name === "sort" ? left.value - right.value : right.value - left.value)));
  if (name === "timestamp") return vector(elements.map((each) => ({ labels: withoutName(each.labels), value: (each.at ?? at) / 1000 })));
  if (name === "histogram_quantile") return vector(histogramQuantiles(scalarOf(args[0]), elements));
  if (name === "label_replace") return vector(replaceLabel(elements, args.slice(1).map((argument) => (argument.kind === "string" ? argument.value : ""))));
  return vector(elements.map((each) => ({ labels: withoutName(each.labels), value: ofNumber(name, each.value, args.slice(1).map(scalarOf)) })));
}

function vector(elements: readonly Element[]): Value {
  return { kind: "vector", elements };
}

function overSeries(name: string, range: Extract<Value, { kind: "matrix" }>, parameter: Value | undefined): readonly Element[] {
  return range.series.flatMap(({ labels, points }) => {
    const value = overRange(name, { points, from: range.from, to: range.to }, parameter === undefined ? undefined : scalarOf(parameter));
    return value === undefined ? [] : [{ labels: name === "last_over_time" ? labels : withoutName(labels), value }];
  });
}

function ofNumber(name: string, value: number, [first = Number.NaN, second = Number.NaN]: readonly number[]): number {
  switch (name) {
    case "round": {
      const to = Number.isNaN(first) ? 1 : first;
      // The inverse avoids 0.30000000000000004 for round(0.3, 0.1), as Prometheus does.
      return Math.floor(value * (1 / to) + 0.5) / (1 / to);
    }
    case "clamp":
      return Math.max(first, Math.min(second, value));
    case "clamp_min":
      return Math.max(first, value);
    case "clamp_max":
      return Math.min(first, value);
  }
  return OF_NUMBER[name]?.(value) ?? Number.NaN;
}

/** What `absent` says of a selector: the labels that it asks for with `=`. */
function wantedLabels(expression: Expression | undefined): Labels {
  if (expression?.kind !== "selector") return labelsFrom([]);
  const equal = expression.matchers.filter((matcher) => matcher.operator === "=" && matcher.label !== "__name__");
  return labelsFrom(equal.filter((matcher) => expression.matchers.filter((other) => other.label === matcher.label).length === 1).map((matcher) => [matcher.label, matcher.value]));
}

/** Interpolates in each histogram's buckets (`bucketQuantile` in promql/quantile.go). */
function histogramQuantiles(phi: number, elements: readonly Element[]): readonly Element[] {
  const histograms = new Map<string, { readonly labels: Labels; readonly buckets: { readonly upper: number; count: number }[] }>();
  for (const { labels, value } of elements) {
    const upper = upperBound(labels.get("le"));
    if (Number.isNaN(upper)) continue;
    const rest = labelsFrom([...withoutName(labels)].filter(([name]) => name !== "le"));
    const histogram = histograms.get(keyOf(rest)) ?? { labels: rest, buckets: [] };
    histograms.set(keyOf(rest), histogram);
    histogram.buckets.push({ upper, count: value });
  }
  return [...histograms.values()].flatMap(({ labels, buckets }) => (buckets.length < 2 ? [] : [{ labels, value: bucketQuantile(phi, buckets.sort((left, right) => left.upper - right.upper)) }]));
}

function upperBound(text: string | undefined): number {
  if (text === undefined) return Number.NaN;
  return text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
}

function bucketQuantile(phi: number, buckets: readonly { readonly upper: number; readonly count: number }[]): number {
  const total = buckets.at(-1)?.count ?? 0;
  if (buckets.at(-1)?.upper !== Number.POSITIVE_INFINITY || total === 0 || Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  if (phi > 1) return Number.POSITIVE_INFINITY;
  const rank = phi * total;
  const index = buckets.findIndex((bucket) => bucket.count >= rank);
  const bucket = buckets[index];
  if (bucket === undefined || index === buckets.length - 1) return buckets.at(-2)?.upper ?? Number.NaN;
  const before = buckets[index - 1];
  if (before === undefined && bucket.upper <= 0) return bucket.upper;
  const start = before?.upper ?? 0;
  const below = before?.count ?? 0;
  return start + (bucket.upper - start) * ((rank - below) / (bucket.count - below));
}

function replaceLabel(elements: readonly Element[], [target = "", replacement = "", source = "", pattern = ""]: readonly string[]): readonly Element[] {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, "su");
  } catch (error) {
    throw new PromqlError("execution", `invalid regular expression in label_replace(): ${pattern}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return elements.map((element) => {
    const match = expression.exec(element.labels.get(source) ?? "");
    if (match === null) return element;
    const value = replacement.replaceAll(/\$(?:\{(\w+)\}|(\d+))/gu, (_whole, braced: string | undefined, plain: string | undefined) => {
      const group = braced ?? plain ?? "";
      return (/^\d+$/u.test(group) ? match[Number(group)] : match.groups?.[group]) ?? "";
    });
    return { ...element, labels: labelsFrom(new Map([...element.labels, [target, value]])) };
  });
}
