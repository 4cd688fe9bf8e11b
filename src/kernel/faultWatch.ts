import type { FaultState } from "../core/protocol.ts";
import type { WorldEvidence } from "../core/run/judgeRun.ts";
import { messageOf } from "../core/runtimeError.ts";

/** What a watch over faults needs of its run. */
export interface FaultWatchParts {
  /** The run's clock, epoch milliseconds. */
  now(): number;
  /** Asks the world how each fault stands. */
  ask(): Promise<readonly FaultState[]>;
}

/**
 * When a drill's faults were cured, found by asking the world again and again: after each cell and with each round of the verification.
 * Nothing of it is shown before the run ends: what is broken is for the person to find out. A kernel that takes a run up begins anew, and
 * then counts a cure from when it has seen it.
 */
export class FaultWatch {
  readonly #parts: FaultWatchParts;
  #curedAt: number | undefined;

  constructor(parts: FaultWatchParts) {
    this.#parts = parts;
  }

  /** Asks once. A world that does not answer now is asked again, at the end at the latest: then it is said. */
  async look(): Promise<WorldEvidence> {
    const at = this.#parts.now();
    try {
      const faults = await this.#parts.ask();
      const isCured = faults.some(({ kind }) => kind === "cured") && !faults.some(({ kind }) => kind === "standing");
      this.#curedAt = isCured ? (this.#curedAt ?? at) : undefined;
      return { kind: "asked", faults, curedAt: this.#curedAt };
    } catch (error) {
      return { kind: "silent", reason: messageOf(error) };
    }
  }
}
