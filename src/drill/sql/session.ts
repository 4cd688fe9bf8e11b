import type { SqlSession } from "../contract.ts";
import type { LoggedStatement } from "./binaryLog.ts";
import type { Table } from "./catalog.ts";
import type { RawValue } from "./store.ts";

/** How to take one row change back. */
export type UndoStep =
  | { readonly kind: "remove"; readonly table: Table; readonly rowId: bigint }
  | { readonly kind: "put"; readonly table: Table; readonly rowId: bigint; readonly row: readonly RawValue[] };

/** One connection. */
export class Session implements SqlSession {
  readonly id: number;
  readonly user: string;
  readonly openedAt: number;
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
  warnings: { readonly level: "Note" | "Warning"; readonly errno: number; readonly message: string }[] = [];
  isReplicationThread = false;

  constructor(id: number, user: string, database: string | undefined, openedAt: number) {
    this.id = id;
    this.user = user;
    this.database = database;
    this.openedAt = openedAt;
  }
}
