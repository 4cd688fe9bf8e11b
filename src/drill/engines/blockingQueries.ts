import { SqlError } from "../contract.ts";
import { BlockingThread, threadScript } from "./blockingThread.ts";
import type { MysqlLogin, MysqlReply } from "./mysqlWire.ts";

/** What the world's thread asks of the one that has the connections. */
export type QueryRequest = { readonly connection: number } & (
  | { readonly kind: "open"; readonly login: MysqlLogin }
  | { readonly kind: "query"; readonly sql: string }
  | { readonly kind: "close" }
  /** Ends a connection that did not answer in time. */
  | { readonly kind: "drop" }
  /** Whether it stands: 1 or 0 affected rows. */
  | { readonly kind: "ask" }
);

/** Nothing that the world asks takes this long, milliseconds. */
const LIMIT_MS = 5000;

/** Connections to real database servers whose answers are waited for. */
export class BlockingQueries {
  readonly #thread = new BlockingThread<QueryRequest, MysqlReply>(threadScript("queryWorker"));
  #nextConnection = 1;

  /** Connects; the number stands for the connection. Throws `SqlError`. */
  open(login: MysqlLogin): number {
    const connection = this.#nextConnection++;
    this.#ask({ kind: "open", connection, login });
    return connection;
  }

  /** Throws `SqlError`: the server's own, or 2013 when the connection is lost or the server takes too long. */
  query(connection: number, sql: string): Exclude<MysqlReply, { readonly kind: "error" }> {
    return this.#ask({ kind: "query", connection, sql });
  }

  isOpen(connection: number): boolean {
    const reply = this.#ask({ kind: "ask", connection });
    return reply.kind === "done" && reply.affectedRows === 1;
  }

  close(connection: number): void {
    this.#ask({ kind: "close", connection });
  }

  end(): Promise<void> {
    return this.#thread.end();
  }

  #ask(request: QueryRequest): Exclude<MysqlReply, { readonly kind: "error" }> {
    const reply = this.#thread.ask(request, LIMIT_MS);
    if (reply === undefined) {
      if (request.kind !== "drop") this.#ask({ kind: "drop", connection: request.connection });
      throw new SqlError(2013, "HY000", "Lost connection to MySQL server during query");
    }
    if (reply.kind === "error") throw new SqlError(reply.errno, reply.sqlState, reply.message);
    return reply;
  }
}
