import { statementText } from "./statementText.ts";

/** One piece of a script, as the mysql client cuts it. */
export type ScriptItem =
  /** A statement for the server, without its delimiter. `isVertical`: it ended in `\G`. */
  | { readonly kind: "statement"; readonly sql: string; readonly line: number; readonly isVertical: boolean; readonly bytes: number }
  /** A command of the client's own on a line by itself: `use shop`, `quit`, `source file`. */
  | { readonly kind: "command"; readonly name: ClientCommand; readonly argument: string; readonly line: number; readonly bytes: number }
  /** A statement longer than the client's `max_allowed_packet`. */
  | { readonly kind: "tooLong"; readonly line: number };

export type ClientCommand = "use" | "quit" | "exit" | "source";

type Mode = "plain" | "single" | "double" | "back" | "lineComment" | "comment" | "conditional";

const lineCommands = ["delimiter", "use", "quit", "exit", "source"] as const;

/** Largest statement of a client, bytes. */
const defaultPacketBytes = 16 * 1024 * 1024;

/**
 * Cuts a script into statements like the mysql client, in chunks of any size: quotes, comments, conditional comments (left to the server),
 * `DELIMITER`, `\g`, `\G`, `\c`. Bytes are kept as they are, so binary literals survive. It holds one unfinished statement in memory.
 */
export class StatementSplitter {
  readonly #packetBytes: number;
  /** Read text of the unfinished statement, one character per byte. */
  #pieces: string[] = [];
  #bytes = 0;
  #rest = "";
  #at = 0;
  #mode: Mode = "plain";
  #delimiter = ";";
  #special = specialsFor(";");
  #line = 1;
  /** Where the statement's first character that is not blank or comment stands; `undefined` before it. */
  #startLine: number | undefined;
  #isDiscarding = false;

  /** @param packetBytes longest statement that is kept, bytes */
  constructor(packetBytes = defaultPacketBytes) {
    this.#packetBytes = packetBytes;
  }

  push(chunk: Uint8Array): ScriptItem[] {
    this.#rest += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    return this.#scan(false);
  }

  /** The rest; a last statement may lack its delimiter. */
  end(): ScriptItem[] {
    const found = this.#scan(true);
    this.#take(this.#rest.length);
    const last = this.#cut(false);
    return last === undefined ? found : [...found, last];
  }

