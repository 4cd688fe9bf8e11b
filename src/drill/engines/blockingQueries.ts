import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { SqlError } from "../contract.ts";
import type { MysqlLogin, MysqlReply } from "./mysqlWire.ts";

/** What the world's thread asks of the one that has the connections. */
export type QueryRequest = { readonly id: number; readonly connection: number } & (
  | { readonly kind: "open"; readonly login: MysqlLogin }
  | { readonly kind: "query"; readonly sql: string }
  | { readonly kind: "close" }
  /** Ends a connection that did not answer in time. */
  | { readonly kind: "drop" }
  /** Whether it stands: 1 or 0 affected rows. */
  | { readonly kind: "ask" }
);

/** The answer to the request of that number. */
export interface QueryAnswer {
  readonly id: number;
  readonly reply: MysqlReply;
}

/** What the thread begins with. */
export interface QueryWorkerData {
  readonly port: MessagePort;
  /** Counts the answers. */
  readonly signal: Int32Array;
}

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

/** Nothing that the world asks takes this long; a server that does not answer may not hold up the world, milliseconds. */
const LIMIT_MS = 5000;
// Bundled, the thread's own bundle lies beside this one.
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./queryWorker.ts" : "./queryWorker.js", import.meta.url);

/**
 * Connections to real database servers whose answers are waited for: a world answers a request, a probe or a scrape in one step, so that
 * nothing changes under it meanwhile, and its embedded engines answer so too. A thread has the connections; this one sleeps until it answers.
 */
export class BlockingQueries {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #nextId = 1;
  #nextConnection = 1;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(WORKER, { workerData: { port: port2, signal: this.#signal } satisfies QueryWorkerData, transferList: [port2] });
    this.#worker.unref();
    port1.unref();
  }

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

  async end(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }

  #ask(request: WithoutId<QueryRequest>): Exclude<MysqlReply, { readonly kind: "error" }> {
    const reply = this.#wait(request);
    if (reply === undefined) {
      if (request.kind !== "drop") this.#ask({ kind: "drop", connection: request.connection });
      throw new SqlError(2013, "HY000", "Lost connection to MySQL server during query");
    }
    if (reply.kind === "error") throw new SqlError(reply.errno, reply.sqlState, reply.message);
    return reply;
  }

  /** `undefined` when no answer came in time. */
  #wait(request: WithoutId<QueryRequest>): MysqlReply | undefined {
    const id = this.#nextId++;
    const deadline = performance.now() + LIMIT_MS;
    this.#port.postMessage({ ...request, id }, []);
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      for (let received = receiveMessageOnPort(this.#port); received !== undefined; received = receiveMessageOnPort(this.#port)) {
        const answer = received.message as QueryAnswer;
        // An answer to an earlier request that came too late has nobody who waits for it.
        if (answer.id === id) return answer.reply;
      }
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      Atomics.wait(this.#signal, 0, seen, left);
    }
  }
}
