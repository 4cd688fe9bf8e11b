import type { ClockPort } from "../core/ports.ts";
import type { RecoveryPointEvidence } from "../core/run/recoveryPoint.ts";

/** How often the backups are read, milliseconds of real time or, in a fast drill, of the world's. */
const BACKUPS_EVERY_MS = 180_000;

/** What the watch over a run's backups works with. */
export interface BackupWatchHost {
  readonly clock: ClockPort;
  /** Resolves when a front is connected: with nobody there, nothing is read. */
  attended(signal: AbortSignal): Promise<void>;
  read(signal: AbortSignal): Promise<RecoveryPointEvidence | undefined>;
  found(point: RecoveryPointEvidence): Promise<void>;
}

/** Reads the backups now and again and again, so that the RPO exposure is known whatever is on the screen. */
export class BackupWatch {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(host: BackupWatchHost) {
    this.#done = follow(host, this.#stop.signal);
  }

  /** Ends the watch; resolves when nothing more is found. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("The run has ended."));
    await this.#done;
  }
}

/** Never rejects: a run does not fail by what only informs it. */
async function follow(host: BackupWatchHost, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await host.attended(signal);
      const point = await host.read(signal);
      if (point !== undefined && !signal.aborted) await host.found(point);
    } catch {
      // Why backups cannot be read is shown by the health view, to whoever looks; the next turn asks again.
    }
    await host.clock.sleep(BACKUPS_EVERY_MS, signal).catch(() => undefined);
  }
}
