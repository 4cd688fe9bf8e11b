import { labelsFrom, type Labels, type RangeSeries } from "./series.ts";

/** One element of an instant vector. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
  /** When the sample was taken, where the element is one. */
  readonly at?: number;
}

/** What an expression came to. */
export type Value =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "vector"; readonly elements: readonly Element[] }
  | { readonly kind: "matrix"; readonly series: readonly RangeSeries[]; readonly from: number; readonly to: number };

/** The elements of a vector; the parser lets nothing else come where one is wanted. */
export function elementsOf(value: Value | undefined): readonly Element[] {
  return value?.kind === "vector" ? value.elements : [];
}

/** The number of a scalar; not a number for anything else. */
export function scalarOf(value: Value | undefined): number {
  return value?.kind === "scalar" ? value.value : Number.NaN;
}

/** Labels without the metric's name: what was computed is not that metric any more. */
export function withoutName(labels: Labels): Labels {
  return labelsFrom([...labels].filter(([name]) => name !== "__name__"));
}
