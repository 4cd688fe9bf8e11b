import { quantile, sum, variance } from "./aggregate.ts";
import type { Point } from "./series.ts";

/** The points of one series in a range; `from` and `to` are the range's ends in world epoch milliseconds. */
export interface Window {
  readonly points: readonly Point[];
  readonly from: number;
  readonly to: number;
}

/** What a function over a range makes of one series; `undefined` where there are too few points. */
export function overRange(name: string, window: Window, parameter: number | undefined): number | undefined {
  const values = window.points.map((point) => point.value);
  const last = values.at(-1);
  if (last === undefined) return undefined;
  switch (name) {
    case "rate":
      return extrapolated(window, { isCounter: true, isRate: true });
    case "increase":
      return extrapolated(window, { isCounter: true, isRate: false });
    case "delta":
      return extrapolated(window, { isCounter: false, isRate: false });
    case "irate":
    case "idelta":
      return instantly(window.points, name === "irate");
    case "deriv":
      return window.points.length < 2 ? undefined : regression(window.points, window.points[0]?.at ?? 0).slope;
    case "predict_linear": {
      if (window.points.length < 2) return undefined;
      const { slope, intercept } = regression(window.points, window.to);
      return slope * (parameter ?? 0) + intercept;
    }
    case "resets":
      return pairs(values).filter(([before, after]) => after < before).length;
    case "changes":
      return pairs(values).filter(([before, after]) => after !== before).length;
    case "avg_over_time":
      return sum(values) / values.length;
    case "min_over_time":
      return Math.min(...values);
    case "max_over_time":
      return Math.max(...values);
    case "sum_over_time":
      return sum(values);
    case "count_over_time":
      return values.length;
    case "last_over_time":
      return last;
    case "present_over_time":
      return 1;
    case "stddev_over_time":
      return Math.sqrt(variance(values));
    case "stdvar_over_time":
      return variance(values);
    case "quantile_over_time":
      return quantile(parameter ?? Number.NaN, values);
  }
  return undefined;
}

/** Prometheus' extrapolation to the ends of the range (`extrapolatedRate` in promql/functions.go), with counter resets added up. */
function extrapolated({ points, from, to }: Window, { isCounter, isRate }: { readonly isCounter: boolean; readonly isRate: boolean }): number | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const resets = isCounter ? sum(pairs(points.map((point) => point.value)).map(([before, after]) => (after < before ? before : 0))) : 0;
  const result = last.value - first.value + resets;
  const sampled = (last.at - first.at) / 1000;
  const average = sampled / (points.length - 1);
  let toStart = (first.at - from) / 1000;
  let toEnd = (to - last.at) / 1000;
  if (toStart >= average * 1.1) toStart = average / 2;
  if (isCounter && result > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / result));
  if (toEnd >= average * 1.1) toEnd = average / 2;
  const whole = (result * (sampled + toStart + toEnd)) / sampled;
  return isRate ? whole / ((to - from) / 1000) : whole;
}

function instantly(points: readonly Point[], isRate: boolean): number | undefined {
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return undefined;
  if (!isRate) return last.value - before.value;
  return (last.value < before.value ? last.value : last.value - before.value) / ((last.at - before.at) / 1000);
}

/** Least squares over seconds; `intercept` is the value at `at`. */
function regression(points: readonly Point[], at: number): { readonly slope: number; readonly intercept: number } {
  const xs = points.map((point) => (point.at - at) / 1000);
  const ys = points.map((point) => point.value);
  const [meanX, meanY] = [sum(xs) / xs.length, sum(ys) / ys.length];
  const slope = sum(xs.map((x, index) => (x - meanX) * ((ys[index] ?? 0) - meanY))) / sum(xs.map((x) => (x - meanX) ** 2));
  return { slope, intercept: meanY - slope * meanX };
}

function pairs(values: readonly number[]): readonly (readonly [number, number])[] {
  return values.slice(1).map((after, index) => [values[index] ?? 0, after] as const);
}
