import type { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import type * as SdkModule from "@aws-sdk/client-s3";
import type { GetObjectCommandOutput, PutObjectCommandInput, S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { ByteStream, ObjectStorePort, PutSettings } from "../core/ports.ts";
import { RuntimeError, messageOf } from "../core/runtimeError.ts";
import { trustedAuthorities } from "./authorities.ts";
import { createAgent, type Environment, proxyFor } from "./proxy.ts";

export interface ObjectStoreOptions {
  /** Another endpoint than AWS's own; path style then. */
  readonly endpoint?: string;
  /** `undefined`: from environment or profile, as the AWS command line does. */
  readonly region?: string;
  /** Profile of the shared files. Not read when `credentials` are given. */
  readonly profile?: string;
  /** Given, nothing is looked up: no environment, no shared file, no metadata service. A drill gives endpoint, region and credentials. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Where proxies and `AWS_CA_BUNDLE` are read; this process's when left out. Not read when `credentials` are given. */
  readonly environment?: Environment;
  /** Real milliseconds without a byte after which a transfer counts as stalled; 30 s when left out. */
  readonly stallMs?: number;
}

const CONNECT_MS = 3000;
const MAX_SOCKETS = 50;
/** As the AWS command line asks: once, and twice more where the service was busy or failed. */
const MAX_ATTEMPTS = 3;
const DEFAULT_STALL_MS = 30_000;
type Sdk = Pick<typeof SdkModule, "S3Client" | "ListBucketsCommand" | "ListObjectsV2Command" | "HeadObjectCommand" | "GetObjectCommand" | "CopyObjectCommand">;

/** S3 over the AWS SDK, which is loaded at the first request. Failures: `awsError`, `signInNeeded`, `unreachable`, `timedOut`, `connectionLost`. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStorePort {
  const context: Context = { options, endpoint: options.endpoint ?? "https://s3.amazonaws.com", open: once(() => connect(options)) };
  return {
    listBuckets: (signal) =>
      call(context, "ListBuckets", signal, async ({ sdk, client }) => {
        const found: { name: string; createdAt: number }[] = [];
        let token: string | undefined;
        do {
          const page = await client.send(new sdk.ListBucketsCommand(token === undefined ? {} : { ContinuationToken: token }), { abortSignal: signal });
          found.push(...(page.Buckets ?? []).map((bucket) => ({ name: bucket.Name ?? "", createdAt: bucket.CreationDate?.getTime() ?? 0 })));
          token = page.ContinuationToken;
        } while (token !== undefined);
        return found;
      }),
    list: ({ bucket, prefix, delimiter, token }, signal) =>
      call(context, "ListObjectsV2", signal, async ({ sdk, client }) => {
        const page = await client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: delimiter, ContinuationToken: token }), { abortSignal: signal });
        return {
          objects: (page.Contents ?? []).map((entry) => ({ key: entry.Key ?? "", size: entry.Size ?? 0, modifiedAt: entry.LastModified?.getTime() ?? 0 })),
          prefixes: (page.CommonPrefixes ?? []).map((entry) => entry.Prefix ?? ""),
          next: page.NextContinuationToken,
        };
      }),
    head: (bucket, key, signal) =>
      call(context, "HeadObject", signal, async ({ sdk, client }) => {
        const found = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
        return { key, size: found.ContentLength ?? 0, modifiedAt: found.LastModified?.getTime() ?? 0 };
      }),
    get: (bucket, key, signal) =>
      call(context, "GetObject", signal, async ({ sdk, client }) => {
        // With its checksum, the SDK compares at the end: a dump that was damaged on the way is no dump.
        const found = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" }), { abortSignal: signal });
        const size = found.ContentLength ?? 0;
        return { size, body: guardBody(found.Body, size, context, signal) };
      }),
    put: (bucket, key, body, signal, settings = {}) => call(context, "PutObject", signal, ({ client }) => upload(client, { Bucket: bucket, Key: key, ...keptAs(settings) }, body, signal)),
    copy: (from, to, signal) =>
      call(context, "CopyObject", signal, async ({ sdk, client }) => {
        const source = `${from.bucket}/${from.key}`.split("/").map(encodeURIComponent).join("/");
        await client.send(new sdk.CopyObjectCommand({ Bucket: to.bucket, Key: to.key, CopySource: source }), { abortSignal: signal });
      }),
    credentialsEndAt: () => call(context, "GetCredentials", new AbortController().signal, async ({ client }) => (await client.config.credentials()).expiration?.getTime()),
  };
}

interface Context {
  readonly options: ObjectStoreOptions;
  readonly endpoint: string;
  readonly open: () => Promise<{ readonly sdk: Sdk; readonly client: S3Client }>;
}

async function connect(options: ObjectStoreOptions): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
  const sdk = await import("@aws-sdk/client-s3");
  return { sdk, client: new sdk.S3Client(configuration(options)) };
}

/** With credentials given, every setting that the SDK would look up in the environment or in shared files is set here. */
function configuration(options: ObjectStoreOptions): S3ClientConfig {
  const stallMs = options.stallMs ?? DEFAULT_STALL_MS;
  const common: S3ClientConfig = {
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // No limit on the whole request: a large upload is long and healthy. A socket without a byte is not.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: stallMs, throwOnRequestTimeout: true, ...agents(options) },
    maxAttempts: MAX_ATTEMPTS,
    retryMode: "standard",
    ...(options.endpoint === undefined ? { followRegionRedirects: true } : { endpoint: options.endpoint, forcePathStyle: true }),
  };
  if (options.credentials === undefined) {
    // The SDK does not read AWS_DEFAULT_REGION, the AWS command line does.
    const region = options.region ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
    return { ...common, ...(region === undefined ? {} : { region }), ...(options.profile === undefined ? {} : { profile: options.profile }) };
  }
  return {
    ...common,
    region: options.region ?? "us-east-1",
    credentials: { ...options.credentials },
    defaultsMode: "standard",
    authSchemePreference: ["sigv4"],
    disableClockSkewCorrection: false,
    disableS3ExpressSessionAuth: true,
    sigv4aSigningRegionSet: [options.region ?? "us-east-1"],
    useArnRegion: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: "dr-runbook",
  };
}

/** Connections through the environment's proxy and with its certificates; a store with an endpoint of its own and given credentials has neither. */
function agents(options: ObjectStoreOptions): { httpsAgent?: HttpsAgent; httpAgent?: HttpAgent } {
  if (options.credentials !== undefined && options.environment === undefined) return {};
  const environment = options.environment ?? process.env;
  const address = new URL(options.endpoint ?? "https://s3.amazonaws.com");
  const isTls = address.protocol === "https:";
  const authorities = isTls ? trustedAuthorities(["AWS_CA_BUNDLE", "SSL_CERT_FILE"], environment) : undefined;
  const agent = createAgent(isTls, proxyFor(address, environment), { keepAlive: true, maxSockets: MAX_SOCKETS, ...(authorities === undefined ? {} : { ca: authorities }) });
  return agent instanceof HttpsAgent ? { httpsAgent: agent } : { httpAgent: agent };
}

/** How the SDK calls what an object is kept by. Left out is left out: the SDK sends what is `undefined` as well. */
function keptAs(settings: PutSettings): Partial<PutObjectCommandInput> {
  const { encryption, kmsKeyId, acl, storageClass, contentType, contentEncoding, cacheControl } = settings;
  const named = { ServerSideEncryption: encryption, SSEKMSKeyId: kmsKeyId, ACL: acl, StorageClass: storageClass, ContentType: contentType, ContentEncoding: contentEncoding, CacheControl: cacheControl };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

async function upload(client: S3Client, place: Omit<PutObjectCommandInput, "Body">, body: ByteStream, signal: AbortSignal): Promise<void> {
  const { Upload } = await import("@aws-sdk/lib-storage");
  const transfer = new Upload({ client, params: { ...place, Body: Readable.from(body, { objectMode: false }) }, queueSize: 2, leavePartsOnError: false });
  const onAbort = (): void => void transfer.abort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await transfer.done();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A body whose failure says how far it got. */
function guardBody(body: GetObjectCommandOutput["Body"], size: number, context: Context, signal: AbortSignal): ByteStream {
  if (!(body instanceof Readable)) throw new RuntimeError("internal", "Reading an object: the SDK gave no stream");
  return {
    async *[Symbol.asyncIterator]() {
      let bytes = 0;
      const stop = (): void => void body.destroy(new Error("aborted"));
      signal.addEventListener("abort", stop, { once: true });
      try {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          yield chunk;
        }
      } catch (error) {
        throw withProgress(translate(error, "GetObject", context, signal), bytes, size);
      } finally {
        signal.removeEventListener("abort", stop);
        body.destroy();
      }
    },
  };
}

function withProgress(error: unknown, bytes: number, size: number): unknown {
  if (!(error instanceof RuntimeError)) return error;
  const progress = `${String(bytes)} of ${String(size)} bytes had come`;
  return new RuntimeError(error.code, `${error.message}; ${progress}`, { hint: error.hint === "" ? "Run the step again." : error.hint, facts: { ...error.facts, bytes: String(bytes) }, cause: error.cause });
}

async function call<T>(context: Context, operation: string, signal: AbortSignal, action: (opened: { readonly sdk: Sdk; readonly client: S3Client }) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await action(await context.open());
  } catch (error) {
    throw translate(error, operation, context, signal);
  }
}

const SIGN_IN_CODES = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken"]);
const NO_TCP = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET"]);

/** The SDK's failure in core's words; an abort gives the signal's reason back. */
function translate(error: unknown, operation: string, context: Context, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RuntimeError || !(error instanceof Error)) return error;
  if (error.message.startsWith("Checksum mismatch")) {
    return new RuntimeError("connectionLost", `Calling ${operation} at ${context.endpoint}: what came is not what was stored (${error.message})`, { hint: "Run the step again; if it stays so, take another backup.", facts: { operation, endpoint: context.endpoint, reason: "checksum" }, cause: error });
  }
  const facts = { operation, endpoint: context.endpoint };
  const status = statusOf(error);
  if (status !== undefined) return serviceError(error, status, operation);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error.name === "TimeoutError") return new RuntimeError("timedOut", `Calling ${operation} at ${context.endpoint}: nothing came for too long (${error.message})`, { hint: "Check the network, then run the step again.", facts, cause: error });
  if (NO_TCP.has(code) && operation !== "GetObject") return new RuntimeError("unreachable", `Could not connect to the endpoint URL: "${context.endpoint}/"`, { hint: "Check the endpoint, the network and your VPN.", facts, cause: error });
  if (/Credentials|Token/.test(error.name)) return new RuntimeError("signInNeeded", `Signing in to AWS: ${error.message}`, { hint: `Sign in${context.options.profile === undefined ? "" : ` (aws sso login --profile ${context.options.profile})`}, then run the step again.`, facts, cause: error });
  if (error.message === "Region is missing") return new RuntimeError("invalidInput", "Calling S3: no region is set", { hint: "Pass --region, or set a region in the profile.", facts, cause: error });
  if (code !== "" || error.message === "aborted") return new RuntimeError(NO_TCP.has(code) && code !== "ECONNRESET" ? "unreachable" : "connectionLost", `Calling ${operation} at ${context.endpoint}: ${error.message}`, { facts, cause: error });
  return new RuntimeError("internal", `Calling ${operation}: ${messageOf(error)}`, { facts, cause: error });
}

