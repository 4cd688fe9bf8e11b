import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readdir, stat, statfs, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { countLines } from "../../core/run/boundedText.ts";
import type { OutputKeeper } from "../../core/run/cellRunner.ts";
import type { WholeOutput } from "../../core/run/journalEvent.ts";
import { sizeWords } from "../../core/run/wholeOutputText.ts";
import { messageOf } from "../../core/runtimeError.ts";

/** How much of the disk whole outputs may take, bytes. */
export interface OutputLimits {
  readonly file: number;
  readonly run: number;
  /** Left free for the journal. */
  readonly reserve: number;
}

const LIMITS: OutputLimits = { file: 256 * 1024 ** 2, run: 2 * 1024 ** 3, reserve: 128 * 1024 ** 2 };
/** Free space is looked at again after so many bytes. */
const LOOK_EVERY = 8 * 1024 ** 2;
const FOLDER = "output";

/** The files of a run that hold its long outputs whole: `output/0001-CELL-STREAM.txt` in the run's folder, mode 0600. */
export class OutputFiles {
  readonly #run: string;
  readonly #limits: OutputLimits;
  /** Of all files so far. */
  #bytes = 0;
  #count = 0;
  #prepared: Promise<void> | undefined;

  /** `run` is the path of the run's folder. */
  constructor(run: string, limits: OutputLimits = LIMITS) {
    this.#run = run;
    this.#limits = limits;
  }

  /** A new file; it is made when the first text comes. */
  open(cell: string, stream: WholeOutput["stream"]): OutputKeeper {
    let file: Promise<OutputFile> | undefined;
    const opened = (): Promise<OutputFile> => (file ??= this.#create(cell, stream));
    return { append: async (text) => (await opened()).append(text), end: async () => (await opened()).end() };
  }

  /** The files that a kernel was writing when it ended: those of the folder whose paths are not in `journalled`. */
  async leftOver(journalled: ReadonlySet<string>): Promise<readonly WholeOutput[]> {
    if (!existsSync(join(this.#run, FOLDER))) return [];
    const paths = (await readdir(join(this.#run, FOLDER))).sort().map((name) => `${FOLDER}/${name}`).filter((path) => !journalled.has(path));
    return Promise.all(paths.map((path) => describeFile(this.#run, path)));
  }

  async #create(cell: string, stream: WholeOutput["stream"]): Promise<OutputFile> {
    const name = `${cell.replaceAll(/[^A-Za-z0-9-]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 60) || "cell"}-${stream}.txt`;
    const parts = { run: this.#run, limits: this.#limits, used: () => this.#bytes, onWritten: (bytes: number) => void (this.#bytes += bytes) };
    try {
      await (this.#prepared ??= this.#prepare());
      this.#count += 1;
      const path = `${FOLDER}/${String(this.#count).padStart(4, "0")}-${name}`;
      return new OutputFile(stream, path, parts, await open(join(this.#run, path), "wx", 0o600), undefined);
    } catch (cause) {
      return new OutputFile(stream, `${FOLDER}/${name}`, parts, undefined, messageOf(cause));
    }
  }

  /** Makes the folder, and counts what an earlier kernel of this run has put there. */
  async #prepare(): Promise<void> {
    const folder = join(this.#run, FOLDER);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    this.#bytes = sizes.reduce((sum, size) => sum + size, 0);
    this.#count = Math.max(0, ...names.map((name) => Number.parseInt(name, 10)).filter((number) => Number.isInteger(number)));
  }
}

/** A file that was not ended. One that cannot be read says so: what else is taken up must not wait for it. */
async function describeFile(run: string, path: string): Promise<WholeOutput> {
  const stream = path.endsWith("-stderr.txt") ? "stderr" : "stdout";
  const missing = "the kernel ended while it was written";
  try {
    return { stream, path, ...(await measureFile(join(run, path))), missing };
  } catch (cause) {
    return { stream, path, bytes: 0, lines: 0, sha256: createHash("sha256").digest("hex"), missing: `${missing}, and it cannot be read: ${messageOf(cause)}` };
  }
}

/** What a whole output's file holds. Rejects where it cannot be read. */
export async function measureFile(path: string): Promise<Pick<WholeOutput, "bytes" | "lines" | "sha256">> {
  const hash = createHash("sha256");
  let [bytes, lines] = [0, 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) lines += 1;
  }
  return { bytes, lines, sha256: hash.digest("hex") };
}

/** What the files of a run share. */
interface SharedParts {
  readonly run: string;
  readonly limits: OutputLimits;
  used(): number;
  onWritten(bytes: number): void;
}

class OutputFile implements OutputKeeper {
  readonly #stream: WholeOutput["stream"];
  readonly #path: string;
  readonly #parts: SharedParts;
  readonly #handle: FileHandle | undefined;
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #lines = 0;
  /** Free space is looked at when the file is that long. */
  #lookAt = 0;
  #missing: string | undefined;

  /** `handle` is closed by `end`; without one, `missing` says why. */
  constructor(stream: WholeOutput["stream"], path: string, parts: SharedParts, handle: FileHandle | undefined, missing: string | undefined) {
    this.#stream = stream;
    this.#path = path;
    this.#parts = parts;
    this.#handle = handle;
    this.#missing = missing;
  }

  async append(text: string): Promise<void> {
    if (this.#missing !== undefined || this.#handle === undefined) return;
    const bytes = Buffer.from(text);
    const kept = this.#fit(bytes);
    try {
      await this.#lookAtDisk(kept.length);
      await this.#handle.appendFile(kept);
    } catch (cause) {
      this.#missing = messageOf(cause);
      // What a failed write left behind is in no checksum. Where it cannot be cut off either, verifying the log says that the file differs.
      await this.#handle.truncate(this.#bytes).catch(() => undefined);
      return;
    }
    this.#hash.update(kept);
    this.#bytes += kept.length;
    this.#lines += kept.length === bytes.length ? countLines(text) : countLines(kept.toString());
    this.#parts.onWritten(kept.length);
  }

  async end(): Promise<WholeOutput> {
    for (const step of [() => this.#handle?.datasync(), () => this.#handle?.close()]) {
      try {
        await step();
      } catch (cause) {
        this.#missing ??= messageOf(cause);
      }
    }
    const kept = { stream: this.#stream, path: this.#path, bytes: this.#bytes, lines: this.#lines, sha256: this.#hash.digest("hex") };
    return this.#missing === undefined ? kept : { ...kept, missing: this.#missing };
  }

  /** The whole lines that the limits have room for; says so where that is not all. */
  #fit(bytes: Buffer): Buffer {
    const { limits } = this.#parts;
    const [ofFile, ofRun] = [limits.file - this.#bytes, limits.run - this.#parts.used()];
    const room = Math.max(0, Math.min(ofFile, ofRun));
    if (bytes.length <= room) return bytes;
    this.#missing = ofFile <= ofRun ? `one file holds at most ${sizeWords(limits.file)}` : `the files of one run hold at most ${sizeWords(limits.run)}`;
    return bytes.subarray(0, room === 0 ? 0 : bytes.lastIndexOf(0x0a, room - 1) + 1);
  }

  /** Throws when the disk has no more than the journal may need. */
  async #lookAtDisk(coming: number): Promise<void> {
    if (this.#bytes + coming < this.#lookAt) return;
    this.#lookAt = this.#bytes + LOOK_EVERY;
    const { run, limits } = this.#parts;
    const { bavail, bsize } = await statfs(run);
    if (bavail * bsize - coming < limits.reserve) throw new Error(`the disk has only ${sizeWords(bavail * bsize)} left, which the journal may need`);
  }
}
