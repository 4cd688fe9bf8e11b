import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../core/runtimeError.ts";

/** What a world has worked out before and can work out again. It never fails: whoever asks it does as well without an answer. */
export interface Derived {
  /** What was put under these inputs; `undefined` where nothing was, or it is damaged. */
  get(inputs: readonly Input[]): Uint8Array | undefined;
  /** Keeps it, where that is possible. */
  put(inputs: readonly Input[], bytes: Uint8Array): void;
}

/** Something that decides what comes out. */
type Input = string | Uint8Array;

/** Entries kept; the ones that were of no use for longest go first. */
const ENTRIES_KEPT = 24;
const HASH_BYTES = 32;

/** Keeps what worlds work out in a folder of the user's own (mode 0700), by the hash of what it was worked out from. */
export class DerivedCache implements Derived {
  readonly #folder: string;
  readonly #program: string;
  readonly #report: (text: string) => void;

  /** `program` identifies the very program that works it out: another one might come to something else. `report` is told in a sentence why the folder is of no use. */
  constructor(folder: string, program: string, report: (text: string) => void) {
    this.#folder = folder;
    this.#program = program;
    this.#report = report;
  }

  get(inputs: readonly Input[]): Uint8Array | undefined {
    return this.#tried(() => this.#read(this.#path(inputs)));
  }

  put(inputs: readonly Input[], bytes: Uint8Array): void {
    this.#tried(() => this.#write(this.#path(inputs), bytes));
  }

  #tried<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.#report(`Using the cache ${this.#folder}: ${messageOf(error)}. The world does without it.`);
      return undefined;
    }
  }

  #read(path: string): Uint8Array | undefined {
    if (!existsSync(path)) return undefined;
    const bytes = readFileSync(path);
    const content = bytes.subarray(HASH_BYTES);
    if (!hash(content).equals(bytes.subarray(0, HASH_BYTES))) return undefined;
    const now = new Date();
    utimesSync(path, now, now);
    return content;
  }

  #write(path: string, bytes: Uint8Array): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    chmodSync(this.#folder, 0o700);
    // Several worlds may be at it at once: each writes a file of its own, and any of them will do.
    const own = `${path}.${process.pid}`;
    writeFileSync(own, Buffer.concat([hash(bytes), bytes]), { mode: 0o600 });
    renameSync(own, path);
    // One that another world has removed meanwhile counts as the oldest.
    const entries = readdirSync(this.#folder).map((name) => join(this.#folder, name)).map((entry) => ({ path: entry, usedAt: statSync(entry, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
    for (const old of entries.sort((left, right) => right.usedAt - left.usedAt).slice(ENTRIES_KEPT)) rmSync(old.path, { force: true });
  }

  #path(inputs: readonly Input[]): string {
    const all = createHash("sha256").update(this.#program);
    for (const input of inputs) all.update(`\n${input.length} `).update(input);
    return join(this.#folder, all.digest("hex"));
  }
}

function hash(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
