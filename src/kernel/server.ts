import { createServer, type Server, type Socket } from "node:net";
import { chmodSync, rmSync } from "node:fs";
import { CancellationTokenSource, ResponseError, type MessageConnection } from "vscode-jsonrpc/node";
import type { AskParams, AskResult, KernelNotifications, KernelRequests, OutputNotification, Seat } from "../core/protocol.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import { createSocketConnection } from "../services/socketConnection.ts";
import { OutputQueue } from "./outputQueue.ts";

/** A front that is attached: a window, a terminal. */
export interface Front {
  readonly connection: MessageConnection;
  readonly output: OutputQueue;
  /** What kind it is; empty until it has introduced itself. */
  name: string;
}

/** One handler a request of the protocol; it is told which front asks. */
export type KernelHandlers = {
  readonly [Name in keyof KernelRequests]: (params: KernelRequests[Name]["params"], front: Front) => Promise<KernelRequests[Name]["result"]>;
};

/** JSON-RPC error code of a `RuntimeError`; its `data` has code, hint and facts. */
const RUNTIME_ERROR = -32000;

/** The kernel's end of the protocol: any number of fronts, of which one drives and answers questions, and the others watch. */
export class KernelServer {
  readonly #server: Server;
  readonly #fronts = new Set<Front>();
  /** Aborted when another front drives, or none. */
  #drive = new AbortController();
  #driver: Front | undefined;
  readonly #waitingForDriver: (() => void)[] = [];
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

  /** True while one of the fronts drives. */
  get isDriven(): boolean {
    return this.#driver !== undefined;
  }

  /** Who drives, as this front is told it. */
  seatOf(front: Front): Seat {
    return { isYours: this.#driver === front, front: this.#driver?.name };
  }

  /** Lets this front drive from now on; what is being asked is asked there. One that has gone meanwhile does not. */
  seat(front: Front): void {
    if (this.#fronts.has(front)) this.#setDriver(front);
  }

  /** Called with the number of connected fronts whenever it changes, and when another one drives. */
  onFrontsChanged(listener: (count: number) => void): void {
    this.#onFrontsChanged = listener;
  }

  /** Shows output to every front; resolves when more may come. */
  async output(output: OutputNotification): Promise<void> {
    await Promise.all([...this.#fronts].map((front) => front.output.push(output)));
  }

  /** Resolves when the fronts have the output so far: what is sent then comes after it. */
  async flushOutput(): Promise<void> {
    await Promise.all([...this.#fronts].map((front) => front.output.flush()));
  }

  /** Tells every front. */
  notify<Name extends Exclude<keyof KernelNotifications, "output">>(name: Name, params: KernelNotifications[Name]): void {
    for (const front of this.#fronts) tell(front, name, params);
  }

  /**
   * Asks the front that drives. When it goes, or another one takes over, the question is withdrawn there and asked of the next that
   * drives; with none it waits, so that a window reload loses nothing. Rejects with the signal's reason when aborted.
   */
  async ask(params: AskParams, signal: AbortSignal): Promise<AskResult> {
    for (;;) {
      const front = await this.#nextDriver(signal);
      const withdrawal = new CancellationTokenSource();
      const moved = AbortSignal.any([signal, this.#drive.signal]);
      const answer = front.connection.sendRequest<AskResult | null>("ask", params, withdrawal.token).catch(() => "gone" as const);
      const result = await Promise.race([answer, aborted(moved)]);
      if (result !== "gone") return result ?? undefined;
      withdrawal.cancel();
      // A front that cannot be asked, though its connection stands, is not asked again at once.
      if (!moved.aborted) this.#setDriver(undefined);
    }
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    for (const { connection } of this.#fronts) connection.end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** The front that drives, once there is one. */
  async #nextDriver(signal: AbortSignal): Promise<Front> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#driver !== undefined) return this.#driver;
      await Promise.race([new Promise<void>((resolve) => void this.#waitingForDriver.push(resolve)), aborted(signal)]);
    }
  }

  #setDriver(front: Front | undefined): void {
    this.#driver = front;
    this.#drive.abort(new Error("Another front drives."));
    this.#drive = new AbortController();
    for (const each of this.#fronts) tell(each, "seatChanged", this.seatOf(each));
    if (front !== undefined) for (const wake of this.#waitingForDriver.splice(0)) wake();
    this.#onFrontsChanged(this.#fronts.size);
  }

  #accept(socket: Socket, handlers: KernelHandlers): void {
    const connection = createSocketConnection(socket);
    const front: Front = { connection, output: new OutputQueue((output) => connection.sendNotification("output", output)), name: "" };
    for (const [name, handler] of Object.entries(handlers)) {
      connection.onRequest(name, (params: unknown) => (handler as (params: unknown, front: Front) => Promise<unknown>)(params, front).catch((error: unknown) => Promise.reject(toResponseError(error))));
    }
    const leave = (): void => {
      this.#fronts.delete(front);
      if (this.#driver === front) this.#setDriver(undefined);
      else this.#onFrontsChanged(this.#fronts.size);
    };
    connection.onClose(leave);
    connection.onError(leave);
    connection.listen();
    this.#fronts.add(front);
    this.#onFrontsChanged(this.#fronts.size);
  }
}

function tell<Name extends keyof KernelNotifications>({ connection }: Front, name: Name, params: KernelNotifications[Name]): void {
  // A front that has just gone cannot be told; its close event removes it.
  connection.sendNotification(name as string, params).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<"gone"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("gone");
    signal.addEventListener("abort", () => resolve("gone"), { once: true });
  });
}

function toResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof RuntimeError) return new ResponseError(RUNTIME_ERROR, error.message, { code: error.code, hint: error.hint, facts: error.facts });
  return new ResponseError(RUNTIME_ERROR, messageOf(error), { code: "internal", hint: "", facts: {} });
}
