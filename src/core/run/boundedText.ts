/** How much of a text is kept. */
export interface TextLimit {
  /** UTF-16 units. */
  readonly length: number;
  readonly lines: number;
}

/**
 * Keeps the head and the tail of a text that may grow without limit, half of what is kept for each. Both are cut at line ends, unless
 * the line at the cut is long.
 */
export class BoundedText {
  readonly #half: TextLimit;
  #head = "";
  #headLines = 0;
  #isHeadFull = false;
  #tail = "";
  #droppedLength = 0;
  #droppedLines = 0;

  constructor(limit: TextLimit) {
    this.#half = { length: Math.floor(limit.length / 2), lines: Math.floor(limit.lines / 2) };
  }

  push(text: string): void {
    const taken = this.#isHeadFull ? 0 : this.#fillHead(text);
    this.#tail += taken === 0 ? text : text.slice(taken);
    // Cutting at every piece would copy the tail each time.
    if (this.#tail.length > 2 * this.#half.length) this.#cutTail();
  }

  /** UTF-16 units that are kept now. */
  get length(): number {
    return this.#head.length + this.#tail.length;
  }

  /** True once something was left out. */
  get isCut(): boolean {
    return this.#droppedLength > 0 || this.#excess() > 0;
  }

  /** The text, with a line in the middle that says how much was left out. */
  toString(): string {
    this.#cutTail();
    if (this.#droppedLength === 0) return this.#head + this.#tail;
    const headEnd = nearEnd(this.#head);
    const tailStart = nearStart(this.#tail);
    const lines = this.#droppedLines + (tailStart > 0 ? 1 : 0);
    const length = this.#droppedLength + this.#head.length - headEnd + tailStart;
    const head = this.#head.slice(0, headEnd);
    const left = lines > 1 ? `${groupDigits(lines)} lines` : `${groupDigits(length)} characters`;
    return `${head}${head.endsWith("\n") ? "" : "\n"}… ${left} left out …\n${this.#tail.slice(tailStart)}`;
  }

  /** Gives how much of the text went into the head. */
  #fillHead(text: string): number {
    const room = text.slice(0, this.#half.length - this.#head.length);
    const end = nthLineEnd(room, this.#half.lines - this.#headLines);
    const taken = end ?? room.length;
    this.#head += room.slice(0, taken);
    this.#headLines += countLines(room.slice(0, taken));
    this.#isHeadFull = end !== undefined || this.#head.length >= this.#half.length;
    return taken;
  }

  /** How much of the tail is more than is kept of it. */
  #excess(): number {
    return Math.max(0, this.#tail.length - this.#half.length, startOfLastLines(this.#tail, this.#half.lines));
  }

  #cutTail(): void {
    const excess = this.#excess();
    if (excess === 0) return;
    this.#droppedLength += excess;
    this.#droppedLines += countLines(this.#tail.slice(0, excess));
    this.#tail = this.#tail.slice(excess);
  }
}

/** The last line end of a head, where it is near; the head's own end where its last line is long. */
function nearEnd(head: string): number {
  const end = head.lastIndexOf("\n") + 1;
  return end > head.length / 2 ? end : head.length;
}

/** The first line start of a tail, where it is near. */
function nearStart(tail: string): number {
  const start = tail.indexOf("\n") + 1;
  return start < tail.length / 2 ? start : 0;
}

/** `1,234,567` */
export function groupDigits(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** How many line ends a text has. */
export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/** Offset after the n-th line end; `undefined` where there are fewer. */
function nthLineEnd(text: string, n: number): number | undefined {
  let at = -1;
  for (let count = 0; count < n; count += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return undefined;
  }
  return at + 1;
}

/** Offset at which the last n lines begin. */
export function startOfLastLines(text: string, n: number): number {
  // The line end of the last line closes it and begins no other.
  let at = text.endsWith("\n") ? text.length - 1 : text.length;
  for (let count = 0; count < n; count += 1) {
    at = at === 0 ? -1 : text.lastIndexOf("\n", at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}
