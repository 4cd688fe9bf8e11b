import type { ClockStatus } from "../protocol.ts";
import { clockText } from "./clockText.ts";
import { formatDuration } from "./recoveryClock.ts";

/** Time to acknowledge where the shared facts say nothing, milliseconds. */
export const ACKNOWLEDGE_WITHIN_MS = 120_000;

/** What the time to acknowledge counts from. */
export interface AcknowledgeFacts {
  readonly startedAt: number;
  readonly impactAt: number | undefined;
  readonly detectedAt: number | undefined;
  readonly acknowledgeWithinMs: number | undefined;
}

/** An incident that nobody has acknowledged yet. */
export interface OpenAcknowledgement {
  /** Milliseconds, negative once it is overdue. */
  readonly leftMs: number;
  readonly isOverdue: boolean;
}

/** When somebody first could have acknowledged: at the detection, else at the impact, and where that was found out later, at the start of the run. */
export function acknowledgeFrom({ startedAt, impactAt, detectedAt }: AcknowledgeFacts): number | undefined {
  return detectedAt ?? (impactAt === undefined ? undefined : Math.max(impactAt, startedAt));
}

/** Until when somebody should have acknowledged; `undefined` before the impact, or where no time is set. */
export function acknowledgeBy(facts: AcknowledgeFacts): number | undefined {
  const from = acknowledgeFrom(facts);
  return from === undefined || facts.acknowledgeWithinMs === undefined ? undefined : from + facts.acknowledgeWithinMs;
}

/** What is left of the time to acknowledge; `undefined` once somebody has, or service is restored. */
export function openAcknowledgement({ now, acknowledgedAt, acknowledgeBy: dueAt, restoredAt }: Pick<ClockStatus, "now" | "acknowledgedAt" | "acknowledgeBy" | "restoredAt">): OpenAcknowledgement | undefined {
  if (dueAt === undefined || acknowledgedAt !== undefined || restoredAt !== undefined) return undefined;
  return { leftMs: dueAt - now, isOverdue: dueAt < now };
}

/** By the second: `01:32 left`, `00:12 overdue`. */
export function acknowledgeClock({ leftMs, isOverdue }: OpenAcknowledgement): string {
  return isOverdue ? `${clockText(-leftMs)} overdue` : `${clockText(leftMs)} left`;
}

const STEP_MS = 30_000;

/** By the half minute, for a line that should not change all the time: `1 min 30 s left`, `overdue by 1 min`. */
export function acknowledgeWords({ leftMs, isOverdue }: OpenAcknowledgement): string {
  const about = formatDuration(Math.ceil(Math.abs(leftMs) / STEP_MS) * STEP_MS);
  return isOverdue ? `overdue by ${about}` : `${about} left`;
}

/** How soon it was acknowledged, for the log: `after 01:20 of 02:00`. */
export function acknowledgedText(facts: AcknowledgeFacts & { readonly acknowledgedAt: number | undefined }): string {
  const from = acknowledgeFrom(facts);
  const { acknowledgedAt, acknowledgeWithinMs } = facts;
  if (acknowledgedAt === undefined) return "not recorded";
  if (from === undefined) return new Date(acknowledgedAt).toISOString();
  const took = Math.max(0, acknowledgedAt - from);
  const objective = acknowledgeWithinMs === undefined ? "" : ` of ${clockText(acknowledgeWithinMs)}${took > acknowledgeWithinMs ? ", late" : ""}`;
  return `${new Date(acknowledgedAt).toISOString()}, after ${clockText(took)}${objective}`;
}
