/** Finds texts in a text that goes by in pieces and is not kept. Carriage returns do not count, as for expectations. */
export class PassingSearch {
  readonly #wanted: Set<string>;
  readonly #found = new Set<string>();
  /** What of the last pieces may be the beginning of a wanted text. */
  #carry = "";

  constructor(wanted: Iterable<string>) {
    this.#wanted = new Set(wanted);
  }

  push(piece: string): void {
    if (this.#wanted.size === 0) return;
    const text = this.#carry + piece.replaceAll("\r", "");
    let longest = 0;
    for (const wanted of this.#wanted) {
      if (!text.includes(wanted)) {
        longest = Math.max(longest, wanted.length);
        continue;
      }
      this.#found.add(wanted);
      this.#wanted.delete(wanted);
    }
    this.#carry = longest < 2 ? "" : text.slice(1 - longest);
  }

  get found(): ReadonlySet<string> {
    return this.#found;
  }
}
