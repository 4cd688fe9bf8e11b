import type { EngineChoice, KernelClient, WorldState } from "../core/protocol.ts";
import type { RunSummary } from "../core/drills/runSummary.ts";

/** Processes and files that drills from the command line need. */
export interface RehearsalPorts {
  startKernel(): Promise<KernelClient>;
  startWorld(description: string, folder: string, rate: number, engines: EngineChoice): Promise<string>;
  readWorld(path: string): WorldState;
  endWorld(world: WorldState): Promise<void>;
  sleep(realMs: number): Promise<void>;
  /** Runs on record that can be read, oldest first. */
  readHistory(): Promise<readonly RunSummary[]>;
}
