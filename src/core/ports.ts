import type { Operation } from "./command/operation.ts";

/** Bytes with backpressure: the producer is asked for the next chunk only when the consumer wants it. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** A place for bytes. The promise resolves when the next chunk may come; it rejects with `BrokenPipe` when nobody reads any more. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;

/** The three streams of one running call. `stdin` is `undefined` where the call has no standard input (not even an empty one). */
export interface Stdio {
  readonly stdin: ByteStream | undefined;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
}

/** Time of the run: real time in an incident, world time in a drill. Every limit is read from it. */
export interface ClockPort {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Resolves after `ms` of the run's time; rejects with the signal's reason when aborted. `limit` is for how long something may take: where
   * the run's time is faster than real time, it leaves out what the machine itself took, which is no quicker there.
   */
  sleep(ms: number, signal: AbortSignal, purpose?: "pause" | "limit"): Promise<void>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
  /** Trust any certificate (`curl -k`). */
  readonly insecure: boolean;
  /** `host:port:address` overrides (`curl --resolve`). */
  readonly resolve: readonly string[];
  /** Certificates (PEM) to trust instead of the system's (`curl --cacert`); an empty text trusts none. */
  readonly authorities?: string;
  /** Real milliseconds until the connection must stand (`curl --connect-timeout`); 300 s when left out. */
  readonly connectTimeoutMs?: number;
  /** Real milliseconds without a byte after which the request has stalled (`connectionLost`); left out, it waits as curl does. */
  readonly silenceMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly httpVersion: string;
  readonly reason: string;
  /** In the order and case received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ByteStream;
}

/**
 * HTTP to the application. In a drill only the world answers: any other address rejects with `outsideWorld`.
 *
 * Other failures: `unreachable` (fact `reason`: `resolve`, `connect`, `handshake` or `tls`), `timedOut` (no connection in time), `connectionLost`
 * (fact `reason`: `empty` before an answer, `partial` in the body, `stalled` in silence), `proxyError`.
 */
export interface HttpPort {
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
}

/** A request to one Kubernetes API server; authentication, TLS and keep-alive are the port's. */
export interface KubernetesRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query: `/api/v1/namespaces/x/pods?limit=500`. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
}

export interface KubernetesResponse {
  readonly status: number;
  readonly contentType: string;
  /** Whole body, at most 64 MiB. */
  readonly text: string;
}

export interface PodExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string | undefined;
  readonly command: readonly string[];
}

export interface KubernetesPort {
  /** Context name and server address, for messages. */
  readonly context: string;
  readonly server: string;
  /** The context's namespace, `default` where it has none. */
  readonly namespace: string;
  /** Rejects with `RuntimeError` (`unreachable`, `signInNeeded`, `proxyError`, `timedOut`) and never for an HTTP status. */
  request(request: KubernetesRequest, signal: AbortSignal): Promise<KubernetesResponse>;
  /** A streaming GET (watch, log). Resolves once the headers are here; a non-2xx status comes with the whole body as its stream. */
  stream(request: KubernetesRequest, signal: AbortSignal): Promise<{ readonly status: number; readonly body: ByteStream }>;
  /**
   * Runs a command in a pod over WebSocket (`v5.channel.k8s.io`, backpressure both ways). Resolves with the exit code. Rejects with
   * `RuntimeError` code `connectionLost` when the end was not seen, `apiStatus` (with the server's message) when the server refused.
   */
  exec(request: PodExecRequest, io: Stdio, signal: AbortSignal): Promise<number>;
  /** Epoch milliseconds when the credentials end; `undefined` where they say nothing about it. Rejects as `request` does. */
  credentialsEndAt?(): Promise<number | undefined>;
}

