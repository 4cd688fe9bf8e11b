import type { PodProgram } from "../contract.ts";
import type { RedisNetwork } from "../programs/redisConnection.ts";
import type { RedisClient } from "../redis/command.ts";
import type { Answer } from "../redis/server.ts";
import type { ServerProcess } from "./serverProcess.ts";

/** A connection to a cache server. */
export interface CacheSession {
  /** `10.1.2.3:51234`. */
  readonly address: string;
}

/** A cache server in a pod, whatever runs it. Its data is in memory; what survives it is the file that it keeps. */
export interface CacheServer {
  readonly version: string;
  /** What its data and its clients take of memory, bytes. */
  readonly usedBytes: number;
  /** Where its clients are. */
  readonly clientAddresses: readonly string[];
  /** The process of a real server; left out: it runs in the world's own, and is up at once. */
  readonly process?: ServerProcess;
  connect(address: string): CacheSession;
  isConnected(session: CacheSession): boolean;
  disconnect(session: CacheSession): void;
  run(session: CacheSession, words: readonly string[]): Answer;
  /** Lets a client keep it busy until somebody ends that. */
  keepBusy(client: Pick<RedisClient, "address" | "name" | "busyMs" | "lastCommand">): void;
  /** Whether that client of `keepBusy` is still connected. */
  isKeptBusyBy(client: Pick<RedisClient, "address" | "name">): boolean;
  stop(how: "terminated" | "killed"): void;
  /** What `CacheEngine.create` takes to bring the process back. */
  snapshot(): unknown;
}

/** What a cache server is started with. */
export interface CacheOptions {
  /** World epoch milliseconds. */
  readonly now: () => number;
  /** Numbers below 1, from the world's seed. */
  readonly random: () => number;
  /** As the image says it: `7.0.15`. */
  readonly version: string;
  readonly config: ReadonlyMap<string, string>;
  /** What its volume holds of an earlier process; `undefined` begins empty. */
  readonly file: unknown;
  /** Keeps what the volume holds from now on. */
  readonly onSave: (file: unknown) => void;
}

/** What runs the caches of a world. All of one world are of one engine. */
export interface CacheEngine {
  /** Whether its servers take real time to come up: those that the world begins with are started before the cluster. */
  readonly startsAhead: boolean;
  /** A server, or the one that `saved` came from; one with a process has still to be started. */
  create(options: CacheOptions, saved?: unknown): CacheServer;
  /** The client programs of pods. */
  programs(network: RedisNetwork): Readonly<Record<string, PodProgram>>;
  /** Ends what runs outside the world's own process. */
  close(): Promise<void>;
}
