import type { BinaryLog, Counter } from "./binaryLog.ts";
import type { Catalog } from "./catalog.ts";
import type { Session } from "./session.ts";

/** How things stood before a statement, for the binary log. */
export interface Before {
  readonly insertId: number;
  readonly database: string | undefined;
  readonly counters: readonly Counter[];
}

/** Session variables that decide what a statement comes to elsewhere. */
const KEPT_VARIABLES = ["sql_mode", "foreign_key_checks", "unique_checks", "time_zone"];

/** Writes what sessions change into a server's binary log: a statement, or a transaction when it is committed. */
export class StatementRecorder {
  readonly #log: BinaryLog | undefined;
  readonly #catalog: () => Catalog;

  /** Without a log nothing is written. */
  constructor(log: BinaryLog | undefined, catalog: () => Catalog) {
    this.#log = log;
    this.#catalog = catalog;
  }

  /** Where the AUTO_INCREMENT counters stand now. */
  counters(): readonly Counter[] {
    if (this.#log === undefined) return [];
    return Object.values(this.#catalog().databases).flatMap((database) => Object.values(database.tables).map((table) => ({ database: database.name, table: table.name, next: table.autoIncrement })));
  }

  /** Takes a statement that has been run; outside a transaction it is in the log at once. */
  record(session: Session, sql: string, nowMs: number, before: Before): void {
    if (this.#log === undefined || session.isReplicationThread || session.variables.get("sql_log_bin") === "OFF") return;
    const variables = [...session.variables].filter(([name]) => KEPT_VARIABLES.includes(name) || (name.startsWith("@") && sql.toLowerCase().includes(name)));
    const counters = before.counters.filter((counter) => this.#counterNow(counter) !== counter.next);
    session.pending.push({ sql: session.loggedAs ?? sql, database: before.database, now: nowMs, insertId: before.insertId, variables, counters });
    if (!session.isInTransaction) this.flush(session, nowMs);
  }

  /** The session's transaction is committed. */
  flush(session: Session, nowMs: number): void {
    if (session.pending.length > 0) this.#log?.append(session.pending, nowMs);
    session.pending = [];
  }

  #counterNow({ database, table }: Counter): number | undefined {
    return this.#catalog().databases[database]?.tables[table]?.autoIncrement;
  }
}
