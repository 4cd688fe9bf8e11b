import type { OutputNotification } from "../protocol.ts";
import { BoundedText, type TextLimit } from "./boundedText.ts";
import type { CellRunnerHost, OutputKeeper, StreamRedactor } from "./cellRunner.ts";
import type { WholeOutput } from "./journalEvent.ts";
import { PassingSearch } from "./passingSearch.ts";

/** What the journal keeps of each stream of a statement. A longer one is kept whole in a file of the run. */
export const JOURNAL_TEXT_LIMIT: TextLimit = { length: 65_536, lines: 5_000 };

/** Whose stream it is. */
export interface StreamOwner {
  readonly execution: string;
  readonly cell: string;
  readonly statement: number;
}

/** One stream of a statement on its way to screen and journal: decoded, masked, and, where it is long, written to a file as it comes. */
export class StatementStream {
  readonly name: OutputNotification["stream"] & ("stdout" | "stderr");
  readonly #owner: StreamOwner;
  readonly #host: Pick<CellRunnerHost, "output" | "keepOutput">;
  readonly #decoder = new TextDecoder();
  readonly #redactor: StreamRedactor;
  readonly #kept = new BoundedText(JOURNAL_TEXT_LIMIT);
  readonly #search: PassingSearch;
  /** Everything so far, while it is short; `undefined` once the stream is long. */
  #early: string | undefined = "";
  #keeper: OutputKeeper | undefined;

  /** `wanted` are texts to be looked for in all of it. */
  constructor(name: "stdout" | "stderr", owner: StreamOwner, host: Pick<CellRunnerHost, "output" | "keepOutput" | "redactStream">, wanted: readonly string[] = []) {
    this.name = name;
    this.#search = new PassingSearch(wanted);
    this.#owner = owner;
    this.#host = host;
    this.#redactor = host.redactStream();
  }

  /** Takes the next bytes; resolves when more may come. */
  async write(chunk: Uint8Array): Promise<void> {
    await this.#take(this.#redactor.push(this.#decoder.decode(chunk, { stream: true })));
  }

  /** Shows what was held back, and gives what the journal keeps, and which of the wanted texts went by. */
  async end(): Promise<{ readonly text: string; readonly whole: WholeOutput | undefined; readonly found: ReadonlySet<string> }> {
    await this.#take(this.#redactor.push(this.#decoder.decode()) + this.#redactor.flush());
    return { text: this.#kept.toString(), whole: await this.#keeper?.end(), found: this.#search.found };
  }

  async #take(text: string): Promise<void> {
    if (text === "") return;
    this.#kept.push(text);
    this.#search.push(text);
    await this.#keep(text);
    const { execution, statement } = this.#owner;
    await this.#host.output({ execution, statement, stream: this.name, text });
  }

  async #keep(text: string): Promise<void> {
    if (this.#early === undefined) {
      await this.#keeper?.append(text);
      return;
    }
    this.#early += text;
    if (!this.#kept.isCut) return;
    const early = this.#early;
    this.#early = undefined;
    this.#keeper = this.#host.keepOutput(this.#owner.cell, this.name);
    await this.#keeper?.append(early);
  }
}
