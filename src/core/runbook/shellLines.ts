/** What is still open at the end of a line of shell text. */
export type OpenConstruct = "none" | "quotation" | "hereDocument" | "continuation";

interface ScanState {
  quote: "'" | '"' | "`" | undefined;
  /** Delimiters of here-documents whose bodies come next, in order. */
  readonly pending: { readonly delimiter: string; readonly stripsTabs: boolean }[];
}

/**
 * Follows shell text line by line and says what each line leaves open. Only as much of the shell as is needed to tell a comment
 * from a line inside a quotation or here-document, and a complete command from the beginning of one; the real parser is `core/shell`.
 */
export class ShellLineScanner {
  readonly #state: ScanState = { quote: undefined, pending: [] };

  /** Reads the next line (without its line end). `comment` is the offset of a comment in it, `undefined` without one. */
  next(line: string): { readonly open: OpenConstruct; readonly comment: number | undefined } {
    const document = this.#state.pending[0];
    if (document !== undefined && this.#state.quote === undefined) {
      if ((document.stripsTabs ? line.replace(/^\t+/, "") : line) === document.delimiter) this.#state.pending.shift();
      return { open: this.#state.pending.length > 0 ? "hereDocument" : "none", comment: undefined };
    }
    const { comment, escapesEnd } = this.#scan(line);
    if (this.#state.quote !== undefined) return { open: "quotation", comment };
    if (this.#state.pending.length > 0) return { open: "hereDocument", comment };
    const words = line.slice(0, comment).trimEnd();
    return { open: escapesEnd || /(?:\||&&)$/.test(words) ? "continuation" : "none", comment };
  }

  #scan(line: string): { comment: number | undefined; escapesEnd: boolean } {
    const state = this.#state;
    let index = 0;
    while (index < line.length) {
      const character = line[index];
      if (character === "\\" && state.quote !== "'") {
        if (index === line.length - 1) return { comment: undefined, escapesEnd: true };
        index += 2;
        continue;
      }
      if (state.quote !== undefined) {
        if (character === state.quote) state.quote = undefined;
      } else if (character === "'" || character === '"' || character === "`") {
        state.quote = character;
      } else if (character === "#" && (index === 0 || /[\s;|&()]/.test(line[index - 1] ?? ""))) {
        return { comment: index, escapesEnd: false };
      } else if (character === "<") {
        index = this.#redirect(line, index);
        continue;
      }
      index++;
    }
    return { comment: undefined, escapesEnd: false };
  }

  /** Notes a here-document at `index`; returns the offset to go on from. A number after `<<` is a shift, not a delimiter. */
  #redirect(line: string, index: number): number {
    if (line.startsWith("<<<", index)) return index + 3;
    const match = /^<<(-?)[ \t]*(?:'([^']+)'|"([^"]+)"|\\?([A-Za-z_][\w.-]*))/.exec(line.slice(index));
    if (match === null) return index + 1;
    this.#state.pending.push({ delimiter: match[2] ?? match[3] ?? match[4] ?? "", stripsTabs: match[1] === "-" });
    return index + match[0].length;
  }
}
