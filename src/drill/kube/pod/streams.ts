import type { ByteSink, ByteStream } from "../../../core/ports.ts";

/** Writing to a pipe that nobody reads any more. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
  constructor() {
    super("write error: Broken pipe");
  }
}

/** Standard input shared by the commands of one shell: `read` takes a line and leaves the rest for the next. */
export class SharedInput implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array();

  constructor(source: ByteStream) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes; `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#left.length > 0) {
      const chunk = this.#left;
      this.#left = new Uint8Array();
      return chunk;
    }
    const next = await this.#source.next();
    return next.done === true ? undefined : next.value;
  }

  /** The next line without its end; `undefined` when nothing is left. `isWhole` is false for a last line without a newline. */
  async readLine(): Promise<{ readonly text: string; readonly isWhole: boolean } | undefined> {
    const parts: Uint8Array[] = [];
    for (let chunk = await this.read(); chunk !== undefined; chunk = await this.read()) {
      const end = chunk.indexOf(0x0a);
      if (end >= 0) {
        this.#left = chunk.subarray(end + 1);
        return { text: Buffer.concat([...parts, chunk.subarray(0, end)]).toString(), isWhole: true };
      }
      parts.push(chunk);
    }
    return parts.length === 0 ? undefined : { text: Buffer.concat(parts).toString(), isWhole: false };
  }

  /** Iterating does not close the source, so that a later command may go on reading. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        const value = await this.read();
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
    };
  }
}

/** No input at all. */
export async function* noInput(): AsyncGenerator<Uint8Array> {
  // Nothing to yield.
}

/** A pipe between two commands: writing waits until the reader has taken the chunk. */
export class Pipe {
  #chunk: Uint8Array | undefined;
  #isEnded = false;
  #isAbandoned = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  readonly write: ByteSink = async (chunk) => {
    while (this.#chunk !== undefined && !this.#isAbandoned) await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    if (this.#isAbandoned) throw new BrokenPipe();
    this.#chunk = chunk;
    this.#wakeReader?.();
  };

  /** The writer is done. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader?.();
  }

  /** The reader is done: later writes fail. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#wakeWriter?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#chunk !== undefined) {
        const chunk = this.#chunk;
        this.#chunk = undefined;
        this.#wakeWriter?.();
        yield chunk;
      } else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
  }
}

/** Collects what is written to it. */
export class Collector {
  readonly #chunks: Uint8Array[] = [];
  readonly write: ByteSink = (chunk) => {
    this.#chunks.push(chunk.slice());
    return Promise.resolve();
  };

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
