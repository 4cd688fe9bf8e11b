import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { runOwn, type Filling } from "../engines/databaseEngine.ts";
import { createSqlServer, type MysqlServer } from "../sql/server.ts";
import { changesTables } from "../sql/statementWords.ts";
import type { Derived } from "./derivedCache.ts";

const DAY_MS = 86_400_000;

/** What a server is filled with, read. */
interface Script {
  readonly version: string;
  /** The dump; empty where there is none. */
  readonly packed: Uint8Array;
  readonly database: string;
  readonly since: readonly string[];
}

/** Fills empty servers. What was worked out before is not worked out again, where it is certain to come to the same. */
export class Dumps {
  readonly #cache: Derived | undefined;
  readonly #unknown: (() => Promise<void>)[] = [];

  constructor(cache: Derived | undefined) {
    this.#cache = cache;
  }

  /** Fills a server whose database is empty. Rejects with the first error of the dump or the statements. */
  async load(server: MysqlServer, { dump, database, since }: Filling): Promise<void> {
    const script: Script = { version: server.version, packed: dump === undefined ? new Uint8Array() : readFileSync(dump), database, since };
    const known = this.#known(server, script);
    if (known === undefined) {
      await run(server, script.packed, database);
      if (this.#cache !== undefined) this.#unknown.push(() => this.#learn(script));
    }
    runOwn(server, database, since.slice(known ?? 0));
  }

  /**
   * Keeps what was loaded for the next world. A script may ask for the time or draw random numbers; one that comes to the same at two times
   * does neither. It takes as long as loading twice, so it is done while nobody waits.
   */
  async learn(): Promise<void> {
    for (const learn of this.#unknown.splice(0)) await learn();
  }

  /** Fills the server with what is known of the script; how many of its statements since the dump that holds, `undefined` where nothing is known. */
  #known(server: MysqlServer, script: Script): number | undefined {
    for (let count = lastingChanges(script.since); count >= 0; count -= 1) {
      const contents = this.#cache?.get(inputsOf(script, count));
      if (contents === undefined) continue;
      server.fill(contents);
      return count;
    }
    return undefined;
  }

  async #learn(script: Script): Promise<void> {
    const [early, late] = [await Trial.begin(script, 0), await Trial.begin(script, DAY_MS)];
    let same: { readonly count: number; readonly contents: Uint8Array } | undefined;
    for (let count = 0; ; count += 1) {
      const contents = early.contents();
      if (contents === undefined || Buffer.compare(contents, late.contents() ?? Buffer.alloc(0)) !== 0) break;
      same = { count, contents };
      const next = script.since[count];
      if (next === undefined || count === lastingChanges(script.since)) break;
      for (const trial of [early, late]) trial.run(next);
    }
    for (const trial of [early, late]) trial.end();
    if (same !== undefined) this.#cache?.put(inputsOf(script, same.count), same.contents);
  }
}

/** A server on which a script is tried out, at a time of its own. */
class Trial {
  readonly #server: MysqlServer;
  readonly #script: Script;
  readonly #factsBefore: string;

  private constructor(server: MysqlServer, script: Script) {
    this.#server = server;
    this.#script = script;
    this.#factsBefore = server.ownFacts();
  }

  static async begin(script: Script, laterMs: number): Promise<Trial> {
    const server = await createSqlServer({ clock: { now: () => Date.now() + laterMs }, version: script.version, users: [], hostname: "dump", serverId: 1 + laterMs, binaryLogFile: "binlog.000001" });
    const trial = new Trial(server, script);
    server.createDatabase(script.database);
    await run(server, script.packed, script.database);
    return trial;
  }

  run(statement: string): void {
    runOwn(this.#server, this.#script.database, [statement]);
  }

  /** `undefined` where the script has changed more than what a server holds: its accounts, its variables. */
  contents(): Uint8Array | undefined {
    return this.#server.ownFacts() === this.#factsBefore ? this.#server.contents() : undefined;
  }

  end(): void {
    this.#server.close();
  }
}

/** How many of the first statements leave nothing in their session. */
function lastingChanges(statements: readonly string[]): number {
  const first = statements.findIndex((statement) => !changesTables(statement));
  return first === -1 ? statements.length : first;
}

function inputsOf({ version, packed, database, since }: Script, count: number): readonly (string | Uint8Array)[] {
  return ["contents of a dump", packed, version, database, ...since.slice(0, count)];
}

async function run(server: MysqlServer, packed: Uint8Array, database: string): Promise<void> {
  if (packed.length === 0) return;
  await server.loadFrom(Readable.from([packed]).pipe(createGunzip()), database);
}