export interface ObjectEntry {
  readonly key: string;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export interface ObjectListPage {
  readonly objects: readonly ObjectEntry[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

/** S3 as the runbook's commands see it. Paging is explicit. Service errors reject with `RuntimeError` code `awsError` whose facts hold `code`, `operation` and `message` as botocore words them. */
export interface ObjectStorePort {
  listBuckets(signal: AbortSignal): Promise<readonly { readonly name: string; readonly createdAt: number }[]>;
  list(
    request: { readonly bucket: string; readonly prefix: string; readonly delimiter: string | undefined; readonly token: string | undefined },
    signal: AbortSignal,
  ): Promise<ObjectListPage>;
  head(bucket: string, key: string, signal: AbortSignal): Promise<ObjectEntry>;
  get(bucket: string, key: string, signal: AbortSignal): Promise<{ readonly size: number; readonly body: ByteStream }>;
  put(bucket: string, key: string, body: ByteStream, signal: AbortSignal, settings?: PutSettings): Promise<void>;
  /** Copies inside the store, metadata included. */
  copy(from: { readonly bucket: string; readonly key: string }, to: { readonly bucket: string; readonly key: string }, signal: AbortSignal): Promise<void>;
  /** Epoch milliseconds when the credentials end; `undefined` where they say nothing about it. */
  credentialsEndAt?(): Promise<number | undefined>;
}

/** How an object is to be kept, in S3's own words (`aws:kms`, `STANDARD_IA`); what is left out is as the bucket has it. */
export interface PutSettings {
  readonly encryption?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly acl?: string | undefined;
  readonly storageClass?: string | undefined;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly cacheControl?: string | undefined;
}

export interface WriteOptions {
  readonly append: boolean;
  /** Writes beside the file and renames at the end, creating missing folders: a reader never sees half a download. */
  readonly isWhole?: boolean;
  /** Modification time to give the file, epoch milliseconds. */
  readonly modifiedAt?: number;
}

/** Files that redirects, downloads and uploads touch. In a drill `/tmp` and relative paths map under the run's scratch folder. */
export interface FilePort {
  /** Absolute path that relative paths start at, as the commands see it (in a drill: not where the bytes really lie). */
  readonly cwd: string;
  read(path: string): Promise<ByteStream>;
  /** Creates with mode 0600. The result's `sha256` is hex; it is journalled with the path. */
  write(path: string, body: ByteStream, options: WriteOptions): Promise<{ readonly path: string; readonly bytes: number; readonly sha256: string }>;
  exists(path: string): Promise<"file" | "directory" | undefined>;
  /** What a folder holds, sorted by name; rejects with `notFound` where there is no such folder. */
  list(path: string): Promise<readonly FileEntry[]>;
}

/** One entry of a folder; links count as what they lead to. */
export interface FileEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
}

export interface CompressionPort {
  gunzip(source: ByteStream): ByteStream;
  gzip(source: ByteStream): ByteStream;
}

export interface JqPort {
  /** jq 1.8 on a whole input; the filter is the last of `args`. `exitCode` and texts as the jq binary gives them. */
  run(input: string, args: readonly string[], signal: AbortSignal): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;
}

export interface ProcessPort {
  /** Finds a binary on the PATH; `undefined` when it is missing. */
  find(name: string): Promise<string | undefined>;
  /** Runs argv (never a shell string). Resolves with the exit code, 128+n after signal n. */
  run(argv: readonly string[], io: Stdio, environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<number>;
}

/** A request to an AWS service other than S3, before it is signed. */
export interface AwsApiRequest {
  readonly service: "sts" | "route53";
  readonly method: "GET" | "POST";
  /** Path and query, escaped as AWS wants it: `/2013-04-01/change/C1`. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
}

/** What a service answered at last. */
export interface AwsApiAnswer {
  readonly status: number;
  readonly text: string;
  /** True when the request was repeated as often as it may be, and this is still a refusal. */
  readonly isGivenUp: boolean;
}

/**
 * AWS services that answer in XML. A request that was turned away for its rate, and a read that met a server in trouble, are made again.
 * Rejects with `RuntimeError` (`unreachable`, `signInNeeded`, `timedOut`; in a drill `outsideWorld` where
 * the world has no such service) and never for an HTTP status.
 */
export interface AwsApiPort {
  request(request: AwsApiRequest, signal: AbortSignal): Promise<AwsApiAnswer>;
  /** How the person's environment or profile wants answers printed where a call does not say it (`text`); `undefined` where they do not care. */
  outputFormat?(): Promise<string | undefined>;
}

/** Everything an executor may use: the services behind one run's targets. */
export interface ToolPorts {
  readonly clock: ClockPort;
  kubernetes(context: string | undefined): Promise<KubernetesPort>;
  objectStore(profile: string | undefined, region: string | undefined): Promise<ObjectStorePort>;
  awsApi(profile: string | undefined, region: string | undefined): Promise<AwsApiPort>;
  readonly http: HttpPort;
  readonly files: FilePort;
  readonly compression: CompressionPort;
  readonly jq: JqPort;
  readonly processes: ProcessPort;
  /** Bytes of the system's generator, for keys and passwords. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Minutes east of UTC of the person's time zone, for tools that print local time. */
  readonly timeZoneOffsetMinutes: (epochMs: number) => number;
  /** Told the status of each HTTP response that curl received, the last one being what an expectation like "200 OK" means. */
  readonly onHttpStatus?: HttpObserver;
  /** Told why a call failed where its flags keep the tool silent about it (`curl -s`): the outcome says it all the same. */
  readonly onHiddenFailure?: (text: string) => void;
}

export type HttpObserver = (status: number) => void;

/** Executes one operation of one tool. Resolves with the exit code; texts of failure go to `io.stderr` as the real tool words them. */
export type Executor = (operation: Operation, io: Stdio, ports: ToolPorts, signal: AbortSignal) => Promise<number>;
