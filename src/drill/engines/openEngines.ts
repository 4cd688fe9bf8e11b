import type { EngineChoice } from "../../core/protocol.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { ClusterDescription, WorldDescription } from "../world/description.ts";
import type { Dumps } from "../world/dumps.ts";
import type { CacheEngine } from "./cacheEngine.ts";
import type { DatabaseEngine } from "./databaseEngine.ts";
import { embeddedCaches } from "./embeddedCaches.ts";
import { embeddedDatabases } from "./embeddedDatabases.ts";

/** What runs the servers of a world. */
export interface Engines {
  readonly databases: DatabaseEngine;
  readonly caches: CacheEngine;
  /** What they are, in words. */
  readonly text: string;
}

/** What engines need of the world. */
export interface EngineParts {
  readonly dumps: Dumps;
  readonly folder: string;
  /** World time per real time. */
  readonly rate: number;
  /** Called when a real server has ended by itself. */
  readonly onEnd: () => void;
}

/**
 * The engines of a world. Real caches are for machines that have Redis, and others keep the embedded ones; without MariaDB there are no
 * real engines. Throws `notFound` for its programs that this machine lacks, and `invalidInput` for a world whose databases are of another product.
 */
export async function openEngines(choice: EngineChoice, description: WorldDescription, world: EngineParts): Promise<Engines> {
  const embedded: Engines = { databases: embeddedDatabases(world.dumps), caches: embeddedCaches(), text: "embedded" };
  if (choice === "embedded") return embedded;
  const other = description.images.find(({ behaviour, version }) => behaviour === "database" && !version.includes("MariaDB"));
  if (other !== undefined) throw new RuntimeError("invalidInput", `Starting the world's databases as real ones: ${other.image} ${other.version} is no MariaDB, and no other real server is known here.`, { hint: "Drill on embedded engines." });
  // Only who asks for them loads them.
  const [{ MariadbEngine }, { findMariadb }, { RedisEngine }, { findRedis }] = await Promise.all([import("./mariadbEngine.ts"), import("./mariadbMachine.ts"), import("./redisEngine.ts"), import("./redisMachine.ts")]);
  const path = process.env["PATH"] ?? "";
  const mariadb = findMariadb(path);
  const databases = new MariadbEngine(mariadb, world);
  const text = `real databases (${mariadb.version})`;
  if (![description, ...description.others].some(({ caches }: ClusterDescription) => caches.length > 0)) return { ...embedded, databases, text };
  const redis = findRedis(path);
  if ("lacks" in redis) return { ...embedded, databases, text: `${text}, embedded caches (${redis.lacks})` };
  return { databases, caches: new RedisEngine(redis, world), text: `${text}, real caches (Redis ${redis.version})` };
}
