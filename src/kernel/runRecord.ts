import type { AskResult, AskParams } from "../core/protocol.ts";
import type { JournalEvent, JournalRecord } from "../core/run/journalEvent.ts";
import { applyRecord, reduceJournal, type RunState } from "../core/run/runState.ts";
import type { RuntimeError } from "../core/runtimeError.ts";
import { isUnwritable, type JournalFile } from "../services/journal/journalFile.ts";

interface RunRecordParts {
  readonly journal: JournalFile;
  /** What the journal holds already. */
  readonly records: readonly JournalRecord[];
  /** Asks the person whether to go on without the disk. */
  ask(params: AskParams): Promise<AskResult>;
  /** Called for each event once it is kept, and counts in the state. */
  onKept(record: JournalRecord): void;
}

/** What a run has on record: the events of its journal, and the state that they come to. */
export class RunRecord {
  readonly #parts: RunRecordParts;
  readonly #records: JournalRecord[];
  #state: RunState;
  /** The one question about a journal that cannot be written, once it was asked. */
  #unwritable: Promise<void> | undefined;

  constructor(parts: RunRecordParts) {
    this.#parts = parts;
    this.#records = [...parts.records];
    this.#state = reduceJournal(parts.records);
  }

  get state(): RunState {
    return this.#state;
  }

  get records(): readonly JournalRecord[] {
    return this.#records;
  }

  /** Events that the disk did not take. */
  get unwritten(): number {
    return this.#parts.journal.unwritten;
  }

  /** Journals an event. Where the disk does not take it a person is asked, once, whether to go on in memory; rejects when they will not. */
  async append(event: JournalEvent): Promise<void> {
    try {
      await this.#write(event);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      await this.#goOnInMemory(error);
      await this.#write(event);
    }
  }

  /** Journals what only informs, and is found again: nobody is asked about a disk that takes no more. */
  async appendIfWritable(event: JournalEvent): Promise<void> {
    try {
      await this.#write(event);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
    }
  }

  async #write(event: JournalEvent): Promise<void> {
    const record = await this.#parts.journal.append(event);
    this.#records.push(record);
    this.#state = applyRecord(this.#state, record);
    this.#parts.onKept(record);
  }

  async #goOnInMemory(problem: RuntimeError): Promise<void> {
    this.#unwritable ??= (async () => {
      const answer = await this.#parts.ask({ kind: "unwritable", execution: "", problem: `${problem.message} ${problem.hint}` });
      if (answer?.kind !== "unwritable" || !answer.goOn) throw problem;
      this.#parts.journal.goOnInMemory();
      await this.#write({ type: "recordingGap", fromSeq: (this.#records.at(-1)?.seq ?? -1) + 1, reason: problem.message });
    })();
    try {
      await this.#unwritable;
    } catch (error) {
      // A No is for this event: the next one may find the disk mended, or asks again.
      this.#unwritable = undefined;
      throw error;
    }
  }
}
