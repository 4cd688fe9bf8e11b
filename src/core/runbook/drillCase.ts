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
  const pairs = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? fault : `${fault}:${pairs.join(",")}`;
}

/** `disk-full 3=B`: as `parseCase` reads it. */
export function caseText({ faults, options }: DrillCase): string {
  return [...faults.map((spec) => faultText(spec)), ...Object.entries(options).map(([step, option]) => `${step}=${option}`)].join(" ");
}
