/** Bytes pushed by a socket and pulled by a program. `onPressure` tells the socket to stop (true) and to go on (false). */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  readonly #onPressure: (isFull: boolean) => void;
  #bytes = 0;
  #isEnded = false;
  #isFull = false;
  #wake: (() => void) | undefined;

  constructor(onPressure: (isFull: boolean) => void) {
    this.#onPressure = onPressure;
  }

  push(chunk: Uint8Array): void {
    if (this.#isEnded) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (!this.#isFull && this.#bytes > 256 * 1024) {
      this.#isFull = true;
      this.#onPressure(true);
    }
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.length;
        if (this.#isFull && this.#bytes < 64 * 1024) {
          this.#isFull = false;
          this.#onPressure(false);
        }
        yield chunk;
      } else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
