import { isJsonList, isObject, type Json, type JsonObject } from "../../kubectl/json.ts";
import { pythonRepr, pythonText, pythonType } from "../pythonText.ts";
import { QueryError } from "./queryError.ts";

/** An expression given to a function, which applies it to items. */
export interface Reference {
  readonly apply: (item: Json) => Json;
}

export type Argument = Json | Reference;

/** Kinds of values as JMESPath names them. */
export type Kind = "number" | "string" | "boolean" | "array" | "object" | "null" | "expref";
/** A kind, or what a list must hold: `array-number`. Of several lists' kinds the first item chooses. */
export type Wanted = Kind | "array-number" | "array-string";

/** Arguments whose kinds have been checked. */
export class Arguments {
  readonly #name: string;
  readonly #given: readonly Argument[];

  constructor(name: string, given: readonly Argument[]) {
    this.#name = name;
    this.#given = given;
  }

  value(place: number): Json {
    const given = this.#given[place] ?? null;
    return isReference(given) ? null : given;
  }

  get all(): readonly Json[] {
    return this.#given.map((_, place) => this.value(place));
  }

  list(place: number): readonly Json[] {
    const value = this.value(place);
    return isJsonList(value) ? value : [];
  }

  text(place: number): string {
    return pythonText(this.value(place));
  }

  number(place: number): number {
    return Number(this.value(place));
  }

  object(place: number): JsonObject {
    const value = this.value(place);
    return isObject(value) ? value : {};
  }

  apply(place: number, item: Json): Json {
    const given = this.#given[place];
    return given !== undefined && isReference(given) ? given.apply(item) : null;
  }

  /** Items with what the expression at place 1 gives of them, which must be of one of these kinds. */
  keyed(kinds: readonly Kind[]): readonly { readonly item: Json; readonly key: number | string }[] {
    return this.list(0).map((item) => ({ item, key: this.#key(this.apply(1, item), kinds) }));
  }

  #key(key: Json, kinds: readonly Kind[]): number | string {
    if ((typeof key === "number" || typeof key === "string") && kinds.includes(kindOf(key))) return key;
    throw wrongKind(this.#name, key, kinds, kindOf(key));
  }
}

/** What kind of value it is. */
export function kindOf(value: Argument): Kind {
  if (value === null) return "null";
  if (isReference(value)) return "expref";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  return isJsonList(value) ? "array" : "object";
}

/** Throws unless the value is of one of these kinds. */
export function checkKind(name: string, value: Argument, wanted: readonly Wanted[]): void {
  if (wanted.length === 0) return;
  const kind = kindOf(value);
  if (!wanted.some((one) => one.split("-")[0] === kind)) throw wrongKind(name, value, wanted, kind);
  const itemKinds = wanted.flatMap((one) => one.split("-").slice(1));
  if (itemKinds.length === 0 || isReference(value) || !isJsonList(value)) return;
  const [first = null] = value;
  const allowed = itemKinds.length === 1 ? itemKinds : itemKinds.filter((one) => one === kindOf(first));
  for (const item of value) if (!allowed.includes(kindOf(item))) throw wrongKind(name, item, wanted, pythonType(item));
}

/** The refusal of a value that is of none of these kinds. */
export function wrongKind(name: string, value: Argument, wanted: readonly Wanted[], found: string): QueryError {
  const text = isReference(value) ? "an expression" : pythonText(value);
  return new QueryError(`In function ${name}(), invalid type for value: ${text}, expected one of: ${pythonRepr(wanted)}, received: "${found}"`);
}

function isReference(value: Argument): value is Reference {
  return typeof value === "object" && value !== null && "apply" in value && typeof value.apply === "function";
}
