import { setTimeout as sleep } from "node:timers/promises";

/**
 * Loads code piece by piece, and gives the last. Reading and evaluating all of it at once takes longer than others should wait for the extension
 * host, which all extensions share: before and after each piece they have their turn.
 */
export async function loadPieces<Last>(pieces: readonly (() => Promise<unknown>)[], last: () => Promise<Last>): Promise<Last> {
  for (const load of pieces) {
    await sleep(1);
    await load();
  }
  await sleep(1);
  const loaded = await last();
  await sleep(1);
  return loaded;
}
