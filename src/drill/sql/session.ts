import type { SqlSession } from "../contract.ts";
import type { Account } from "./accounts.ts";
import type { LoggedStatement } from "./binaryLog.ts";
import type { Table } from "./catalog.ts";
import type { RawValue } from "./store.ts";

/** How to take one row change back. */
export type UndoStep =
  | { readonly kind: "remove"; readonly table: Table; readonly rowId: bigint }
  | { readonly kind: "put"; readonly table: Table; readonly rowId: bigint; readonly row: readonly RawValue[] };

/** A row of SHOW WARNINGS. */
export interface SessionWarning {
  readonly level: "Note" | "Warning" | "Error";
  readonly errno: number;
  readonly message: string;
}

/** How much of the open transaction stood when SAVEPOINT ran. */
export interface Savepoint {
  readonly name: string;
  readonly undo: number;
  readonly pending: number;
}

/** One connection. */
export class Session implements SqlSession {
  readonly id: number;
  readonly user: string;
  /** Whose rights it has; `undefined` for the server's own work. */
  readonly account: Account | undefined;
  readonly openedAt: number;
  /** `10.1.2.3:51234`, or `localhost` behind the socket. */
  readonly address: string;
  /** A statement whose rows are still going out, as SHOW PROCESSLIST tells. */
  busy: { readonly sql: string; readonly since: number; readonly until: number } | undefined;
  database: string | undefined;
  /** User variables under `@name`, session values of system variables under their name. */
  readonly variables = new Map<string, string | number | null>();
  isInTransaction = false;
  undo: UndoStep[] = [];
  /** Statements of the open transaction, for the binary log. */
  pending: LoggedStatement[] = [];
  lastInsertId = 0;
  rowCount = -1;
  /** Locked tables by `database.table`; `undefined` without LOCK TABLES. */
  locks: Map<string, "READ" | "WRITE"> | undefined;
  /** What SHOW WARNINGS tells. It outlives statements that use no table and raise nothing. */
  warnings: SessionWarning[] = [];
  /** Counts statements, so that the first warning of one clears those of an earlier one. */
  statement = 0;
  #warnedIn = 0;
  /** Open savepoints, oldest first. */
  savepoints: Savepoint[] = [];
  /** FLUSH TABLES WITH READ LOCK: nobody writes until UNLOCK TABLES. */
  hasGlobalReadLock = false;
  isReplicationThread = false;
  /** The statement that runs, in other words for the binary log: without a password. */
  loggedAs: string | undefined;

  constructor(id: number, user: string, account: Account | undefined, openedAt: number, address = "localhost") {
    this.id = id;
    this.user = user;
    this.account = account;
    this.openedAt = openedAt;
    this.address = address;
  }

  /** The client's address without its port. */
  get host(): string {
    return this.address.split(":")[0] ?? this.address;
  }

  /** CURRENT_USER(): the account that it was let in by. */
  get currentUser(): string {
    return this.account === undefined ? `${this.user}@localhost` : `${this.account.name}@${this.account.host}`;
  }

  warn(level: SessionWarning["level"], errno: number, message: string): void {
    if (this.#warnedIn !== this.statement) this.warnings = [];
    this.#warnedIn = this.statement;
    this.warnings.push({ level, errno, message });
  }
}
