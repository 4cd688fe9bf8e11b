import type { SqlValue } from "./sqlTypes.ts";

/** One statement or transaction in a binary log. */
export interface LogEvent {
  /** Position after the event. */
  readonly end: number;
  /** World epoch milliseconds of its commit. */
  readonly at: number;
  readonly statements: readonly LoggedStatement[];
}

/** A statement with what it needs to give the same rows elsewhere. */
export interface LoggedStatement {
  readonly sql: string;
  readonly database: string | undefined;
  readonly now: number;
  /** LAST_INSERT_ID() and user variables the statement may have read. */
  readonly insertId: number;
  readonly variables: readonly (readonly [string, string | number | null])[];
  /** Where the AUTO_INCREMENT counters stood that it moved: a transaction rolled back moved them here and not elsewhere. */
  readonly counters: readonly Counter[];
}

/** The next AUTO_INCREMENT value of a table. */
export interface Counter {
  readonly database: string;
  readonly table: string;
  readonly next: number;
}

/** A server's binary log: statements in order of commit. Positions grow as a real log's do, by headers and text. */
export class BinaryLog {
  readonly file: string;
  readonly #events: LogEvent[] = [];
  #start = 4;
  readonly #listeners = new Set<() => void>();
  #end: number;

  constructor(file: string) {
    this.file = file;
    // The format description and previous-GTIDs events every log begins with.
    this.#end = 157;
  }

  get end(): number {
    return this.#end;
  }

  get start(): number {
    return this.#start;
  }

  append(statements: readonly LoggedStatement[], at: number): void {
    const size = statements.reduce((sum, statement) => sum + 79 + Buffer.byteLength(statement.sql) + (statement.database?.length ?? 0), 31 + 79);
    this.#end += size;
    this.#events.push({ end: this.#end, at, statements });
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each event; the result ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Events that end after `position`, committed no later than `until`. */
  after(position: number, until: number): readonly LogEvent[] {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.end ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    const found: LogEvent[] = [];
    for (let index = low; index < this.#events.length; index += 1) {
      const event = this.#events[index];
      if (event === undefined || event.at > until) break;
      found.push(event);
    }
    return found;
  }

  reset(): void {
    this.#events.length = 0;
    this.#end = 157;
  }

  toJson(): { readonly end: number; readonly events: readonly LogEvent[] } {
    return { end: this.#end, events: this.#events };
  }

  /** Restores what `toJson` gave. */
  restore(end: number, events: readonly LogEvent[]): void {
    this.#events.splice(0, this.#events.length, ...events);
    this.#end = end;
    this.#start = 4;
  }
}

/** A value in SHOW REPLICA STATUS. */
export type StatusField = readonly [name: string, value: SqlValue];
