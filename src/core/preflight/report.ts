import type { TargetState } from "../protocol.ts";

/** What a check came to. `warns`: it may go wrong, or is wrong now and may be right when its step comes. `unknown`: it could not be checked. */
export type CheckVerdict = "ok" | "fails" | "warns" | "unknown";

/** What is checked; the order is that of the table. */
export const CHECK_KINDS = ["target", "text", "parameter", "credential", "permission", "object", "dryRun", "storage", "endpoint", "binary"] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

/** What one check found. */
export interface Finding {
  readonly verdict: CheckVerdict;
  /** The fact, for after "step 6 will fail: ": `cannot patch deployments in shop`. */
  readonly detail: string;
  /** What a person can do about it; empty where nothing is wrong. */
  readonly cure: string;
}

/** A cell that a check is about. */
export interface CheckPlace {
  readonly cell: string;
  /** As in a sentence: `step 6`, `step 3, option B`; `undefined` before the first step. */
  readonly step: string | undefined;
}

export interface PreflightItem extends Finding {
  readonly kind: CheckKind;
  /** What was asked: `patch deployments/web in shop`. */
  readonly what: string;
  /** Name of the target; `undefined` for what is on this machine. */
  readonly target: string | undefined;
  /** Cells that depend on it, in document order; empty for what concerns the runbook as a whole. */
  readonly places: readonly CheckPlace[];
}

export interface TargetReport {
  readonly name: string;
  readonly alias: string;
  readonly address: string;
  readonly state: TargetState;
  readonly detail: string;
  /** Who one is there; empty where it is not known. */
  readonly actor: string;
}

/** What a preflight found. It has changed nothing. */
export interface PreflightReport {
  readonly version: 1;
  readonly title: string;
  /** Epoch milliseconds, real time. */
  readonly startedAt: number;
  readonly tookMs: number;
  readonly isDrill: boolean;
  readonly targets: readonly TargetReport[];
  readonly items: readonly PreflightItem[];
  readonly counts: Readonly<Record<CheckVerdict, number>>;
}
