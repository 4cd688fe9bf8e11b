import { error, type RedisReply } from "../redis/reply.ts";
import { BlockingThread, threadScript } from "./blockingThread.ts";
import type { RedisLogin } from "./redisWire.ts";

/** What the world's thread asks of the one that has the connections. */
export type CommandRequest = { readonly connection: number } & (
  | { readonly kind: "open"; readonly login: RedisLogin }
  | { readonly kind: "run"; readonly words: readonly string[] }
  | { readonly kind: "close" }
  /** Whether it stands: 1 or 0. */
  | { readonly kind: "ask" }
);

/** A cache that does not answer for so long has not answered, milliseconds. */
const LIMIT_MS = 1000;

/** Connections to real Redis servers whose answers are waited for. */
export class BlockingCommands {
  readonly #thread = new BlockingThread<CommandRequest, RedisReply>(threadScript("commandWorker"));
  #nextConnection = 1;

  /** Connects; the number stands for the connection, also for one that the server refuses: its first command tells that. */
  open(login: RedisLogin): number {
    const connection = this.#nextConnection++;
    this.#ask({ kind: "open", connection, login });
    return connection;
  }

  /** A reply of kind `error` is the server's own, or tells that the connection is lost; `undefined` when none came in time. */
  run(connection: number, words: readonly string[]): RedisReply | undefined {
    return this.#ask({ kind: "run", connection, words });
  }

  isOpen(connection: number): boolean {
    const reply = this.#ask({ kind: "ask", connection });
    return reply?.kind === "integer" && reply.value === 1;
  }

  close(connection: number): void {
    this.#ask({ kind: "close", connection });
  }

  end(): Promise<void> {
    return this.#thread.end();
  }

  #ask(request: CommandRequest): RedisReply | undefined {
    const reply = this.#thread.ask(request, LIMIT_MS);
    // What comes after it would be taken for the answer to the next command.
    if (reply === undefined && request.kind !== "close") this.#ask({ kind: "close", connection: request.connection });
    return reply;
  }
}

/** What a server's silence looks like to who has asked it. */
export const NO_ANSWER = error("ERR the server did not answer in time");
