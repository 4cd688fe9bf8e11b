import type { ClockPort, Stdio } from "../core/ports.ts";
import type { WorldState } from "../core/protocol.ts";
import { controlWorld } from "../services/worldControl.ts";

/** Says what a program of the operator's machine would do, for the time that it would take. Resolves with its exit code; `undefined` where the world does not stand in for it. */
export type Rehearsal = (argv: readonly string[], io: Stdio, signal: AbortSignal) => Promise<number | undefined>;

/** Rehearses programs in a drill's world. Whoever stops one before its time is up has had none of its effect. */
export function createRehearsal(world: WorldState, clock: ClockPort): Rehearsal {
  return async (argv, io, signal) => {
    const found = await controlWorld(world, "findTool", { argv });
    if (!found.isKnown) return undefined;
    await clock.sleep(found.takesMs, signal);
    const { exitCode, stdout, stderr } = await controlWorld(world, "runTool", { argv });
    const encoder = new TextEncoder();
    if (stdout !== "") await io.stdout(encoder.encode(stdout));
    if (stderr !== "") await io.stderr(encoder.encode(stderr));
    return exitCode;
  };
}
