import { textAt, type Json } from "../kubectl/json.ts";
import type { HealthItem } from "../protocol.ts";
import type { VolumeUse, VolumeUses } from "./volumeUse.ts";

/** From here on a volume warns, and from there on it fails: a database that cannot write is down, and growing one takes time. */
const WARNING_SHARE = 0.85;
const FAILURE_SHARE = 0.95;

/** A claim by its phase and by how full its volume is; `uses` is `undefined` where nobody has been asked yet. */
export function judgeClaim(claim: Json, uses: VolumeUses | undefined): HealthItem {
  const name = textAt(claim, "metadata", "name");
  const phase = textAt(claim, "status", "phase");
  const size = textAt(claim, "status", "capacity", "storage");
  const isLeaving = textAt(claim, "metadata", "deletionTimestamp") !== "";
  const verdict = isLeaving ? "degraded" : phase === "Bound" ? "ok" : phase === "Lost" ? "down" : phase === "Pending" ? "degraded" : "unknown";
  const state = isLeaving ? "Terminating" : phase || "no phase";
  const share = phase === "Bound" && uses?.kind === "known" ? usedShare(uses.byClaim.get(name)) : undefined;
  if (share === undefined) return { name: claimTitle(name), verdict, reason: [state, size, phase === "Bound" ? unknownUse(uses) : ""].filter((part) => part !== "").join(", ") };
  // Rounded down: what is not full is not called so. It stands first, because a side bar is narrow.
  const filled = `${String(Math.floor(share * 100))} %${size === "" ? "" : ` of ${size}`} used`;
  return { name: claimTitle(name), verdict: verdict === "ok" ? judgeShare(share) : verdict, reason: isLeaving ? `${state}, ${filled}` : filled };
}

function usedShare(use: VolumeUse | undefined): number | undefined {
  return use === undefined ? undefined : 1 - use.availableBytes / use.capacityBytes;
}

function judgeShare(share: number): HealthItem["verdict"] {
  return share >= FAILURE_SHARE ? "down" : share >= WARNING_SHARE ? "degraded" : "ok";
}

/** A volume whose use nobody tells is not the worse for it: its line says that it is unknown. */
function unknownUse(uses: VolumeUses | undefined): string {
  if (uses === undefined) return "";
  return uses.kind === "unknown" ? `use unknown (${uses.reason})` : "use unknown";
}

/** What a claim's line is called. */
export function claimTitle(claim: string): string {
  return `pvc/${claim}`;
}
