import type { ByteStream } from "../../core/ports.ts";
import { SqlError } from "../contract.ts";
import type { KubeObject, ProgramInvocation, SqlSession } from "../contract.ts";
import type { DatabaseServer } from "../engines/databaseEngine.ts";
import type { MysqlOptions } from "./mysqlOptions.ts";

/** How a client reaches servers. The world's composition gives it. */
export interface MysqlNetwork {
  /** The server in the client's own pod, behind its socket; `undefined` where that container runs none. */
  local(pod: KubeObject): MysqlEndpoint | undefined;
  /** The server that `host:port` leads to from this pod; `undefined` for a name that does not resolve. */
  remote(pod: KubeObject, host: string, port: number): MysqlEndpoint | undefined;
  /** Sleeps in world time. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Bytes of SQL that a server takes in a second of world time; `undefined` is at once. */
  readonly bytesPerSecond?: number;
}

/** A server as one client sees it. */
export interface MysqlEndpoint {
  readonly server: DatabaseServer;
  /** The client's, with its port, as the server sees it; left out: it comes by the socket. */
  readonly address?: string;
  /** Does it take connections? `undefined` yes; otherwise the client's error (2002, 2003, 1040 …). */
  accept(): SqlError | undefined;
}

/** An open connection. */
export interface MysqlConnection {
  readonly endpoint: MysqlEndpoint;
  readonly session: SqlSession;
}

/** The port that a client in the server's own pod connects from. */
const CLIENT_PORT = 33_998;

function isLocal(host: string | undefined): boolean {
  return host === undefined || host === "localhost";
}

function refused(options: MysqlOptions): SqlError {
  if (isLocal(options.host)) return new SqlError(2002, "HY000", "Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)");
  return new SqlError(2003, "HY000", `Can't connect to MySQL server on '${options.host ?? ""}:${String(options.port ?? 3306)}' (111)`);
}

/** Splits the first line off a byte stream: `mysql -p` without terminal reads the password there, and with it what may be a dump's first line. */
export async function takeFirstLine(stream: ByteStream): Promise<{ readonly line: string; readonly rest: ByteStream }> {
  const iterator = stream[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let remainder: Buffer | undefined;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = Buffer.from(next.value);
    const newline = chunk.indexOf(10);
    if (newline === -1) {
      parts.push(chunk);
      continue;
    }
    parts.push(chunk.subarray(0, newline));
    remainder = chunk.subarray(newline + 1);
    break;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    if (remainder !== undefined && remainder.length > 0) yield remainder;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { line: Buffer.concat(parts).toString(), rest: rest() };
}

/** The server that a client in a pod means by its options. Throws SqlError. */
export function endpointOf(network: MysqlNetwork, pod: KubeObject, options: MysqlOptions): MysqlEndpoint {
  const endpoint = isLocal(options.host) || options.host === "127.0.0.1" ? network.local(pod) : network.remote(pod, options.host ?? "", options.port ?? 3306);
  if (endpoint === undefined) {
    if (isLocal(options.host) || options.host === "127.0.0.1") throw refused(options);
    throw new SqlError(2005, "HY000", `Unknown MySQL server host '${options.host ?? ""}' (-2)`);
  }
  const problem = endpoint.accept();
  if (problem !== undefined) throw problem;
  return endpoint;
}

/** Connects as the options say. Throws SqlError. */
export function connect(network: MysqlNetwork, invocation: ProgramInvocation, options: MysqlOptions, password: string, database: string | undefined): MysqlConnection {
  const endpoint = endpointOf(network, invocation.pod, options);
  const user = options.user ?? invocation.environment["USER"] ?? "root";
  const address = endpoint.address ?? (isLocal(options.host) ? undefined : `${options.host ?? ""}:${CLIENT_PORT}`);
  return { endpoint, session: endpoint.server.openSession(user, password, database, address) };
}

/** A server that stopped under a client. */
export function lostConnection(): SqlError {
  return new SqlError(2013, "HY000", "Lost connection to MySQL server during query");
}
