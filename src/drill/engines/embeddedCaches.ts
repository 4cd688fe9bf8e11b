import { createRedisPrograms } from "../programs/redisPrograms.ts";
import type { SavedDataset } from "../redis/dataset.ts";
import { RedisServer, type SavedProcess } from "../redis/server.ts";
import type { CacheEngine } from "./cacheEngine.ts";

/** The cache engine that runs in the world's own process: needs nothing of the machine, and all its time is world time. */
export function embeddedCaches(): CacheEngine {
  return {
    startsAhead: false,
    create: (options, saved) => new RedisServer({ ...options, file: options.file as SavedDataset | undefined }, saved as SavedProcess | undefined),
    programs: createRedisPrograms,
    close: async () => undefined,
  };
}
