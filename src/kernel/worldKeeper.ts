import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { WorldState } from "../core/protocol.ts";
import { isAlive } from "../services/journal/runFolder.ts";
import { startWorld } from "../services/kernelProcess.ts";

/** Keeps a drill's world alive: one that died is started again from its snapshot, on the same ports and with the same credentials. */
export class WorldKeeper {
  readonly #statePath: string;
  readonly #bundles: string;
  readonly #onRestart: () => Promise<void>;
  #keeping: Promise<void> | undefined;

  /** `bundles` is the folder of `world.js`; `onRestart` is told when the world is up again. */
  constructor(statePath: string, bundles: string, onRestart: () => Promise<void>) {
    this.#statePath = statePath;
    this.#bundles = bundles;
    this.#onRestart = onRestart;
  }

  /** The world's state. Throws when there is no such world: it was ended, which removes its state file. */
  read(): WorldState {
    return JSON.parse(readFileSync(this.#statePath, "utf8")) as WorldState;
  }

  /** Resolves when the world is up, started again if it had died. One that was ended on purpose stays ended. */
  keep(): Promise<void> {
    this.#keeping ??= this.#restartIfDead().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  async #restartIfDead(): Promise<void> {
    if (!existsSync(this.#statePath)) return;
    const { pid, description, clock } = this.read();
    if (isAlive(pid)) return;
    await startWorld({ bundles: this.#bundles, description, folder: dirname(this.#statePath), rate: clock.rate });
    await this.#onRestart();
  }
}
