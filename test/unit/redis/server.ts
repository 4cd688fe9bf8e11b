import type { SavedDataset } from "../../../src/drill/redis/dataset.ts";
import { RedisServer } from "../../../src/drill/redis/server.ts";

/** A server on a clock moved by hand, with the files that it saved. */
export function redisServer(config: Readonly<Record<string, string>> = {}, file?: SavedDataset) {
  const clock = { ms: Date.parse("2026-01-31T03:00:00Z") };
  const files: SavedDataset[] = [];
  const server = new RedisServer({ now: () => clock.ms, random: () => 0.5, version: "7.0.15", config: new Map(Object.entries(config)), file, onSave: (saved) => void files.push(saved) });
  return { clock, files, server };
}
