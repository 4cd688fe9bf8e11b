import type { ByteSink, ByteStream } from "../core/ports.ts";

/** World time. At rate 1 it is real time; every latency in the world is world time. Timers stop with the world. */
export interface WorldClock {
  /** World epoch milliseconds. */
  now(): number;
  /** Runs `action` after `ms` of world time; the result cancels it. */
  after(ms: number, action: () => void): () => void;
}

/** A Kubernetes object as JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: KubeMetadata;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface KubeMetadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  [field: string]: unknown;
}

/** The object store behind the API server. Controllers, faults and probes read and change the world only through it. */
export interface Cluster {
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  list(kind: string, namespace?: string): readonly KubeObject[];
  /** Creates or replaces; sets uid, resourceVersion, creationTimestamp; tells watchers. */
  put(object: KubeObject): KubeObject;
  remove(kind: string, namespace: string, name: string): void;
  /** Called after each change, in order; the result unsubscribes. */
  subscribe(listener: (type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject) => void): () => void;
  /** Called before a client is told that its change was made: what it was told must survive the world's death. */
  onAnswer(listener: () => void): void;
  /** Records an event about `object` as a controller would (count and lastTimestamp grow when it repeats). */
  event(object: KubeObject, type: "Normal" | "Warning", reason: string, message: string, component: string): void;
}

/** One run of a program inside a pod's container. */
export interface ProgramInvocation {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly pod: KubeObject;
  readonly container: string;
  readonly stdin: ByteStream;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Whether input and output are a terminal: some programs speak to people then. */
  readonly isTerminal?: boolean;
  readonly signal: AbortSignal;
}

/** A program an image carries (`mysql`, `mysqldump`, `redis-cli`). Resolves with the exit code. */
export type PodProgram = (invocation: ProgramInvocation) => Promise<number>;

/**
 * What a container's image is in the world: its programs, and whether its main process can run in the world's present state.
 * Found by the longest image prefix of the world description.
 */
export interface ImageBehaviour {
  /** Whether a registry has this very image (with its tag); left out: it has every tag. */
  isPublished?(image: string): boolean;
  readonly programs: Readonly<Record<string, PodProgram>>;
  /** World milliseconds from container start to ready. */
  readonly startMs: number;
  /** Log lines of a start, without time stamps. */
  startLog(pod: KubeObject): readonly string[];
  /** Asked when the main process starts and at each probe: `undefined` runs on; otherwise the process logs and exits (crash). */
  crash(pod: KubeObject): { readonly log: readonly string[]; readonly exitCode: number; readonly reason: string } | undefined;
  /** Asked by the readiness probe while the process runs: `undefined` is ready, otherwise the probe's message. */
  unready(pod: KubeObject): string | undefined;
  /** Called once when a container's main process has started. */
  started?(pod: KubeObject): void;
  /** Called when it has ended: it was told to and had the time (`terminated`), or it was cut short (`killed`). */
  stopped?(pod: KubeObject, how: "terminated" | "killed"): void;
}

/** A table's or session's SQL answers. One engine instance is one MySQL server; its data outlives pod restarts (the volume does). */
export interface SqlServer {
  /** Runs one statement of a session. Rejects with `SqlError` for MySQL's own errors. */
  execute(session: SqlSession, sql: string): SqlResult;
  openSession(user: string, password: string, database: string | undefined): SqlSession;
  /** Disconnects; an open transaction is rolled back. */
  closeSession(session: SqlSession): void;
  /** Bytes of everything stored, for restart after a crash of the world: the same array as the last time where nothing has changed. Nobody may change it. */
  save(): Uint8Array;
  load(bytes: Uint8Array): void;
  readonly version: string;
}

export interface SqlSession {
  readonly user: string;
  /** The client's, with its port; `undefined` behind the socket. */
  readonly address?: string | undefined;
  database: string | undefined;
  readonly variables: Map<string, string | number | null>;
}

export interface SqlResult {
  readonly columns: readonly { readonly name: string; readonly isNumeric: boolean }[];
  readonly rows: readonly (readonly (string | number | bigint | Uint8Array | null)[])[];
  readonly affectedRows: number;
  readonly isResultSet: boolean;
}

/** `ERROR 1146 (42S02): Table 'x.y' doesn't exist`. */
export class SqlError extends Error {
  override readonly name = "SqlError";
  readonly errno: number;
  readonly sqlState: string;
  constructor(errno: number, sqlState: string, message: string) {
    super(message);
    this.errno = errno;
    this.sqlState = sqlState;
  }
}
