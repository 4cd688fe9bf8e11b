import type { Table } from "./catalog.ts";

/**
 * The AUTO_INCREMENT values of one statement. InnoDB reserves them in intervals (innodb_autoinc_lock_mode 1): all rows of a VALUES list at
 * once, of a SELECT 1, 2, 4 …; what is reserved and not used is lost, which is why failed inserts leave gaps.
 */
export class AutoIncrement {
  readonly #table: Table;
  /** Rows of the statement; 0 where they are not known beforehand. */
  readonly #rows: number;
  #next = 0;
  #end = 0;
  #intervals = 0;
  #drawn: number | undefined;
  /** The first value that went into a row; `undefined` before. */
  first: number | undefined;

  constructor(table: Table, rows: number) {
    this.#table = table;
    this.#rows = rows;
  }

  /** The next value. */
  draw(): number {
    if (this.#next >= this.#end) {
      const size = this.#intervals === 0 && this.#rows > 0 ? this.#rows : 2 ** Math.min(16, this.#intervals);
      this.#intervals += 1;
      this.#next = this.#table.autoIncrement;
      this.#end = this.#next + size;
      this.#table.autoIncrement = this.#end;
    }
    this.#drawn = this.#next;
    this.#next += 1;
    return this.#drawn;
  }

  /** The row is in: its value counts, and one given by hand moves the counter. */
  keep(value: number): void {
    if (this.#drawn !== undefined) this.first ??= this.#drawn;
    else if (value >= this.#table.autoIncrement) this.#table.autoIncrement = value + 1;
    this.#drawn = undefined;
  }

  /** The row was left out (IGNORE): the next one takes its value. */
  giveBack(): void {
    if (this.#drawn !== undefined) this.#next = this.#drawn;
    this.#drawn = undefined;
  }
}