  #scan(isLast: boolean): ScriptItem[] {
    const found: ScriptItem[] = [];
    for (;;) {
      const step = this.#step(isLast);
      if (step === "wait") break;
      if (step !== undefined) found.push(step);
    }
    this.#take(this.#at);
    return found;
  }

  /** Moves text up to `end` from the unread rest to the statement. */
  #take(end: number): void {
    if (end > 0) {
      const text = this.#rest.slice(0, end);
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#line += 1;
      this.#bytes += end;
      if (this.#bytes > this.#packetBytes) {
        this.#isDiscarding = true;
        this.#pieces = [];
      } else this.#pieces.push(text);
      this.#rest = this.#rest.slice(end);
    }
    this.#at = 0;
  }

  #drop(length: number): void {
    this.#rest = this.#rest.slice(length);
    this.#at = 0;
  }

  #cut(isVertical: boolean): ScriptItem | undefined {
    const [bytes, line, isTooLong] = [this.#bytes, this.#startLine, this.#isDiscarding];
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#bytes = 0;
    this.#startLine = undefined;
    this.#isDiscarding = false;
    if (line === undefined) return undefined;
    return isTooLong ? { kind: "tooLong", line } : { kind: "statement", sql: statementText(text).trim(), line, isVertical, bytes };
  }

  /** Marks the statement's beginning at the scan position. */
  #begin(): void {
    if (this.#startLine !== undefined) return;
    this.#take(this.#at);
    this.#startLine = this.#line;
  }

  #step(isLast: boolean): ScriptItem | "wait" | undefined {
    switch (this.#mode) {
      case "plain":
      case "conditional":
        return this.#stepPlain(isLast);
      case "single":
        return this.#passTo(/['\\]/g, 1, isLast);
      case "double":
        return this.#passTo(/["\\]/g, 1, isLast);
      case "back":
        return this.#passTo(/`/g, 1, isLast);
      case "lineComment":
        return this.#passTo(/\n/g, 1, isLast);
      case "comment":
        return this.#passTo(/\*\//g, 2, isLast);
    }
  }

  #stepPlain(isLast: boolean): ScriptItem | "wait" | undefined {
    if (this.#startLine === undefined) {
      while (isBlank(this.#rest.charCodeAt(this.#at))) this.#at += 1;
      const command = this.#lineCommand(isLast);
      if (command !== "none") return command;
    }
    this.#special.lastIndex = this.#at;
    const found = this.#special.exec(this.#rest);
    const index = found?.index ?? this.#rest.length;
    if (index > this.#at) {
      this.#begin();
      // `begin` may have moved the text on.
      this.#special.lastIndex = this.#at;
      this.#at = this.#special.exec(this.#rest)?.index ?? this.#rest.length;
    }
    const left = this.#rest.length - this.#at;
    if (left === 0 || (left < Math.max(this.#delimiter.length, 4) && !isLast)) return "wait";
    return this.#atSpecial();
  }

  #atSpecial(): ScriptItem | undefined {
    const head = this.#rest.slice(this.#at, this.#at + 4);
    if (this.#mode === "conditional" && head.startsWith("*/")) {
      this.#mode = "plain";
      this.#at += 2;
    } else if (this.#rest.startsWith(this.#delimiter, this.#at)) return this.#endStatement(this.#delimiter.length, false);
    else if (/^\\[gG]/.test(head)) return this.#endStatement(2, head[1] === "G");
    else if (head.startsWith("\\c")) this.#forget();
    else if (head.startsWith("\\q")) return this.#quit();
    else if (head.startsWith("#") || /^--(?:\s|$)/.test(head)) this.#mode = "lineComment";
    else if (/^\/\*(?:!|\+)/.test(head)) this.#open("conditional", 3);
    else if (head.startsWith("/*")) {
      this.#mode = "comment";
      this.#at += 2;
    } else if (head.startsWith("'")) this.#open("single", 1);
    else if (head.startsWith('"')) this.#open("double", 1);
    else if (head.startsWith("`")) this.#open("back", 1);
    else {
      this.#begin();
      this.#at += 1;
    }
    return undefined;
  }

  #open(mode: Mode, length: number): void {
    this.#begin();
    if (mode !== "conditional") this.#outer = this.#mode;
    this.#mode = mode;
    this.#at += length;
  }

  /** The mode to go back to after a quotation: it may stand inside a conditional comment. */
  #outer: Mode = "plain";

  #endStatement(length: number, isVertical: boolean): ScriptItem | undefined {
    this.#take(this.#at);
    this.#drop(length);
    this.#mode = "plain";
    return this.#cut(isVertical);
  }

  #forget(): void {
    this.#take(this.#at + 2);
    this.#startLine = undefined;
    this.#cut(false);
  }

  #quit(): ScriptItem {
    this.#forget();
    return { kind: "command", name: "quit", argument: "", line: this.#line, bytes: 2 };
  }

  /** Reads a command of the client's own. `use` and others with the delimiter on their line are statements for the server. */
  #lineCommand(isLast: boolean): ScriptItem | "wait" | "none" | undefined {
    const head = this.#rest.slice(this.#at, this.#at + 10).toLowerCase();
    const name = lineCommands.find((command) => head.startsWith(command) && /^(?:\s|$)/.test(head.slice(command.length)));
    if (name === undefined || (head.length === name.length && !isLast)) return head !== "" && !isLast && lineCommands.some((command) => command.startsWith(head)) ? "wait" : "none";
    const newline = this.#rest.indexOf("\n", this.#at);
    const end = newline === -1 ? this.#rest.length : newline;
    const line = this.#rest.slice(this.#at, end);
    if (name !== "delimiter" && line.includes(this.#delimiter)) return "none";
    if (newline === -1 && !isLast) return "wait";
    this.#take(this.#at);
    const at = this.#line;
    this.#take(end);
    this.#cut(false);
    const argument = Buffer.from(line.slice(name.length), "latin1").toString().trim();
    if (name !== "delimiter") return { kind: "command", name, argument, line: at, bytes: line.length };
    const delimiter = /^\S+/.exec(argument)?.[0];
    if (delimiter !== undefined) {
      this.#delimiter = Buffer.from(delimiter).toString("latin1");
      this.#special = specialsFor(this.#delimiter);
    }
    return undefined;
  }

  /** Passes over a quotation or comment up to its end; a backslash takes the character after it along. */
  #passTo(stop: RegExp, length: number, isLast: boolean): "wait" | undefined {
    stop.lastIndex = this.#at;
    const found = stop.exec(this.#rest);
    if (found === null) {
      // A `*` may be the first half of a comment's end.
      this.#at = Math.max(this.#at, this.#rest.length - (isLast ? 0 : length - 1));
      return "wait";
    }
    if (found[0] === "\\") {
      this.#at = found.index;
      if (found.index + 1 >= this.#rest.length) return "wait";
      this.#at += 2;
      return undefined;
    }
    this.#at = found.index + length;
    this.#mode = this.#mode === "lineComment" || this.#mode === "comment" ? (this.#isInConditional ? "conditional" : "plain") : this.#outer;
    return undefined;
  }

  /** Comments inside a conditional comment are rare, and end it in the client too. */
  readonly #isInConditional = false;
}

function specialsFor(delimiter: string): RegExp {
  const first = (delimiter[0] ?? ";").replace(/[\]\\^-]/g, "\\$&");
  return new RegExp(`['"\`#\\\\/*${first}]|--`.replace("|--", "|-"), "g");
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
