import { PromqlError, type Expression, type Grouping } from "./ast.ts";
import type { Element } from "./values.ts";
import { keyOf, labelsFrom, type Labels } from "./series.ts";

/** Groups the elements of a vector and reduces each group. */
export function aggregate({ operator, grouping }: Extract<Expression, { kind: "aggregate" }>, elements: readonly Element[], parameter: number | undefined): readonly Element[] {
  const groups = new Map<string, { readonly labels: Labels; readonly members: Element[] }>();
  for (const element of elements) {
    const labels = grouped(element.labels, grouping);
    const key = keyOf(labels);
    const group = groups.get(key) ?? { labels, members: [] };
    groups.set(key, group);
    group.members.push(element);
  }
  return [...groups.values()].flatMap(({ labels, members }): readonly Element[] => {
    if (operator === "topk" || operator === "bottomk") {
      const sign = operator === "topk" ? -1 : 1;
      return [...members].sort((left, right) => sign * (left.value - right.value)).slice(0, Math.max(0, Math.trunc(parameter ?? 0)));
    }
    return [{ labels, value: reduce(operator, members.map((member) => member.value), parameter) }];
  });
}

/** The labels that `by` or `without` leaves. */
export function grouped(labels: Labels, { kind, labels: names }: Grouping): Labels {
  return labelsFrom([...labels].filter(([name]) => (kind === "by" ? names.includes(name) : name !== "__name__" && !names.includes(name))));
}

function reduce(operator: string, values: readonly number[], parameter: number | undefined): number {
  switch (operator) {
    case "sum":
      return sum(values);
    case "avg":
      return sum(values) / values.length;
    case "min":
      return values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least));
    case "max":
      return values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most));
    case "count":
      return values.length;
    case "group":
      return 1;
    case "stdvar":
      return variance(values);
    case "stddev":
      return Math.sqrt(variance(values));
    case "quantile":
      return quantile(parameter ?? Number.NaN, values);
  }
  throw new PromqlError("execution", `the aggregation ${operator} is not evaluated`);
}

/** The sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Population variance. */
export function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
}

/** The φ-quantile by linear interpolation between ranks, as Prometheus computes it. */
export function quantile(phi: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  if (phi > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort((left, right) => left - right);
  const rank = phi * (sorted.length - 1);
  const low = Math.floor(rank);
  const [below, above] = [sorted[low] ?? Number.NaN, sorted[Math.min(sorted.length - 1, low + 1)] ?? Number.NaN];
  return below + (above - below) * (rank - low);
}
