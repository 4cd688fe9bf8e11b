import type { ClockStatus } from "../protocol.ts";
import { clockText } from "./clockText.ts";

/** `5 min`, `1 min 30 s`, `45 s`, `1 h 5 min`: a budget in words. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const shown = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value} ${unit}`);
  return shown.length === 0 ? "0 s" : shown.join(" ");
}

/** How urgent the recovery clock is: `late` once the objective is missed, `warning` in the last quarter of it. */
export interface ClockText {
  readonly text: string;
  readonly level: "calm" | "warning" | "late" | "restored";
}

const WARNING_SHARE = 0.25;

/** What the status bar says of the clock. The time runs from impact to restored. */
export function describeClock(clock: ClockStatus): ClockText {
  if (clock.impactAt === undefined) return { text: "impact not marked", level: "calm" };
  const elapsed = (clock.restoredAt ?? clock.now) - clock.impactAt;
  const objective = clock.rtoMs === undefined ? "" : ` / ${clockText(clock.rtoMs)}`;
  if (clock.restoredAt !== undefined) return { text: `restored ${clockText(elapsed)}${objective}`, level: clock.rtoMs !== undefined && elapsed > clock.rtoMs ? "late" : "restored" };
  const text = `${clockText(elapsed)}${objective}`;
  if (clock.rtoMs === undefined) return { text, level: "calm" };
  if (elapsed > clock.rtoMs) return { text, level: "late" };
  return { text, level: clock.rtoMs - elapsed < clock.rtoMs * WARNING_SHARE ? "warning" : "calm" };
}

/** What remains of the RTO in milliseconds, negative when it is missed; `undefined` without an objective or after recovery. */
export function remainingMs(clock: ClockStatus): number | undefined {
  if (clock.rtoMs === undefined || clock.restoredAt !== undefined) return undefined;
  return clock.rtoMs - (clock.impactAt === undefined ? 0 : clock.now - clock.impactAt);
}

/** `, verification green 2 of 3` for behind the clock: how far a recovery is shown; nothing while it is red, and no count once service is restored. */
export function greensText({ greens, greensNeeded, restoredAt }: ClockStatus): string {
  if (greens === 0) return "";
  return restoredAt === undefined ? `, verification green ${Math.min(greens, greensNeeded)} of ${greensNeeded}` : ", verification green";
}
