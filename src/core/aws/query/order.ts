import { compareTexts, pythonType } from "../pythonText.ts";
import { QueryError } from "./queryError.ts";

/** Below 0, 0 or above 0. A number and a text have no order: Python's refusal names the operator. */
export function orderOf(left: number | string, right: number | string, operator: string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
  throw new QueryError(`'${operator}' not supported between instances of '${pythonType(left)}' and '${pythonType(right)}'`);
}
