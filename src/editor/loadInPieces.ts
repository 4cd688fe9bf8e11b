import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** By source file: the bundled files that it needs, in the order in which they are evaluated, in groups that are quick to load. Written by esbuild.js. */
type Pieces = Readonly<Record<string, readonly (readonly string[])[]>>;

let pieces: Promise<Pieces> | undefined;

/**
 * Loads a source file's code piece by piece, and gives its module. Reading and evaluating all of it at once takes longer than others should wait
 * for the extension host, which all extensions share: before and after each piece they have their turn.
 */
export async function loadInPieces<Module>(source: string, load: () => Promise<Module>): Promise<Module> {
  pieces ??= readFile(new URL("pieces.json", import.meta.url), "utf8").then((text) => JSON.parse(text) as Pieces);
  for (const files of (await pieces)[source] ?? []) {
    for (const file of files) await import(new URL(file, import.meta.url).href);
    await sleep(1);
  }
  const module = await load();
  await sleep(1);
  return module;
}
