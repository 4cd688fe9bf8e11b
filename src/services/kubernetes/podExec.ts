import { once } from "node:events";
import { WebSocket, type RawData } from "ws";
import { RuntimeError } from "../../core/runtimeError.ts";
import { type ConnectionWatch, namedError, reasonOf, type SocketOptions, type Transport } from "./transport.ts";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { PodExecRequest, Stdio } from "../../core/ports.ts";

const PROTOCOL = "v5.channel.k8s.io";
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
/** v5: the sender closes the channel named in the second byte. */
const CLOSE = 255;
const MAX_BUFFERED_BYTES = 256 * 1024;
const CHUNK_BYTES = 32 * 1024;

/** Runs a command in a pod; see `KubernetesPort.exec`. */
export async function execInPod(transport: Transport, request: PodExecRequest, io: Stdio, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const path = execPath(request, io.stdin !== undefined);
  const offered = await transport.socketOptions(path, signal);
  const socket = await connect(transport, offered, signal).catch(async (error: unknown) => {
    if (!(error instanceof RuntimeError && error.facts["status"] === "401" && transport.refreshCredential(offered.credential))) throw error;
    return await connect(transport, await transport.socketOptions(path, signal), signal);
  }).catch(async (error: unknown) => {
    throw error instanceof RuntimeError && error.facts["status"] === "403" ? await refusedAsCreate(transport, path, error, signal) : error;
  });
  return await new ExecSession(socket, io, transport).run(signal);
}

/**
 * A WebSocket is a GET, so the server asks whether one may `get` pods/exec, while roles are written for kubectl, which falls back to a POST
 * (`create`). The same question as a POST, which starts nothing without an upgrade, gives kubectl's refusal, or shows what the role lacks.
 */
async function refusedAsCreate(transport: Transport, path: string, refused: RuntimeError, signal: AbortSignal): Promise<RuntimeError> {
  const { status, text } = await transport.send({ method: "POST", path }, signal);
  if (status === 403) return new RuntimeError("apiStatus", refused.message, { facts: { status: String(status), body: text } });
  if (status !== 400) return refused;
  return new RuntimeError("apiStatus", "Running a program in a pod: your role may create pods/exec but not get it, and programs run over WebSockets here, for which the server asks for both. Let the role get pods/exec too, or run the command with kubectl in a terminal.", { facts: { status: "403" } });
}

function execPath(request: PodExecRequest, hasStdin: boolean): string {
  const query = new URLSearchParams();
  for (const word of request.command) query.append("command", word);
  if (request.container !== undefined) query.append("container", request.container);
  if (hasStdin) query.append("stdin", "true");
  query.append("stdout", "true");
  query.append("stderr", "true");
  return `/api/v1/namespaces/${encodeURIComponent(request.namespace)}/pods/${encodeURIComponent(request.pod)}/exec?${query.toString()}`;
}

/**
 * Opens the WebSocket. No connection within the connection's limit is `unreachable`, a connection without an answer a stall: the command
 * may have been started by then.
 */
async function connect(transport: Transport, { url, options }: SocketOptions, signal: AbortSignal): Promise<WebSocket> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    let watch: ConnectionWatch | undefined;
    const finishRequest = (outgoing: ClientRequest): void => {
      watch = transport.watchConnection(outgoing);
      outgoing.end();
    };
    const socket = new WebSocket(url, [PROTOCOL], { ...options, handshakeTimeout: transport.limits.changeSilenceMs, perMessageDeflate: false, finishRequest, ...(url.startsWith("wss:") ? { generateMask: leaveUnmasked } : {}) });
    const aborted = (): void => {
      socket.terminate();
      reject(reasonOf(signal));
    };
    signal.addEventListener("abort", aborted, { once: true });
    const settle = (): void => {
      watch?.stop();
      signal.removeEventListener("abort", aborted);
    };
    socket.once("open", () => {
      settle();
      // Nothing may arrive before the session listens.
      socket.pause();
      resolve(socket);
    });
    socket.once("unexpected-response", (_outgoing: unknown, response: IncomingMessage) => {
      settle();
      refusal(response).then(reject, reject);
    });
    socket.on("error", (error) => {
      settle();
      reject(signal.aborted ? reasonOf(signal) : handshakeFailure(error, transport, watch?.isConnected() ?? false));
    });
  });
}

/** Masking keeps proxies from reading frames as HTTP; under TLS none can, and a dump of gigabytes is not copied for it. */
function leaveUnmasked(mask: Buffer): void {
  mask.fill(0);
}

function handshakeFailure(error: Error, transport: Transport, wasConnected: boolean): Error {
  if (error.message !== "Opening handshake has timed out") return namedError(error, transport.server, wasConnected);
  const fact = `no answer for ${String(transport.limits.changeSilenceMs / 1000)} s`;
  return new RuntimeError("connectionLost", `${transport.server}: ${fact}`, { cause: error, facts: { server: transport.server, reason: "stalled" } });
}

/** The server's own words for refusing the upgrade: a `Status` in `facts.body`, else its text. */
async function refusal(response: IncomingMessage): Promise<RuntimeError> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) if (chunk instanceof Buffer && chunks.length < 64) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const status = String(response.statusCode ?? 0);
  const isStatus = /"kind"\s*:\s*"Status"/.test(body);
  if (isStatus || response.statusCode === 401) return new RuntimeError("apiStatus", `exec refused with status ${status}`, { facts: { status, body } });
  return new RuntimeError("apiStatus", `unable to upgrade connection: ${body.trim() === "" ? (response.statusMessage ?? status) : body.trim()}`, { facts: { status } });
}

