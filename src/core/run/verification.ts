import type { ClockPort } from "../ports.ts";
import type { JournalEvent } from "./journalEvent.ts";
import { GREENS_NEEDED, type RunState } from "./runState.ts";

/** Between two rounds of probes, milliseconds of the run's time: close while recovering, wider once restored. */
const RECOVERING_INTERVAL_MS = 5_000;
const RESTORED_INTERVAL_MS = 15_000;

/** What one round of the verification cells found. */
export interface VerificationRound {
  readonly isGreen: boolean;
  readonly detail: string;
}

/** What the watch needs of its run. */
export interface VerificationHost {
  readonly clock: ClockPort;
  state(): RunState;
  /** Runs every verification cell once, reads only. */
  probe(signal: AbortSignal): Promise<VerificationRound>;
  record(event: JournalEvent): Promise<void>;
}

/**
 * Watches the verification until the signal aborts: enough greens in a row mark the service restored, at the time of the first of
 * them; a red one afterwards reopens the clock.
 */
export async function watchVerification(host: VerificationHost, signal: AbortSignal): Promise<void> {
  let firstGreenAt: number | undefined;
  while (!signal.aborted) {
    const at = host.clock.now();
    const round = await host.probe(signal);
    if (signal.aborted) return;
    const before = host.state();
    const consecutive = round.isGreen ? before.greens + 1 : 0;
    firstGreenAt = round.isGreen ? (firstGreenAt ?? at) : undefined;
    await host.record({ type: "verificationChecked", green: round.isGreen, consecutive, detail: round.detail });
    if (consecutive >= GREENS_NEEDED && before.restoredAt === undefined) {
      await host.record({ type: "clockMarked", mark: "restored", markedAt: firstGreenAt ?? at, by: "machine", reason: `The verification was green ${consecutive} times in a row.` });
    } else if (!round.isGreen && before.restoredAt !== undefined) {
      await host.record({ type: "clockMarked", mark: "reopened", markedAt: at, by: "machine", reason: round.detail });
    }
    await host.clock.sleep(host.state().restoredAt === undefined ? RECOVERING_INTERVAL_MS : RESTORED_INTERVAL_MS, signal);
  }
}
