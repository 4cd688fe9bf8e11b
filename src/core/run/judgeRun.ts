import type { FaultState } from "../protocol.ts";
import type { FrontMatter } from "../runbook/document.ts";
import { faultText } from "../runbook/drillCase.ts";
import { clockText } from "./clockText.ts";
import type { RunVerdict } from "./journalEvent.ts";
import { formatDuration } from "./recoveryClock.ts";
import { runKind } from "./runKind.ts";
import { achievedRpoMs, GREENS_NEEDED, type RunState } from "./runState.ts";

/** What a drill's world says when the run ends. */
export type WorldEvidence =
  | {
      readonly kind: "asked";
      readonly faults: readonly FaultState[];
      /** When the last of the faults was seen to be cured, by the run's clock; `undefined` while one stands, or where none was cured. */
      readonly curedAt: number | undefined;
    }
  | { readonly kind: "silent"; readonly reason: string };

/** A verification that is green so long before the fault is cured does not see the fault, milliseconds. */
const BLIND_MS = 15_000;

/**
 * The verdict on a run that ends now. A drill passes when a machine has seen that service is restored, the world says that its faults are
 * cured, and both came within the objectives. `world` is `undefined` in an incident.
 */
export function judgeRun(state: RunState, { verification }: Pick<FrontMatter, "verification">, world: WorldEvidence | undefined): RunVerdict {
  const unproven = [...unrestored(state, verification), ...(state.mode === "drill" ? unrecovered(world) : [])];
  const curedAt = world?.kind === "asked" ? world.curedAt : undefined;
  const recoveredAt = state.restoredAt === undefined || unproven.length > 0 ? undefined : Math.max(state.restoredAt, curedAt ?? state.restoredAt);
  const recoveryMs = recoveredAt === undefined || state.impactAt === undefined ? undefined : recoveredAt - state.impactAt;
  const isLate = recoveryMs !== undefined && state.rtoMs !== undefined && recoveryMs > state.rtoMs;
  const reasons = [...unproven, ...(isLate ? ["Service was restored after the recovery time objective."] : [])];
  const warnings = [...blindness(state, curedAt), ...(recoveredAt === undefined ? [] : dataLossWarnings(state))];
  const common = { recoveryMs, rtoMs: state.rtoMs, reasons, warnings };
  if (state.mode === "incident") return { status: "ended", ...common };
  return { status: reasons.length === 0 ? "passed" : "failed", ...common };
}

/** Why nothing shows that service is restored. A person's word ends an incident; a drill has to show it to a machine. */
function unrestored({ mode, restoredAt, restoredBy, impactAt }: RunState, verification: readonly string[]): readonly string[] {
  if (runKind({ mode, impactAt }) === "look") return [];
  if (restoredAt === undefined || impactAt === undefined) {
    return [`Service was not restored: ${verification.length === 0 ? "the runbook names no verification, so nothing could show it" : "the verification was never green often enough in a row"}.`];
  }
  if (mode === "incident" || restoredBy === "machine") return [];
  return [`A person declared service restored, and no machine has seen it: in a drill the verification has to be green ${GREENS_NEEDED} times in a row.`];
}

/** Why the world does not show a recovery. */
function unrecovered(world: WorldEvidence | undefined): readonly string[] {
  if (world === undefined) return ["The drill had no world that could say whether its fault is cured."];
  if (world.kind === "silent") return [`The world could not be asked whether the fault is cured: ${world.reason}`];
  const { faults } = world;
  if (faults.length === 0) return ["No fault was injected: there was nothing to recover."];
  const standing = faults.filter(({ kind }) => kind === "standing");
  if (standing.length > 0) return standing.map((state) => `The fault still stands: ${state.parts.join("; ")} (${faultText(state)}).`);
  if (faults.some(({ kind }) => kind === "cured")) return [];
  return [`Nothing was recovered: ${faults.map((state) => faultText(state)).join(", ")} broke nothing that had to be cured, or ended by itself.`];
}

/** A missed or unknown recovery point objective is never silent. What a backup of an hour ago lacks, no hand at the keyboard brings back: it does not fail the drill, and it keeps it from being proof. */
function dataLossWarnings(state: RunState): readonly string[] {
  if (state.rpoMs === undefined) return [];
  const lostMs = achievedRpoMs(state);
  if (lostMs === undefined) return [`How much data is lost is not known, against a recovery point objective of ${formatDuration(state.rpoMs)}.`];
  return lostMs > state.rpoMs ? [`${formatDuration(lostMs)} of data are lost, more than the recovery point objective of ${formatDuration(state.rpoMs)}.`] : [];
}

function blindness({ mode, restoredAt, impactAt }: RunState, curedAt: number | undefined): readonly string[] {
  if (mode === "incident" || restoredAt === undefined || impactAt === undefined || curedAt === undefined || curedAt - restoredAt < BLIND_MS) return [];
  return [`The verification was green at ${clockText(restoredAt - impactAt)}, and the fault was cured at ${clockText(curedAt - impactAt)} only: the verification does not see this fault.`];
}
