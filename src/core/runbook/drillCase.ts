import type { FaultDescription } from "../protocol.ts";
import { RuntimeError } from "../runtimeError.ts";

/** A fault with the parameters that it is given. */
export interface FaultSpec {
  readonly fault: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** One way to rehearse a runbook: what breaks, and which options are taken (step label or id → option label or id). */
export interface DrillCase {
  readonly faults: readonly FaultSpec[];
  readonly options: Readonly<Record<string, string>>;
}

/** Reads `NAME` or `NAME:key=value,key=value`; `undefined` for anything else. */
export function parseFault(text: string): FaultSpec | undefined {
  const groups = /^(?<fault>[\w.-]+)(?::(?<parameters>.+))?$/.exec(text.trim())?.groups;
  const fault = groups?.["fault"];
  if (fault === undefined) return undefined;
  const pairs = (groups?.["parameters"] ?? "").split(",").filter((pair) => pair !== "").map((pair) => parsePair(pair));
  const known = pairs.flatMap((pair) => (pair === undefined ? [] : [pair]));
  return known.length < pairs.length ? undefined : { fault, parameters: Object.fromEntries(known) };
}

/** Throws `notFound` for a fault that is not among a world's, and `invalidInput` for a parameter that it does not have or that is no number where one is needed. */
export function checkFault(spec: FaultSpec, known: readonly Pick<FaultDescription, "name" | "parameters">[]): void {
  const found = known.find(({ name }) => name === spec.fault);
  const failed = `Injecting ${faultText(spec)}`;
  if (found === undefined) throw new RuntimeError("notFound", `${failed}: the world has no such fault.`, { hint: `It has ${known.map(({ name }) => name).join(", ")}.` });
  const usual = parametersText(found.parameters, ", ");
  for (const [key, value] of Object.entries(spec.parameters)) {
    if (!Object.hasOwn(found.parameters, key)) throw new RuntimeError("invalidInput", `${failed}: it has no parameter ${key}.`, { hint: usual === "" ? "It takes none." : `It has ${usual}.` });
    const isNumber = /^\d+(?:\.\d+)?$/.test(value);
    if (typeof found.parameters[key] === "number" && !isNumber) throw new RuntimeError("invalidInput", `${failed}: ${key} must be a number; it is ${value}.`, { hint: `It is usually ${usual}.` });
  }
}

/** The description of the world that faults happen in where it is not the one that lists them as `known`. Throws `invalidInput` where they happen in different ones. */
export function otherWorld(faults: readonly FaultSpec[], known: readonly Pick<FaultDescription, "name" | "world">[]): string | undefined {
  const worlds = faults.map(({ fault }) => known.find(({ name }) => name === fault)?.world);
  if (new Set(worlds).size > 1) throw new RuntimeError("invalidInput", `Injecting ${faults.map((spec) => faultText(spec)).join(", ")}: they happen in different worlds.`, { hint: "Rehearse them one after the other." });
  return worlds[0];
}

/** Reads `STEP=OPTION` or `key=value`; `undefined` without both sides. */
export function parsePair(text: string): readonly [string, string] | undefined {
  const at = text.indexOf("=");
  return at <= 0 || at === text.length - 1 ? undefined : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Reads faults and options as the command line has them, `disk-full 3=B`; `undefined` for anything else. */
export function parseCase(text: string): DrillCase | undefined {
  const faults: FaultSpec[] = [];
  const options: Record<string, string> = {};
  for (const word of text.trim().split(/\s+/)) {
    const pair = word.includes(":") ? undefined : parsePair(word);
    const fault = pair === undefined ? parseFault(word) : undefined;
    if (pair !== undefined) options[pair[0]] = pair[1];
    else if (fault === undefined) return undefined;
    else faults.push(fault);
  }
  return faults.length === 0 ? undefined : { faults, options };
}

/** `disk-full:used=97%`: as `parseFault` reads it. */
export function faultText({ fault, parameters }: FaultSpec): string {
  const text = parametersText(parameters);
  return text === "" ? fault : `${fault}:${text}`;
}

/** `lagSeconds=60,share=0.5`: the part behind a fault's name. */
export function parametersText(parameters: Readonly<Record<string, string | number>>, separator = ","): string {
  return Object.entries(parameters).map(([key, value]) => `${key}=${String(value)}`).join(separator);
}

/** `disk-full 3=B`: as `parseCase` reads it. */
export function caseText({ faults, options }: DrillCase): string {
  return [...faults.map((spec) => faultText(spec)), ...Object.entries(options).map(([step, option]) => `${step}=${option}`)].join(" ");
}
