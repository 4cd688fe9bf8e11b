import { setTimeout as sleep } from "node:timers/promises";

/**
 * Loads code piece by piece. Reading and evaluating all of it at once takes longer than others should wait for the extension host, which all
 * extensions share: between two pieces they have their turn.
 */
export async function loadPieces(pieces: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const load of pieces) {
    await load();
    await sleep(1);
  }
}