class ExecSession {
  readonly #socket: WebSocket;
  readonly #io: Stdio;
  readonly #server: string;
  readonly #pingMs: number;
  /** Writes to the outputs, one after the other. */
  #writes: Promise<void> = Promise.resolve();
  #status: string | undefined;
  #failure: Error | undefined;
  #isAlive = true;

  constructor(socket: WebSocket, io: Stdio, transport: Transport) {
    this.#socket = socket;
    this.#io = io;
    this.#server = transport.server;
    this.#pingMs = transport.limits.pingMs;
  }

  async run(signal: AbortSignal): Promise<number> {
    const socket = this.#socket;
    const aborted = (): void => socket.terminate();
    signal.addEventListener("abort", aborted, { once: true });
    const pinger = setInterval(() => this.#ping(), this.#pingMs);
    const closed = once(socket, "close");
    socket.on("error", (error) => (this.#failure ??= namedError(error, this.#server, true)));
    socket.on("pong", () => (this.#isAlive = true));
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.resume();
    const input = this.#sendInput().catch((error: unknown) => this.#fail(error));
    try {
      await closed;
      await this.#writes;
    } finally {
      clearInterval(pinger);
      signal.removeEventListener("abort", aborted);
    }
    if (signal.aborted) throw reasonOf(signal);
    if (this.#status !== undefined) return exitCodeOf(this.#status);
    // Input that failed ended the session itself, so its reason is the first.
    if (this.#socket.readyState === WebSocket.CLOSED && this.#failure !== undefined) throw this.#failure;
    void input;
    throw new RuntimeError("connectionLost", `${this.#server}: the connection ended before the command's exit was seen`, { hint: "The command may still be running in the pod: verify before repeating.", facts: { server: this.#server } });
  }

  /**
   * Without an input, a server that does not answer is gone. With one, its answer waits behind what the command has not read yet, for as
   * long as the command is busy (a database building an index): then only TCP, which goes on by itself, can tell.
   */
  #ping(): void {
    if (!this.#isAlive && !this.#socket.isPaused && this.#io.stdin === undefined) {
      this.#failure ??= new RuntimeError("connectionLost", `${this.#server}: no sign of life for ${String(this.#pingMs / 1000)} s`, { facts: { server: this.#server } });
      this.#socket.terminate();
      return;
    }
    this.#isAlive = this.#socket.isPaused;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  /** Hands one frame on; the socket rests until the bytes are taken. */
  #receive(data: RawData, isBinary: boolean): void {
    const frame = frameOf(data);
    const channel = frame[0];
    const payload = isBinary ? frame.subarray(1) : Buffer.from(frame.toString("utf8").slice(1));
    if (channel === STATUS) {
      this.#status = (this.#status ?? "") + payload.toString("utf8");
      return;
    }
    if ((channel !== STDOUT && channel !== STDERR) || payload.length === 0) return;
    const sink = channel === STDOUT ? this.#io.stdout : this.#io.stderr;
    this.#socket.pause();
    this.#writes = this.#writes.then(async () => {
      if (this.#failure !== undefined) return;
      await sink(payload);
      this.#socket.resume();
    });
    this.#writes = this.#writes.catch((error: unknown) => this.#fail(error));
  }

  async #sendInput(): Promise<void> {
    const { stdin } = this.#io;
    if (stdin === undefined) return;
    for await (const chunk of stdin) {
      for (let start = 0; start < chunk.length; start += CHUNK_BYTES) {
        if (!(await this.#send(STDIN, chunk.subarray(start, start + CHUNK_BYTES)))) return;
      }
    }
    await this.#send(CLOSE, Uint8Array.of(STDIN));
  }

  /** Sends one frame and waits until the buffer is short again; false when the session is over. */
  async #send(channel: number, payload: Uint8Array): Promise<boolean> {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    await new Promise<void>((resolve) => {
      const frame = Buffer.concat([Uint8Array.of(channel), payload]);
      // Below the limit the next frame may go at once; above it only when this one has left.
      this.#socket.send(frame, { binary: true }, () => resolve());
      if (this.#socket.bufferedAmount < MAX_BUFFERED_BYTES) resolve();
    });
    return true;
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#socket.resume();
    this.#socket.terminate();
  }
}

function frameOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

/** Reads the `Status` of channel 3. */
function exitCodeOf(status: string): number {
  const parsed: unknown = JSON.parse(status);
  if (field(parsed, "status") === "Success") return 0;
  const causes = field(field(parsed, "details"), "causes");
  if (field(parsed, "reason") === "NonZeroExitCode" && Array.isArray(causes)) {
    const cause: unknown = causes.find((candidate: unknown) => field(candidate, "reason") === "ExitCode");
    const code = Number(field(cause, "message"));
    if (Number.isInteger(code)) return code;
  }
  const message = field(parsed, "message");
  throw new RuntimeError("apiStatus", typeof message === "string" && message !== "" ? message : "the command's status is unknown", { facts: { status: "500", kind: "exec" } });
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
