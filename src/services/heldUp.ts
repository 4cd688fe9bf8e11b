import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { IdleTime, LONGEST_IDLE_MS } from "../core/drills/idleTime.ts";

/** Tells how long a drill has really waited for its world, by how long both had nothing to do but wait. */
export class WaitingTime {
  readonly #worldIdleFile: string | undefined;
  readonly #worldAtStart: number;
  #elapsedMs = 0;
  readonly #ownIdle = new IdleTime(performance.eventLoopUtilization().idle);
  #before = performance.now();

  /** `worldIdleFile` is where the world says how long it had nothing to do; left out, or not there, only this process counts. */
  constructor(worldIdleFile: string | undefined) {
    this.#worldIdleFile = worldIdleFile;
    this.#worldAtStart = this.#readWorld() ?? 0;
  }

  /** Real milliseconds since the start in which neither this process nor the world was busy or held up, and all of them. */
  look(): { readonly waitedMs: number; readonly elapsedMs: number } {
    const [at, { idle }] = [performance.now(), performance.eventLoopUtilization()];
    this.#elapsedMs += at - this.#before;
    this.#before = at;
    const ownIdleMs = this.#ownIdle.look(idle);
    const elapsedMs = this.#elapsedMs;
    const world = this.#readWorld();
    // What the world says is as old as its last write.
    const worldIdleMs = world === undefined ? elapsedMs : Math.min(elapsedMs, world - this.#worldAtStart + LONGEST_IDLE_MS);
    return { waitedMs: Math.max(0, ownIdleMs + worldIdleMs - elapsedMs), elapsedMs };
  }

  #readWorld(): number | undefined {
    if (this.#worldIdleFile === undefined) return undefined;
    try {
      const bytes = readFileSync(this.#worldIdleFile);
      return bytes.length < Float64Array.BYTES_PER_ELEMENT ? undefined : bytes.readDoubleLE();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }
}
