import { grouped } from "./aggregate.ts";
import { PromqlError, type Binary } from "./ast.ts";
import { elementsOf, withoutName, type Element, type Value } from "./values.ts";
import { COMPARISONS, SET_OPERATORS } from "./functionTable.ts";
import { keyOf, labelsFrom, type Labels } from "./series.ts";

/** Applies a binary operator. Throws `PromqlError` (`execution`) where elements of two vectors cannot be told apart. */
export function applyBinary(binary: Binary, left: Value, right: Value): Value {
  if (left.kind === "scalar" && right.kind === "scalar") return { kind: "scalar", value: compute(binary.operator, left.value, right.value) };
  if (SET_OPERATORS.has(binary.operator)) return { kind: "vector", elements: combineSets(binary, elementsOf(left), elementsOf(right)) };
  if (left.kind === "scalar") return { kind: "vector", elements: elementsOf(right).flatMap((element) => paired(binary, element, left.value, element.value, element.value)) };
  if (right.kind === "scalar") return { kind: "vector", elements: elementsOf(left).flatMap((element) => paired(binary, element, element.value, right.value, element.value)) };
  return { kind: "vector", elements: matched(binary, elementsOf(left), elementsOf(right)) };
}

/** The result for one element against a number; a comparison without `bool` keeps or drops the element's own value. */
function paired({ operator, isBool }: Binary, element: Element, left: number, right: number, kept: number): readonly Element[] {
  const value = compute(operator, left, right);
  if (!COMPARISONS.has(operator) || isBool) return [{ labels: withoutName(element.labels), value }];
  return value === 1 ? [{ labels: element.labels, value: kept }] : [];
}

function compute(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+": return left + right;
    case "-": return left - right;
    case "*": return left * right;
    case "/": return left / right;
    case "%": return left % right;
    case "^": return left ** right;
    case "==": return Number(left === right);
    case "!=": return Number(left !== right);
    case ">": return Number(left > right);
    case "<": return Number(left < right);
    case ">=": return Number(left >= right);
    case "<=": return Number(left <= right);
  }
  throw new PromqlError("execution", `the operator ${operator} is not evaluated`);
}

function combineSets({ operator, matching }: Binary, left: readonly Element[], right: readonly Element[]): readonly Element[] {
  const signature = (element: Element): string => keyOf(grouped(element.labels, matching.grouping));
  const [inLeft, inRight] = [new Set(left.map(signature)), new Set(right.map(signature))];
  switch (operator) {
    case "and":
      return left.filter((element) => inRight.has(signature(element)));
    case "unless":
      return left.filter((element) => !inRight.has(signature(element)));
    default:
      return [...left, ...right.filter((element) => !inLeft.has(signature(element)))];
  }
}

function matched(binary: Binary, left: readonly Element[], right: readonly Element[]): readonly Element[] {
  const { matching, operator, isBool } = binary;
  const isManyRight = matching.many === "right";
  const [many, one] = isManyRight ? [right, left] : [left, right];
  const signature = (element: Element): string => keyOf(grouped(element.labels, matching.grouping));
  const partners = new Map<string, Element>();
  for (const element of one) {
    const key = signature(element);
    if (partners.has(key)) throw new PromqlError("execution", `found duplicate series for the match group ${shown(grouped(element.labels, matching.grouping))} on the ${isManyRight ? "left" : "right"} hand-side of the operation: many-to-many matching not allowed: matching labels must be unique on one side`);
    partners.set(key, element);
  }
  const seen = new Set<string>();
  return many.flatMap((element): readonly Element[] => {
    const key = signature(element);
    const partner = partners.get(key);
    if (partner === undefined) return [];
    if (matching.many === undefined && seen.has(key)) throw new PromqlError("execution", "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
    seen.add(key);
    const [first, second] = isManyRight ? [partner.value, element.value] : [element.value, partner.value];
    const value = compute(operator, first, second);
    const isFilter = COMPARISONS.has(operator) && !isBool;
    if (isFilter && value !== 1) return [];
    return [{ labels: resultLabels(binary, element.labels, partner.labels, isFilter), value: isFilter ? element.value : value }];
  });
}

function resultLabels({ matching }: Binary, many: Labels, one: Labels, keepsName: boolean): Labels {
  if (matching.many === undefined) {
    const kept = matching.grouping.kind === "by" ? grouped(many, matching.grouping) : labelsFrom([...many].filter(([name]) => !matching.grouping.labels.includes(name)));
    return keepsName ? kept : withoutName(kept);
  }
  const taken = new Map(keepsName ? many : withoutName(many));
  for (const name of matching.include) taken.set(name, one.get(name) ?? "");
  return labelsFrom(taken);
}

function shown(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}
