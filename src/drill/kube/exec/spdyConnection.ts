import type { Duplex } from "node:stream";
import { HeaderCodec } from "./spdyHeaders.ts";

/** What a connection tells its owner. */
export interface SpdyEvents {
  stream(stream: SpdyStream): void;
  close(): void;
}

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FLAG_FIN = 0x01;
/** Data frames stay small enough to interleave. */
const LARGEST_DATA = 32 * 1024;

/** What a client is given to close a connection that is done with, real milliseconds. */
const CLIENT_CLOSES_MS = 5000;

/** One stream of a SPDY connection, opened by the client. */
export class SpdyStream {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #connection: SpdyConnection;
  onData: (chunk: Buffer) => void = () => undefined;
  onEnd: () => void = () => undefined;

  constructor(id: number, headers: ReadonlyMap<string, string>, connection: SpdyConnection) {
    this.id = id;
    this.headers = headers;
    this.#connection = connection;
  }

  /** Accepts the stream. */
  reply(): Promise<void> {
    return this.#connection.reply(this.id);
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += LARGEST_DATA) await this.#connection.data(this.id, chunk.subarray(at, at + LARGEST_DATA), 0);
  }

  /** Half-closes the stream. */
  async end(): Promise<void> {
    await this.#connection.data(this.id, new Uint8Array(), FLAG_FIN);
  }
}

/**
 * The server's end of SPDY/3.1 as far as Kubernetes' remote commands use it. Flow control is left to TCP: Kubernetes' own peers send no
 * WINDOW_UPDATE and honour none.
 */
export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #events: SpdyEvents;
  readonly #codec = new HeaderCodec();
  readonly #streams = new Map<number, SpdyStream>();
  #buffer: Buffer = Buffer.alloc(0);
  /** Header blocks are decompressed one after the other, and frames behind them wait. */
  #work: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();

  constructor(socket: Duplex, events: SpdyEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  start(head: Buffer): void {
    const receive = (chunk: Buffer): void => {
      this.#work = this.#work.then(() => this.#receive(chunk)).catch(() => this.destroy());
    };
    this.#socket.on("data", receive);
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.on("close", () => {
      this.#codec.close();
      this.#events.close();
    });
    if (head.length > 0) receive(head);
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reply(id: number): Promise<void> {
    return this.#send(async () => {
      const block = await this.#codec.encode(new Map());
      const body = Buffer.alloc(4 + block.length);
      body.writeUInt32BE(id, 0);
      block.copy(body, 4);
      return control(SYN_REPLY, 0, body);
    });
  }

  data(id: number, chunk: Uint8Array, flags: number): Promise<void> {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(id & 0x7fffffff, 0);
    header.writeUInt32BE(((flags << 24) | chunk.length) >>> 0, 4);
    return this.#send(() => Promise.resolve(Buffer.concat([header, chunk])));
  }

  /**
   * Says that no more streams are taken, and leaves closing to the client: Kubernetes' own, which sees the connection end before it has
   * read a stream, sometimes takes the stream for ended and drops what it holds.
   */
  goAway(): void {
    this.#send(() => Promise.resolve(control(GOAWAY, 0, Buffer.alloc(8))))
      .then(() => {
        const end = (): void => void this.#socket.end();
        const timer = setTimeout(end, CLIENT_CLOSES_MS);
        this.#socket.once("end", end).once("close", () => clearTimeout(timer));
        if (this.#socket.readableEnded) end();
      })
      .catch(() => this.destroy());
  }

  #send(frame: () => Promise<Buffer>): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      const bytes = await frame();
      if (this.#socket.destroyed || this.#socket.writableEnded) return;
      if (!this.#socket.write(bytes)) await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#socket.off("drain", done);
          this.#socket.off("close", done);
          resolve();
        };
        this.#socket.on("drain", done);
        this.#socket.on("close", done);
      });
    });
    return this.#sending;
  }

  async #receive(chunk: Buffer): Promise<void> {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 8) {
      const length = this.#buffer.readUInt32BE(4) & 0xffffff;
      if (this.#buffer.length < 8 + length) return;
      const header = this.#buffer.subarray(0, 8);
      const body = this.#buffer.subarray(8, 8 + length);
      this.#buffer = this.#buffer.subarray(8 + length);
      const flags = header[4] ?? 0;
      if (((header[0] ?? 0) & 0x80) === 0) this.#onData(header.readUInt32BE(0), flags, body);
      else await this.#onControl(header.readUInt16BE(2), flags, body);
    }
  }

  #onData(id: number, flags: number, body: Buffer): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (body.length > 0) stream.onData(Buffer.from(body));
    if ((flags & FLAG_FIN) !== 0) stream.onEnd();
  }

  async #onControl(type: number, flags: number, body: Buffer): Promise<void> {
    switch (type) {
      case SYN_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff;
        const stream = new SpdyStream(id, await this.#codec.decode(body.subarray(10)), this);
        this.#streams.set(id, stream);
        this.#events.stream(stream);
        if ((flags & FLAG_FIN) !== 0) stream.onEnd();
        return;
      }
      case PING:
        await this.#send(() => Promise.resolve(control(PING, 0, Buffer.from(body))));
        return;
      case RST_STREAM:
        this.#streams.get(body.readUInt32BE(0) & 0x7fffffff)?.onEnd();
        return;
      case GOAWAY:
        return;
      // SETTINGS, HEADERS and WINDOW_UPDATE change nothing here.
    }
  }
}

function control(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(0x8003, 0);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(((flags << 24) | body.length) >>> 0, 4);
  return Buffer.concat([header, body]);
}
