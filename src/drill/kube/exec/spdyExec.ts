import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { BrokenPipe } from "../pod/streams.ts";
import type { ProcessServices } from "../pod/process.ts";
import { ByteQueue } from "./byteQueue.ts";
import { notRunningMessage, serveExec, type ExecRequest, type ExecTransport } from "./session.ts";
import { SpdyConnection, type SpdyStream } from "./spdyConnection.ts";

const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** Serves exec over SPDY/3.1, as kubectl before 1.31 asks for it: one stream each for errors, stdin, stdout and stderr. */
export class SpdyExec {
  readonly #services: ProcessServices;

  constructor(services: ProcessServices) {
    this.#services = services;
  }

  accept(message: IncomingMessage, socket: Duplex, head: Buffer, request: ExecRequest): void {
    const refusal = notRunningMessage(request);
    const offered = String(message.headers["x-stream-protocol-version"] ?? "").split(",").map((part) => part.trim());
    const protocol = PROTOCOLS.find((candidate) => offered.includes(candidate));
    if (refusal !== undefined || protocol === undefined) {
      // Plain text, which kubectl puts behind its own "unable to upgrade connection".
      const text = refusal === undefined ? "unable to negotiate protocol" : refusal.replace("unable to upgrade connection: ", "");
      socket.end(`HTTP/1.1 ${refusal === undefined ? "403 Forbidden" : "404 Not Found"}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
      return;
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
    new SpdyExecSession(this.#services, request, socket).start(head);
  }
}

/** One connection: waits for all streams of the request, then runs it. */
class SpdyExecSession {
  readonly #services: ProcessServices;
  readonly #request: ExecRequest;
  readonly #connection: SpdyConnection;
  readonly #streams = new Map<string, SpdyStream>();
  readonly #gone = new AbortController();
  readonly #stdin: ByteQueue;
  #hasBegun = false;

  constructor(services: ProcessServices, request: ExecRequest, socket: Duplex) {
    this.#services = services;
    this.#request = request;
    // Back-pressure is per connection: the only bulk from the client is standard input.
    this.#stdin = new ByteQueue((isFull) => {
      if (isFull) socket.pause();
      else socket.resume();
    });
    this.#connection = new SpdyConnection(socket, {
      stream: (stream) => this.#onStream(stream),
      close: () => {
        this.#stdin.end();
        this.#gone.abort();
      },
    });
  }

  start(head: Buffer): void {
    this.#connection.start(head);
  }

  #onStream(stream: SpdyStream): void {
    const type = stream.headers.get("streamtype") ?? "";
    this.#streams.set(type, stream);
    stream.reply().catch(() => this.#connection.destroy());
    if (type === "stdin") {
      stream.onData = (chunk) => this.#stdin.push(chunk);
      stream.onEnd = () => this.#stdin.end();
    }
    const { hasStdin, hasStdout, hasStderr, isTty } = this.#request;
    const needed = ["error", ...(hasStdin ? ["stdin"] : []), ...(hasStdout ? ["stdout"] : []), ...(hasStderr ? ["stderr"] : []), ...(isTty ? ["resize"] : [])];
    if (this.#hasBegun || needed.some((name) => !this.#streams.has(name))) return;
    this.#hasBegun = true;
    if (!hasStdin) this.#stdin.end();
    serveExec(this.#services, this.#request, this.#transport()).catch(() => this.#connection.destroy());
  }

  #transport(): ExecTransport {
    const writeTo = (name: string) => async (chunk: Uint8Array): Promise<void> => {
      if (this.#gone.signal.aborted) throw new BrokenPipe();
      await this.#streams.get(name)?.write(chunk);
    };
    return {
      stdin: this.#stdin,
      stdout: writeTo("stdout"),
      stderr: writeTo("stderr"),
      signal: this.#gone.signal,
      errorPrefix: "",
      finish: async (status) => {
        for (const name of ["stdout", "stderr"]) await this.#streams.get(name)?.end();
        const errors = this.#streams.get("error");
        await errors?.write(Buffer.from(JSON.stringify(status)));
        await errors?.end();
        this.#connection.goAway();
      },
    };
  }
}
