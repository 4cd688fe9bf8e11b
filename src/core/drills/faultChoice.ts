import type { FrontMatter, RunbookDocument, Step } from "../runbook/document.ts";
import { faultText, type DrillCase, type FaultSpec } from "../runbook/drillCase.ts";

type DrillFields = Pick<FrontMatter, "drillFault" | "drillCases">;

/** The ways to rehearse that a runbook names: its own fault first. */
export function namedCases(frontMatter: DrillFields): readonly DrillCase[] {
  const own: readonly DrillCase[] = frontMatter.drillFault === undefined ? [] : [{ faults: [{ fault: frontMatter.drillFault, parameters: {} }], options: {} }];
  return [...own, ...frontMatter.drillCases];
}

/** The named cases, and the runbook's own fault with each option that none of them takes. None without a fault. */
export function allCases(document: Pick<RunbookDocument, "frontMatter" | "steps">): readonly DrillCase[] {
  const named = namedCases(document.frontMatter);
  const [first] = named;
  if (first === undefined) return [];
  const { steps } = document;
  const more = steps.flatMap((option): DrillCase[] => {
    const step = steps[option.parent ?? -1];
    if (option.kind !== "option" || step === undefined || isFirst(option, steps)) return [];
    const isTaken = named.some(({ options }) => Object.entries(options).some(([at, name]) => isNamed(step, at) && isNamed(option, name)));
    return isTaken ? [] : [{ faults: first.faults, options: { [step.label ?? step.id]: option.label ?? option.id } }];
  });
  return [...named, ...more];
}

/** The first option is the one that a drill takes by itself. */
function isFirst(option: Step, steps: readonly Step[]): boolean {
  return steps.find((other) => other.kind === "option" && other.parent === option.parent) === option;
}

function isNamed(step: Step, name: string): boolean {
  return [step.label, step.id, step.id.split("/").at(-1)].some((each) => each?.toLowerCase() === name.toLowerCase());
}

/** Whether a runbook names a fault as one that it is for. */
export function isOwnFault(frontMatter: DrillFields, fault: string): boolean {
  return namedCases(frontMatter).some(({ faults }) => faults.some((spec) => spec.fault === fault));
}

/**
 * Faults for a surprise: those that the runbook names, also where it names only one. Of the world's others nobody knows whether this
 * runbook cures them, or its verification sees them: a surprise that breaks nothing here rehearses nothing.
 */
export function surpriseFaults(frontMatter: DrillFields, worldFaults: readonly string[]): readonly FaultSpec[] {
  const named = namedCases(frontMatter).flatMap(({ faults }) => faults).filter(({ fault }) => worldFaults.includes(fault));
  return named.filter((spec, index) => named.findIndex((other) => faultText(other) === faultText(spec)) === index);
}

/** One of several by a seed: the same seed gives the same one. `undefined` of none. */
export function chooseBySeed<T>(choices: readonly T[], seed: number): T | undefined {
  // The finaliser of MurmurHash3: neighbouring seeds must not give neighbouring choices.
  let hash = seed | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  hash ^= hash >>> 16;
  return choices[(hash >>> 0) % Math.max(1, choices.length)];
}