function serviceError(error: Error, status: number, operation: string): RuntimeError {
  // A HEAD has no body; botocore then has only the status to go by, and words it so.
  const isHead = operation === "HeadObject";
  const reasons: Readonly<Record<number, string>> = { 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable" };
  const code = isHead ? String(status) : error.name;
  const message = isHead ? (reasons[status] ?? error.message) : error.message;
  const tries = "$metadata" in error ? (error.$metadata as { readonly attempts?: number }).attempts : undefined;
  const retries = tries === MAX_ATTEMPTS ? ` (reached max retries: ${MAX_ATTEMPTS - 1})` : "";
  const text = `An error occurred (${code}) when calling the ${operation} operation${retries}: ${message}`;
  const facts = { code, operation, message, status: String(status) };
  if (SIGN_IN_CODES.has(error.name)) return new RuntimeError("signInNeeded", text, { hint: "Sign in to AWS again, then run the step again.", facts, cause: error });
  return new RuntimeError("awsError", text, { facts, cause: error });
}

function statusOf(error: Error): number | undefined {
  if (!("$fault" in error) || !("$metadata" in error) || typeof error.$metadata !== "object" || error.$metadata === null) return undefined;
  return "httpStatusCode" in error.$metadata && typeof error.$metadata.httpStatusCode === "number" ? error.$metadata.httpStatusCode : undefined;
}

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= create());
}
