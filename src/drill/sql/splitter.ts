import { textOfBytes } from "./byteText.ts";

/** One statement of a script. */
export interface SplitStatement {
  readonly sql: string;
  /** Line of the script, from 1, on which the statement begins. */
  readonly line: number;
  /** Ended by `\G`: rows are wanted one value a line. */
  readonly isVertical: boolean;
  readonly bytes: number;
  /** A command of the client's own instead of a statement; `sql` is then its argument. */
  readonly command?: "quit" | "source";
}

const lineCommands = ["use ", "source ", "quit", "exit", "\\u ", "\\. "];

type Mode = "plain" | "single" | "double" | "back" | "line" | "block";

/** Next place where a quoted mode may end; everything before it is passed over at once. */
const stops: Readonly<Record<Exclude<Mode, "plain">, RegExp>> = { single: /['\\]/g, double: /["\\]/g, back: /`/g, line: /\n/g, block: /\*\//g };

/**
 * Cuts a script into statements like the mysql client: quotes, comments, conditional comments, `\G`, and the client's own commands
 * DELIMITER, `use`, `source`, `quit` and `\c`, in chunks of any size.
 * It keeps one unfinished statement in memory.
 */
export class StatementSplitter {
  /** One character a byte: delimiters and quotes are ASCII, and blobs need not be UTF-8. */
  #buffer = "";
  #at = 0;
  #mode: Mode = "plain";
  #delimiter = ";";
  #line = 1;
  /** Where the statement being read begins, `undefined` before its first character; comments before it are left out. */
  #start: { readonly at: number; readonly line: number } | undefined;
  /** Only blanks stand before the position on its line. */
  #isLineStart = true;
  /** Line numbers are counted up to here. */
  #counted = 0;

  push(chunk: Uint8Array | string): SplitStatement[] {
    this.#buffer += (typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)).toString("latin1");
    return this.#scan(false);
  }

  /** The rest; a last statement may lack its delimiter. */
  end(): SplitStatement[] {
    const found = this.#scan(true);
    const rest = this.#cut(this.#buffer.length, 0, false);
    return rest === undefined ? found : [...found, rest];
  }

  #countLines(to: number): void {
    for (let at = this.#buffer.indexOf("\n", this.#counted); at !== -1 && at < to; at = this.#buffer.indexOf("\n", at + 1)) this.#line += 1;
    this.#counted = to;
  }

  /** Takes the statement that ends at `end`; `undefined` where it is empty or only comments. */
  #cut(end: number, delimiterLength: number, isVertical: boolean): SplitStatement | undefined {
    const text = this.#start === undefined ? "" : this.#buffer.slice(this.#start.at, end).replace(/[ \t\r\n]+$/, "");
    this.#countLines(end);
    const line = this.#start?.line ?? this.#line;
    this.#drop(end + delimiterLength);
    return text === "" ? undefined : { sql: textOfBytes(Buffer.from(text, "latin1")), line, isVertical, bytes: text.length };
  }

  #markStart(): void {
    if (this.#start !== undefined) return;
    this.#countLines(this.#at);
    this.#start = { at: this.#at, line: this.#line };
  }

  #scan(isLast: boolean): SplitStatement[] {
    const found: SplitStatement[] = [];
    for (;;) {
      const step = this.#step(isLast);
      if (step === "wait") return found;
      if (step !== undefined) found.push(step);
    }
  }

  #step(isLast: boolean): SplitStatement | "wait" | undefined {
    if (this.#mode !== "plain") return this.#passQuoted(this.#mode, isLast);
    while (/[ \t\r\n\f\v]/.test(this.#buffer[this.#at] ?? "")) {
      if (this.#buffer[this.#at] === "\n") this.#isLineStart = true;
      this.#at += 1;
    }
    const left = this.#buffer.length - this.#at;
    if (left === 0) return "wait";
    // Delimiters, `-- ` and `DELIMITER` need to be seen whole.
    if (left < Math.max(this.#delimiter.length, 3) && !isLast) return "wait";
    if (this.#buffer.startsWith(this.#delimiter, this.#at)) return this.#cut(this.#at, this.#delimiter.length, false);
    const pair = this.#buffer.slice(this.#at, this.#at + 2);
    if (pair === "\\G" || pair === "\\g") return this.#cut(this.#at, 2, pair === "\\G");
    if (pair === "\\c") return this.#forget();
    if (pair === "\\q") return this.#command("quit", this.#at + 2, "");
    if (this.#start === undefined && /^[a-z\\]/i.test(pair)) {
      const command = /^d/i.test(pair) ? this.#readDelimiter(isLast) : this.#isLineStart ? this.#readCommand(isLast) : "none";
      if (command !== "none") return command;
    }
    this.#isLineStart = false;
    return this.#passPlain(pair);
  }

  /** `DELIMITER x` is a command of the client's own, on a line of its own. */
  #readDelimiter(isLast: boolean): "wait" | "none" | undefined {
    const rest = this.#buffer.slice(this.#at, this.#at + 200);
    if (!/^delimiter\s/i.test(rest)) return !isLast && /^d(?:e(?:l(?:i(?:m(?:i(?:t(?:er?)?)?)?)?)?)?)?$/i.test(rest) ? "wait" : "none";
    const newline = this.#buffer.indexOf("\n", this.#at);
    if (newline === -1 && !isLast) return "wait";
    const end = newline === -1 ? this.#buffer.length : newline;
    const chosen = /^\S+/.exec(this.#buffer.slice(this.#at + 10, end).trim())?.[0];
    if (chosen !== undefined) this.#delimiter = chosen;
    this.#countLines(end);
    this.#drop(end);
    return undefined;
  }

  /** `use name`, `source file` and `quit` on a line of their own. With the delimiter on the line they are for the server. */
  #readCommand(isLast: boolean): SplitStatement | "wait" | "none" {
    const head = this.#buffer.slice(this.#at, this.#at + 8);
    const name = /^(?:use|source|quit|exit|\\u|\\\.)(?=\s|$)/i.exec(head)?.[0];
    if (name === undefined) return !isLast && head.length < 7 && lineCommands.some((command) => command.startsWith(head.toLowerCase())) ? "wait" : "none";
    const newline = this.#buffer.indexOf("\n", this.#at);
    const end = newline === -1 ? this.#buffer.length : newline;
    const line = this.#buffer.slice(this.#at, end);
    if (line.includes(this.#delimiter) || /\\[gG]/.test(line)) return "none";
    if (newline === -1 && !isLast) return "wait";
    const argument = line.slice(name.length).trim();
    const kind = /^(?:quit|exit)$/i.test(name) ? "quit" : /^(?:source|\\\.)$/i.test(name) ? "source" : undefined;
    return this.#command(kind, end, kind === undefined ? `USE ${argument}` : argument);
  }

  /** Passes over the client's command that ends at `end`. */
  #command(command: SplitStatement["command"], end: number, text: string): SplitStatement {
    this.#countLines(this.#at);
    const line = this.#line;
    const bytes = end - this.#at;
    this.#countLines(end);
    this.#drop(end);
    const sql = textOfBytes(Buffer.from(text, "latin1"));
    return command === undefined ? { sql, line, isVertical: false, bytes } : { sql, line, isVertical: false, bytes, command };
  }

  /** `\c` throws the statement that was begun away. */
  #forget(): undefined {
    this.#countLines(this.#at + 2);
    this.#drop(this.#at + 2);
  }

  #drop(end: number): void {
    this.#buffer = this.#buffer.slice(end);
    this.#at = 0;
    this.#counted = 0;
    this.#start = undefined;
  }

  #passPlain(pair: string): undefined {
    const [first] = pair;
    const isDashComment = pair === "--" && /^(?:--\s|--$)/.test(this.#buffer.slice(this.#at, this.#at + 3));
    if (first === "#" || isDashComment) this.#enter("line");
    else if (pair === "/*") {
      // A conditional comment is part of a statement, so it starts one.
      if (/^\/\*M?!/.test(this.#buffer.slice(this.#at, this.#at + 4))) this.#markStart();
      this.#enter("block");
      this.#at += 1;
    } else {
      this.#markStart();
      if (first === "'") this.#enter("single");
      else if (first === '"') this.#enter("double");
      else if (first === "`") this.#enter("back");
      else this.#passWord();
    }
    return undefined;
  }

  #enter(mode: Mode): void {
    this.#mode = mode;
    this.#at += 1;
  }

  /** Passes over letters and digits at once; a delimiter of letters is looked for at word starts only, as the client does. */
  #passWord(): void {
    const word = /[\w\u0080-\u00ff]+/y;
    word.lastIndex = this.#at;
    this.#at += word.exec(this.#buffer)?.[0].length ?? 1;
  }

  #passQuoted(mode: Exclude<Mode, "plain">, isLast: boolean): "wait" | undefined {
    const stop = stops[mode];
    stop.lastIndex = this.#at;
    const found = stop.exec(this.#buffer);
    if (found === null) {
      // A `*` may be the first half of the comment's end.
      this.#at = mode === "block" ? Math.max(this.#at, this.#buffer.length - 1) : this.#buffer.length;
      if (isLast) this.#at = this.#buffer.length;
      return "wait";
    }
    if (found[0] === "\\") {
      if (found.index + 1 >= this.#buffer.length && !isLast) {
        this.#at = found.index;
        return "wait";
      }
      this.#at = found.index + 2;
      return undefined;
    }
    this.#at = found.index + found[0].length;
    this.#mode = "plain";
    return undefined;
  }
}
