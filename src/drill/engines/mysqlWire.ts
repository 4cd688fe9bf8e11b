import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";

/** Where a server listens and who connects. */
export interface MysqlLogin {
  /** Path of its socket, or the port of 127.0.0.1. */
  readonly place: string | number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
}

/** What a server says to a statement: values are as it prints them; bytes where a column has no character set. */
export type MysqlReply =
  | { readonly kind: "rows"; readonly columns: readonly { readonly name: string; readonly isNumeric: boolean }[]; readonly rows: readonly (readonly (string | Uint8Array | null)[])[] }
  | { readonly kind: "done"; readonly affectedRows: number }
  | { readonly kind: "error"; readonly errno: number; readonly sqlState: string; readonly message: string };

// https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html: LONG_PASSWORD, FOUND_ROWS (as JDBC drivers ask), CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH.
const CAPABILITIES = 0x1 | 0x2 | 0x200 | 0x2000 | 0x8000 | 0x80000;
const CONNECT_WITH_DATABASE = 0x8;
const UTF8MB4 = 45;
const BINARY = 63;
const PACKET_BYTES = 16 * 2 ** 20;
const COM_QUIT = 1;
const COM_QUERY = 3;
const NUMERIC_TYPES: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 8, 9, 13, 246]);
const BYTE_TYPES: ReadonlySet<number> = new Set([249, 250, 251, 252, 253, 254]);

/** A connection to a MySQL or MariaDB server: one statement at a time, answered as text. */
export class MysqlWire {
  readonly #socket: Socket;
  readonly #packets: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #isClosed = false;
  #sequence = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    // Its end says so: whoever waits for an answer is told that the connection is lost.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** Connects and logs in; resolves with the server's error where it refuses. */
  static async open(login: MysqlLogin): Promise<MysqlWire | Extract<MysqlReply, { readonly kind: "error" }>> {
    const wire = new MysqlWire(typeof login.place === "string" ? connect(login.place) : connect(login.place, "127.0.0.1"));
    const greeting = await wire.#next();
    const refusal = greeting[0] === 0xff ? errorOf(greeting) : await wire.#logIn(login, saltOf(greeting));
    if (refusal === undefined) return wire;
    wire.close();
    return refusal;
  }

  /** Whether the connection is lost: ended here, by the server, or with it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Runs one statement. */
  async query(sql: string): Promise<MysqlReply> {
    this.#sequence = 0;
    this.#send(Buffer.concat([Buffer.from([COM_QUERY]), Buffer.from(sql)]));
    const head = await this.#next();
    if (head[0] === 0xff) return errorOf(head);
    if (head[0] === 0x00) return { kind: "done", affectedRows: Number(new Reader(head, 1).count()) };
    if (head[0] === 0xfb) {
      // The server wants a file of ours: it gets none.
      this.#send(Buffer.alloc(0));
      const answer = await this.#next();
      return answer[0] === 0xff ? errorOf(answer) : { kind: "done", affectedRows: 0 };
    }
    return this.#rows(Number(new Reader(head, 0).count()));
  }

