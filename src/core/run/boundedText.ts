/** Keeps the head and the tail of a text that may grow without limit. */
export class BoundedText {
  readonly #half: number;
  #head = "";
  #tail = "";
  #dropped = 0;

  /** `limit` in UTF-16 units: half of it for the head, half for the tail. */
  constructor(limit: number) {
    this.#half = Math.floor(limit / 2);
  }

  push(text: string): void {
    const room = this.#half - this.#head.length;
    if (room > 0) this.#head += text.slice(0, room);
    const rest = room > 0 ? text.slice(room) : text;
    const joined = this.#tail + rest;
    const excess = Math.max(0, joined.length - this.#half);
    this.#dropped += excess;
    this.#tail = excess > 0 ? joined.slice(excess) : joined;
  }

  /** True once something was left out. */
  get isCut(): boolean {
    return this.#dropped > 0;
  }

  /** The text, with a line in the middle that says how much was left out. */
  toString(): string {
    return this.#dropped === 0 ? this.#head + this.#tail : `${this.#head}\n… ${this.#dropped} characters left out …\n${this.#tail}`;
  }
}
