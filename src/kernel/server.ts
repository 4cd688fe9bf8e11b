import { createServer, type Server, type Socket } from "node:net";
import { chmodSync, rmSync } from "node:fs";
import { ResponseError, type MessageConnection } from "vscode-jsonrpc/node";
import type { AskParams, AskResult, KernelNotifications, KernelRequests, OutputNotification } from "../core/protocol.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import { createSocketConnection } from "../services/socketConnection.ts";
import { OutputQueue } from "./outputQueue.ts";

/** One handler a request of the protocol. */
export type KernelHandlers = {
  readonly [Name in keyof KernelRequests]: (params: KernelRequests[Name]["params"]) => Promise<KernelRequests[Name]["result"]>;
};

/** JSON-RPC error code of a `RuntimeError`; its `data` has code, hint and facts. */
const RUNTIME_ERROR = -32000;

/** The kernel's end of the protocol: any number of fronts, of which the newest answers questions. */
export class KernelServer {
  readonly #server: Server;
  readonly #connections: MessageConnection[] = [];
  readonly #outputs = new Map<MessageConnection, OutputQueue>();
  readonly #waitingForFront: (() => void)[] = [];
  #onFrontsChanged: (count: number) => void = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a Unix socket (mode 0600) or named pipe. */
  static async listen(path: string, handlers: KernelHandlers): Promise<KernelServer> {
    const server = createServer();
    const kernel = new KernelServer(server);
    server.on("connection", (socket) => kernel.#accept(socket, handlers));
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
    if (process.platform !== "win32") chmodSync(path, 0o600);
    return kernel;
  }

  /** Called with the number of connected fronts whenever it changes. */
  onFrontsChanged(listener: (count: number) => void): void {
    this.#onFrontsChanged = listener;
  }

  /** Shows output to every front; resolves when more may come. */
  async output(output: OutputNotification): Promise<void> {
    await Promise.all([...this.#outputs.values()].map((queue) => queue.push(output)));
  }

  /** Resolves when the fronts have the output so far: what is sent then comes after it. */
  async flushOutput(): Promise<void> {
    await Promise.all([...this.#outputs.values()].map((queue) => queue.flush()));
  }

  /** Tells every front. */
  notify<Name extends Exclude<keyof KernelNotifications, "output">>(name: Name, params: KernelNotifications[Name]): void {
    for (const connection of this.#connections) {
      // A front that has just gone cannot be told; its close event removes it.
      connection.sendNotification(name as string, params).catch(() => undefined);
    }
  }

  /**
   * Asks the newest front. A front that goes away while it is asked hands the question to the next one; with none left the question
   * waits, so that a window reload loses nothing. Rejects with the signal's reason when aborted.
   */
  async ask(params: AskParams, signal: AbortSignal): Promise<AskResult> {
    for (;;) {
      signal.throwIfAborted();
      const front = this.#connections.at(-1);
      if (front === undefined) {
        await this.#nextFront(signal);
        continue;
      }
      const gone = new Promise<"gone">((resolve) => {
        front.onClose(() => resolve("gone"));
      });
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))), { once: true });
      });
      const answer = front.sendRequest<AskResult | null>("ask", params).catch(() => "gone" as const);
      const result = await Promise.race([answer, gone, aborted]);
      if (result !== "gone") return result ?? undefined;
      const index = this.#connections.indexOf(front);
      if (index >= 0) this.#connections.splice(index, 1);
    }
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #nextFront(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waitingForFront.push(resolve);
      signal.addEventListener("abort", () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))), { once: true });
    });
  }

  #accept(socket: Socket, handlers: KernelHandlers): void {
    const connection = createSocketConnection(socket);
    for (const [name, handler] of Object.entries(handlers)) {
      connection.onRequest(name, (params: unknown) => (handler as (params: unknown) => Promise<unknown>)(params).catch((error: unknown) => Promise.reject(toResponseError(error))));
    }
    const leave = (): void => {
      const index = this.#connections.indexOf(connection);
      if (index >= 0) this.#connections.splice(index, 1);
      this.#outputs.delete(connection);
      this.#onFrontsChanged(this.#connections.length);
    };
    connection.onClose(leave);
    connection.onError(leave);
    connection.listen();
    this.#connections.push(connection);
    this.#outputs.set(connection, new OutputQueue((output) => connection.sendNotification("output", output)));
    this.#onFrontsChanged(this.#connections.length);
    for (const wake of this.#waitingForFront.splice(0)) wake();
  }
}

function toResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof RuntimeError) return new ResponseError(RUNTIME_ERROR, error.message, { code: error.code, hint: error.hint, facts: error.facts });
  return new ResponseError(RUNTIME_ERROR, messageOf(error), { code: "internal", hint: "", facts: {} });
}
