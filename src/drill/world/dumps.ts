import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { createSqlServer, type MysqlServer } from "../sql/server.ts";
import type { Derived } from "./derivedCache.ts";

const DAY_MS = 86_400_000;

/** Loads dumps into empty servers. One that was loaded before is not read again, where it is certain to come to the same. */
export class Dumps {
  readonly #cache: Derived | undefined;
  readonly #unknown: (() => Promise<void>)[] = [];

  constructor(cache: Derived | undefined) {
    this.#cache = cache;
  }

  /** Runs a packed dump on a server whose database `database` is empty. Rejects with the dump's first error. */
  async load(server: MysqlServer, path: string, database: string): Promise<void> {
    const packed = readFileSync(path);
    const inputs = ["contents of a dump", packed, server.version, database];
    const known = this.#cache?.get(inputs);
    if (known !== undefined) {
      server.fill(known);
      return;
    }
    const before = server.ownFacts();
    await run(server, packed, database);
    if (this.#cache !== undefined && server.ownFacts() === before) this.#unknown.push(() => this.#learn(inputs, server.version, packed, database));
  }

  /**
   * Keeps what was loaded for the next world. A dump may ask for the time or draw random numbers; one that comes to the same at two times
   * does neither. It takes as long as loading twice, so it is done while nobody waits.
   */
  async learn(): Promise<void> {
    for (const learn of this.#unknown.splice(0)) await learn();
  }

  async #learn(inputs: readonly (string | Uint8Array)[], version: string, packed: Uint8Array, database: string): Promise<void> {
    const [early, late] = [await contents(version, packed, database, 0), await contents(version, packed, database, DAY_MS)];
    if (Buffer.compare(early, late) === 0) this.#cache?.put(inputs, early);
  }
}

async function contents(version: string, packed: Uint8Array, database: string, laterMs: number): Promise<Uint8Array> {
  const server = await createSqlServer({ clock: { now: () => Date.now() + laterMs }, version, users: [], hostname: "dump", serverId: 1 + laterMs });
  server.createDatabase(database);
  await run(server, packed, database);
  const bytes = server.contents();
  server.close();
  return bytes;
}

async function run(server: MysqlServer, packed: Uint8Array, database: string): Promise<void> {
  await server.loadFrom(Readable.from([packed]).pipe(createGunzip()), database);
}