  close(): void {
    this.#sequence = 0;
    if (!this.#isClosed) this.#send(Buffer.from([COM_QUIT]));
    this.#socket.end();
    this.#isClosed = true;
  }

  /** Ends a connection that does not answer. */
  destroy(): void {
    this.#socket.destroy();
  }

  async #rows(count: number): Promise<MysqlReply> {
    const columns: { readonly name: string; readonly isNumeric: boolean; readonly isBytes: boolean }[] = [];
    while (columns.length < count) columns.push(columnOf(await this.#next()));
    await this.#next();
    const rows: (readonly (string | Uint8Array | null)[])[] = [];
    for (;;) {
      const packet = await this.#next();
      if (packet[0] === 0xff) return errorOf(packet);
      if (packet[0] === 0xfe && packet.length < 9) break;
      const reader = new Reader(packet, 0);
      rows.push(columns.map(({ isBytes }) => {
        const value = reader.text();
        return value === undefined ? null : isBytes ? new Uint8Array(value) : value.toString();
      }));
    }
    return { kind: "rows", columns: columns.map(({ name, isNumeric }) => ({ name, isNumeric })), rows };
  }

  async #logIn({ user, password, database }: MysqlLogin, salt: Buffer): Promise<Extract<MysqlReply, { readonly kind: "error" }> | undefined> {
    const head = Buffer.alloc(32);
    head.writeUInt32LE(CAPABILITIES | (database === undefined ? 0 : CONNECT_WITH_DATABASE), 0);
    head.writeUInt32LE(PACKET_BYTES, 4);
    head[8] = UTF8MB4;
    const proof = scramble(password, salt);
    this.#send(Buffer.concat([head, Buffer.from(`${user}\0`), Buffer.from([proof.length]), proof, Buffer.from(`${database === undefined ? "" : `${database}\0`}mysql_native_password\0`)]));
    let answer = await this.#next();
    if (answer[0] === 0xfe) {
      const end = answer.indexOf(0, 1);
      this.#send(scramble(password, answer.subarray(end + 1, end + 21)));
      answer = await this.#next();
    }
    return answer[0] === 0xff ? errorOf(answer) : undefined;
  }

  #send(payload: Buffer): void {
    const head = Buffer.alloc(4);
    head.writeUIntLE(payload.length, 0, 3);
    head[3] = this.#sequence++;
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readUIntLE(0, 3);
      if (this.#rest.length < end) break;
      this.#sequence = (this.#rest[3] ?? 0) + 1;
      this.#packets.push(this.#rest.subarray(4, end));
      this.#rest = this.#rest.subarray(end);
    }
    this.#wake();
  }

  async #next(): Promise<Buffer> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined) return packet;
      if (this.#isClosed) throw new Error("The server has closed the connection.");
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Reads a packet's fields in order. */
class Reader {
  readonly #packet: Buffer;
  #at: number;

  constructor(packet: Buffer, at: number) {
    this.#packet = packet;
    this.#at = at;
  }

  /** A length-encoded number. */
  count(): bigint {
    const first = this.#packet[this.#at++] ?? 0;
    const width = first === 0xfc ? 2 : first === 0xfd ? 3 : first === 0xfe ? 8 : 0;
    if (width === 0) return BigInt(first);
    const value = width === 8 ? this.#packet.readBigUInt64LE(this.#at) : BigInt(this.#packet.readUIntLE(this.#at, width));
    this.#at += width;
    return value;
  }

  /** A length-encoded text; `undefined` is NULL. */
  text(): Buffer | undefined {
    if (this.#packet[this.#at] === 0xfb) {
      this.#at += 1;
      return undefined;
    }
    const length = Number(this.count());
    this.#at += length;
    return this.#packet.subarray(this.#at - length, this.#at);
  }

  /** The bytes after a length that all column definitions have. */
  fixed(): Buffer {
    return this.#packet.subarray(this.#at + 1);
  }
}

function columnOf(packet: Buffer): { readonly name: string; readonly isNumeric: boolean; readonly isBytes: boolean } {
  const reader = new Reader(packet, 0);
  const [, , , , name] = Array.from({ length: 6 }, () => reader.text());
  const fixed = reader.fixed();
  const [characters, type] = [fixed.readUInt16LE(0), fixed[6] ?? 0];
  return { name: name?.toString() ?? "", isNumeric: NUMERIC_TYPES.has(type), isBytes: characters === BINARY && BYTE_TYPES.has(type) };
}

function errorOf(packet: Buffer): Extract<MysqlReply, { readonly kind: "error" }> {
  const hasState = packet[3] === 0x23;
  return { kind: "error", errno: packet.readUInt16LE(1), sqlState: hasState ? packet.toString("latin1", 4, 9) : "HY000", message: packet.toString("utf8", hasState ? 9 : 3) };
}

/** The twenty bytes that a password is proved with. */
function saltOf(greeting: Buffer): Buffer {
  const at = greeting.indexOf(0, 1) + 5;
  return Buffer.concat([greeting.subarray(at, at + 8), greeting.subarray(at + 27, at + 39)]);
}

/** mysql_native_password: SHA1(password) XOR SHA1(salt, SHA1(SHA1(password))). */
function scramble(password: string, salt: Buffer): Buffer {
  if (password === "") return Buffer.alloc(0);
  const sha1 = (...parts: readonly Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash("sha1")).digest();
  const once = sha1(Buffer.from(password));
  const mask = sha1(salt, sha1(once));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}
