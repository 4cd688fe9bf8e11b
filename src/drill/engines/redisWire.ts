import { connect, type Socket } from "node:net";
import { error, type RedisReply } from "../redis/reply.ts";

/** Where a server listens on 127.0.0.1, and who connects. `user` is left out for whoever has no name, `password` where none is needed. */
export interface RedisLogin {
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** What is told of a connection that is gone. */
export const LOST = error("ERR Connection reset by peer");

/** A connection to a Redis server (RESP 2, https://redis.io/docs/latest/develop/reference/protocol-spec): one command at a time. */
export class RedisWire {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #waiting: ((reply: RedisReply) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    // Its end says so: whoever waits for an answer is told that the connection is lost.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isClosed = true;
      this.#answer(LOST);
    });
  }

  /** Connects, and logs in where there is a password. Where the server refuses either, the next command tells it. */
  static async open({ port, user, password }: RedisLogin): Promise<RedisWire> {
    const wire = new RedisWire(connect(port, "127.0.0.1"));
    await wire.run(password === undefined ? ["PING"] : ["AUTH", ...(user === undefined ? [] : [user]), password]);
    return wire;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Runs one command. */
  run(words: readonly string[]): Promise<RedisReply> {
    if (this.#isClosed) return Promise.resolve(LOST);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const read = readReply(this.#rest, 0);
    if (read === undefined) return;
    this.#rest = this.#rest.subarray(read.end);
    this.#answer(read.reply);
  }

  #answer(reply: RedisReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(reply);
  }
}

/** The reply that begins at `start`, and where it ends; `undefined` until all of it is there. */
export function readReply(bytes: Buffer, start: number): { readonly reply: RedisReply; readonly end: number } | undefined {
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd === -1) return undefined;
  const [kind, line, end] = [bytes.toString("latin1", start, start + 1), bytes.toString("utf8", start + 1, lineEnd), lineEnd + 2];
  switch (kind) {
    case "+":
      return { reply: { kind: "status", text: line }, end };
    case "-":
      return { reply: error(line), end };
    case ":":
      return { reply: { kind: "integer", value: Number(line) }, end };
    case "$":
      return readBulk(bytes, end, Number(line));
    case "*":
      return readArray(bytes, end, Number(line));
    default:
      return { reply: error(`ERR the server does not speak Redis' protocol: ${kind}${line}`), end: bytes.length };
  }
}

function readBulk(bytes: Buffer, start: number, length: number): ReturnType<typeof readReply> {
  if (length < 0) return { reply: { kind: "nil" }, end: start };
  const end = start + length + 2;
  return bytes.length < end ? undefined : { reply: { kind: "bulk", text: bytes.toString("utf8", start, start + length) }, end };
}

function readArray(bytes: Buffer, start: number, count: number): ReturnType<typeof readReply> {
  if (count < 0) return { reply: { kind: "nil" }, end: start };
  const items: RedisReply[] = [];
  let end = start;
  while (items.length < count) {
    const item = readReply(bytes, end);
    if (item === undefined) return undefined;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: { kind: "array", items }, end };
}
