import { textAt, type Json } from "../kubectl/json.ts";
import type { HealthItem } from "../protocol.ts";
import type { VolumeUses } from "./volumeUse.ts";

/** From here on a volume warns, and from there on it fails: a database that cannot write is down, and growing one takes time. */
const WARNING_SHARE = 0.85;
const FAILURE_SHARE = 0.95;

type Verdict = HealthItem["verdict"];

/** A claim by its phase and by how full its volume is; `uses` is `undefined` where nobody has been asked yet. */
export function judgeClaim(claim: Json, uses: VolumeUses | undefined): HealthItem {
  const name = textAt(claim, "metadata", "name");
  const phase = textAt(claim, "status", "phase");
  const size = textAt(claim, "status", "capacity", "storage");
  const isLeaving = textAt(claim, "metadata", "deletionTimestamp") !== "";
  const verdict = isLeaving ? "degraded" : phase === "Bound" ? "ok" : phase === "Lost" ? "down" : phase === "Pending" ? "degraded" : "unknown";
  const use = phase !== "Bound" || uses === undefined ? undefined : judgeUse(name, uses);
  return { name: `pvc/${name}`, verdict: verdict === "ok" && use !== undefined ? use.verdict : verdict, reason: [isLeaving ? "Terminating" : phase || "no phase", size, use?.reason ?? ""].filter((part) => part !== "").join(", ") };
}

/** A volume whose use nobody tells is not the worse for it: its line says that it is unknown. */
function judgeUse(claim: string, uses: VolumeUses): { readonly verdict: Verdict; readonly reason: string } {
  if (uses.kind === "unknown") return { verdict: "ok", reason: `use unknown (${uses.reason})` };
  const use = uses.byClaim.get(claim);
  if (use === undefined) return { verdict: "ok", reason: "use unknown" };
  const share = 1 - use.availableBytes / use.capacityBytes;
  // Rounded down: what is not full is not called so.
  return { verdict: share >= FAILURE_SHARE ? "down" : share >= WARNING_SHARE ? "degraded" : "ok", reason: `${String(Math.floor(share * 100))} % used` };
}
