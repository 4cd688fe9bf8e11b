import type { ClockPort, Stdio } from "../core/ports.ts";
import type { WorldState } from "../core/protocol.ts";
import { controlWorld } from "../services/worldControl.ts";

/** Programs of the operator's machine that a drill's world stands in for. */
export interface Rehearsal {
  /** Whether the world stands in for this call. */
  isKnown(argv: readonly string[]): Promise<boolean>;
  /** Says what the program would say, once its time has passed. Resolves with its exit code; `undefined` where the world does not stand in for it. */
  run(argv: readonly string[], io: Stdio, signal: AbortSignal): Promise<number | undefined>;
}

/** Rehearses programs in a drill's world. Whoever stops one before its time is up has had none of its effect. */
export function createRehearsal(world: WorldState, clock: ClockPort): Rehearsal {
  return {
    isKnown: async (argv) => (await controlWorld(world, "findTool", { argv })).isKnown,
    run: async (argv, io, signal) => {
      const found = await controlWorld(world, "findTool", { argv });
      if (!found.isKnown) return undefined;
      await clock.sleep(found.takesMs, signal);
      const { exitCode, stdout, stderr } = await controlWorld(world, "runTool", { argv });
      const encoder = new TextEncoder();
      if (stdout !== "") await io.stdout(encoder.encode(stdout));
      if (stderr !== "") await io.stderr(encoder.encode(stderr));
      return exitCode;
    },
  };
}
