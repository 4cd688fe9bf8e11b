import { aggregate } from "./aggregate.ts";
import type { Expression, Selector } from "./ast.ts";
import { callFunction } from "./functions.ts";
import { applyBinary } from "./operators.ts";
import { labelsFrom, type Labels, type Point, type RangeSeries, type SeriesStore } from "./series.ts";
import { elementsOf, scalarOf, withoutName, type Element, type Value } from "./values.ts";

/** How long a sample stays the present one of its series. */
const LOOKBACK_MS = 300_000;
/** Step of a subquery that names none: Prometheus' own default evaluation interval. */
const SUBQUERY_STEP_MS = 60_000;

/** Evaluates an expression at `at` (world epoch milliseconds). Throws `PromqlError` for what cannot be computed. */
export function evaluate(store: SeriesStore, expression: Expression, at: number): Value {
  const inner = (part: Expression): Value => evaluate(store, part, at);
  switch (expression.kind) {
    case "number":
      return { kind: "scalar", value: expression.value };
    case "string":
      return { kind: "string", value: expression.value };
    case "selector":
      return select(store, expression, at);
    case "subquery": {
      const to = at - expression.offsetMs;
      return { kind: "matrix", series: stepped(store, expression.of, to - expression.rangeMs, to, expression.stepMs ?? SUBQUERY_STEP_MS), from: to - expression.rangeMs, to };
    }
    case "call":
      return callFunction(expression, expression.args.map(inner), at);
    case "aggregate":
      return { kind: "vector", elements: aggregate(expression, elementsOf(inner(expression.of)), expression.parameter === undefined ? undefined : scalarOf(inner(expression.parameter))) };
    case "negate": {
      const value = inner(expression.of);
      return value.kind === "scalar" ? { kind: "scalar", value: -value.value } : { kind: "vector", elements: elementsOf(value).map((each) => ({ labels: withoutName(each.labels), value: -each.value })) };
    }
    case "binary":
      return applyBinary(expression, inner(expression.left), inner(expression.right));
  }
}

/** Evaluates at every step from `from` to `to`: a series for each set of labels that appears. */
export function evaluateRange(store: SeriesStore, expression: Expression, from: number, to: number, stepMs: number): readonly RangeSeries[] {
  return collect(from, to, stepMs, (at) => {
    const value = evaluate(store, expression, at);
    return value.kind === "scalar" ? [{ labels: labelsFrom([]), value: value.value }] : elementsOf(value);
  });
}

/** A subquery's steps lie on multiples of the step, after `from`. */
function stepped(store: SeriesStore, of: Expression, from: number, to: number, stepMs: number): readonly RangeSeries[] {
  return collect((Math.floor(from / stepMs) + 1) * stepMs, to, stepMs, (at) => elementsOf(evaluate(store, of, at)));
}

function collect(from: number, to: number, stepMs: number, evaluateAt: (at: number) => readonly Element[]): readonly RangeSeries[] {
  const found = new Map<string, { readonly labels: Labels; readonly points: Point[] }>();
  for (let at = from; at <= to; at += stepMs) {
    for (const { labels, value } of evaluateAt(at)) {
      const key = JSON.stringify([...labels]);
      const series = found.get(key) ?? { labels, points: [] };
      found.set(key, series);
      series.points.push({ at, value });
    }
  }
  return [...found.values()];
}

function select(store: SeriesStore, { matchers, rangeMs, offsetMs }: Selector, at: number): Value {
  const to = at - offsetMs;
  if (rangeMs !== undefined) {
    const series = store.select(matchers, to - rangeMs, to).map(({ labels, points }) => ({ labels, points: points.filter((point) => !Number.isNaN(point.value)) }));
    return { kind: "matrix", series: series.filter(({ points }) => points.length > 0), from: to - rangeMs, to };
  }
  const elements = store.select(matchers, to - LOOKBACK_MS, to).flatMap(({ labels, points }) => {
    const last = points.at(-1);
    return last === undefined || Number.isNaN(last.value) ? [] : [{ labels, value: last.value, at: last.at }];
  });
  return { kind: "vector", elements };
}
