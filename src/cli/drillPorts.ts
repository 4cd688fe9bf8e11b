import type { EngineChoice, KernelClient, WorldState } from "../core/protocol.ts";
import type { RunSummary } from "../core/drills/runSummary.ts";

/** Processes and files that drills from the command line need. */
export interface RehearsalPorts {
  startKernel(): Promise<KernelClient>;
  /** Starts a world in a folder of its own; resolves with the path of its state file. */
  startWorld(description: string, rate: number, engines: EngineChoice): Promise<string>;
  readWorld(path: string): WorldState;
  /** Ends a world that `startWorld` started; nothing is left of it. */
  endWorld(statePath: string): Promise<void>;
  /** Aborted when the person or the machine ends this process, which then ends what it has started. */
  readonly interrupted: AbortSignal;
  /** From now on what this process has started outlives it. */
  leaveRunning(): void;
  sleep(realMs: number): Promise<void>;
  /** Runs on record that can be read, oldest first. */
  readHistory(): Promise<readonly RunSummary[]>;
}
