import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { BrokenPipe } from "../pod/streams.ts";
import type { ProcessServices } from "../pod/process.ts";
import { ByteQueue } from "./byteQueue.ts";
import { serveExec, type ExecRequest, type ExecTransport } from "./session.ts";

const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
/** v5: the next byte names the channel that ends. */
const CLOSE = 255;

/** Serves exec over WebSocket, one binary message per chunk, its first byte the channel. */
export class WebSocketExec {
  readonly #services: ProcessServices;
  readonly #minor: number;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
  });

  /** `minor` is that of the imitated Kubernetes. */
  constructor(services: ProcessServices, minor: number) {
    this.#services = services;
    this.#minor = minor;
  }

  accept(message: IncomingMessage, socket: Duplex, head: Buffer, request: ExecRequest): void {
    this.#server.handleUpgrade(message, socket, head, (client) => {
      // The API server translates WebSocket to SPDY since 1.30, and words an error once more on the way.
      const transport = transportOf(client, request, this.#minor >= 30 ? "Internal error occurred: " : "");
      serveExec(this.#services, request, transport).catch(() => client.terminate());
    });
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

function transportOf(client: WebSocket, request: ExecRequest, errorPrefix: string): ExecTransport {
  const gone = new AbortController();
  const stdin = new ByteQueue((isFull) => {
    if (isFull) client.pause();
    else client.resume();
  });
  if (!request.hasStdin) stdin.end();
  client.on("message", (data) => {
    const message = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (message[0] === STDIN && message.length > 1) stdin.push(message.subarray(1));
    else if (message[0] === CLOSE && message[1] === STDIN) stdin.end();
  });
  client.on("close", () => {
    stdin.end();
    gone.abort();
  });
  client.on("error", () => {
    gone.abort();
  });
  const send = (channel: number, bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      client.send(Buffer.concat([Uint8Array.of(channel), bytes]), (error) => {
        if (error === undefined || error === null) resolve();
        else reject(new BrokenPipe());
      });
    });
  return {
    stdin,
    stdout: (chunk) => send(STDOUT, chunk),
    stderr: (chunk) => send(STDERR, chunk),
    signal: gone.signal,
    errorPrefix,
    finish: async (status) => {
      if (client.readyState === client.OPEN) await send(STATUS, Buffer.from(JSON.stringify(status)));
      client.close(1000);
    },
  };
}
