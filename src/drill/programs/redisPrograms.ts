import type { PodProgram, WorldClock } from "../contract.ts";

/** The programs that images of Redis carry. */
export function createRedisPrograms(_parts: { readonly clock: WorldClock }): Readonly<Record<string, PodProgram>> {
  return {};
}
