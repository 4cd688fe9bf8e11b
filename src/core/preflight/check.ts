import type { Operation } from "../command/operation.ts";
import type { ClockPort, KubernetesPort, Stdio, ToolPorts } from "../ports.ts";
import type { TargetSpec } from "../runbook/document.ts";
import type { CheckKind, Finding } from "./report.ts";

/** What checks ask. The ports let nothing through that could change something (`readOnly.ts`). */
export interface CheckSources {
  readonly ports: ToolPorts;
  /** Real time: limits of a check are for the person who waits, also in a drill. */
  readonly clock: ClockPort;
  readonly isDrill: boolean;
  /** Whether a drill's world stands in for a program of the machine. Only asked in a drill. */
  readonly isRehearsed: (argv: readonly string[]) => Promise<boolean>;
  /** Carries out an in-process call. */
  execute(operation: Operation, io: Stdio, ports: ToolPorts, signal: AbortSignal): Promise<number>;
}

/** One thing to find out. Checks of equal keys ask the same and are asked once. */
export interface Check {
  readonly key: string;
  readonly kind: CheckKind;
  readonly what: string;
  /** The target that must be reachable for it; `undefined` for what is on this machine. */
  readonly target: TargetSpec | undefined;
  /** `undefined` where another check of the same call says it. */
  run(sources: CheckSources, signal: AbortSignal): Promise<Finding | undefined>;
}

export function ok(detail: string): Finding {
  return { verdict: "ok", detail, cure: "" };
}

export function fails(detail: string, cure: string): Finding {
  return { verdict: "fails", detail, cure };
}

export function warns(detail: string, cure: string): Finding {
  return { verdict: "warns", detail, cure };
}

export function unknown(detail: string, cure = ""): Finding {
  return { verdict: "unknown", detail, cure };
}

/** A check whose answer is known without asking anybody. */
export function settled(kind: CheckKind, what: string, finding: Finding): Check {
  return { key: `${kind}|${what}|${finding.detail}`, kind, what, target: undefined, run: async () => finding };
}

/** A target of a cluster, with what an operation names in it. */
export interface ClusterPlace {
  readonly spec: Extract<TargetSpec, { kind: "kubernetes" }>;
  /** From the call's own words; `undefined` takes the target's. */
  readonly namespace: string | undefined;
}

/** The cluster of a place, and the namespace there. */
export async function openPlace(place: ClusterPlace, sources: CheckSources): Promise<{ readonly cluster: KubernetesPort; readonly namespace: string }> {
  const cluster = await sources.ports.kubernetes(place.spec.context);
  return { cluster, namespace: place.namespace ?? place.spec.namespace ?? cluster.namespace };
}
