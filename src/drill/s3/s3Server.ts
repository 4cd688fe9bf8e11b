import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WorldClock } from "../contract.ts";
import { decodePayload, readBody } from "./body.ts";
import { ObjectTable, type ObjectContent } from "./objectTable.ts";
import { emptyResponse, readRequest, xmlResponse, type S3Request, type S3Response } from "./request.ts";
import { route } from "./route.ts";
import { S3Error } from "./s3Error.ts";
import { verifySignature, type S3Credentials } from "./signature.ts";
import { restoreSnapshot, takeSnapshot, type S3Snapshot } from "./snapshot.ts";
import { xml } from "./xml.ts";

/** A bucket at the start of the world. */
export interface InitialBucket {
  readonly name: string;
  /** World epoch milliseconds. */
  readonly createdAt: number;
  readonly objects: readonly { readonly key: string; readonly content: ObjectContent; /** World epoch milliseconds. */ readonly modifiedAt: number }[];
}

export interface S3ServerOptions {
  readonly clock: WorldClock;
  readonly buckets: readonly InitialBucket[];
  readonly credentials: S3Credentials;
  readonly region: string;
  /** World milliseconds before the first byte of an answer. */
  readonly latencyMs: number;
  /** Bytes of payload per second of world time, each way and for each connection. */
  readonly bytesPerSecond: number;
  /** 0 or left out takes a free port. */
  readonly port?: number;
  /** State saved by `snapshot`; takes the place of `buckets`. */
  readonly state?: S3Snapshot;
}

export interface S3Server {
  /** `http://127.0.0.1:PORT`, path style. */
  readonly endpoint: string;
  /** Everything stored, JSON-able. */
  snapshot(): S3Snapshot;
  /** Ends at once, requests under way included. */
  close(): Promise<void>;
}

/** Debt of world milliseconds below which a transfer is not held up: timers cost more than they pace. */
const PACING_STEP_MS = 20;

/** Starts an S3 endpoint on loopback. Rejects when the port is taken. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const table = new ObjectTable(options.clock);
  if (options.state === undefined) addInitial(table, options.buckets);
  else restoreSnapshot(table, options.state);
  let requests = 0;
  const server = createServer((message, response) => {
    requests += 1;
    const requestId = requests.toString(16).toUpperCase().padStart(16, "0");
    // A client that went away is the only thing that fails here; every other failure has been answered.
    answer(table, options, message, response, requestId).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    snapshot: () => takeSnapshot(table),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function addInitial(table: ObjectTable, buckets: readonly InitialBucket[]): void {
  for (const initial of buckets) {
    const bucket = table.addBucket(initial.name, initial.createdAt);
    for (const { key, content, modifiedAt } of initial.objects) table.put(bucket, key, { content, modifiedAt });
  }
}

async function answer(table: ObjectTable, options: S3ServerOptions, message: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
  let request: S3Request | undefined;
  let result: S3Response;
  try {
    request = readRequest(message);
    const scope = verifySignature(request, options.credentials, Date.now());
    const payload = decodePayload(await readBody(message), request.headers, scope);
    await sleep(options.clock, options.latencyMs + (payload.bytes.length * 1000) / options.bytesPerSecond);
    result = await route(table, options.region, { ...request, body: payload.bytes, headers: { ...request.headers, ...payload.trailers } });
  } catch (error) {
    result = errorResponse(error, request, requestId);
    // What has not been read of a refused upload is thrown away, so that the client sees the answer.
    message.resume();
  }
  const headers = { "x-amz-request-id": requestId, "x-amz-id-2": requestId, server: "AmazonS3", ...result.headers };
  if (typeof result.body !== "string") {
    response.writeHead(result.status, headers);
    await sendPaced(result.body.stream, response, options);
    return;
  }
  const hasNoBody = request?.method === "HEAD" || result.status === 204 || result.status === 304;
  response.writeHead(result.status, hasNoBody ? headers : { ...headers, "content-length": String(Buffer.byteLength(result.body)) });
  response.end(hasNoBody ? undefined : result.body);
}

/** Writes a stream no faster than the world's bandwidth, waiting for the reader. */
async function sendPaced(stream: AsyncIterable<Uint8Array>, response: ServerResponse, options: S3ServerOptions): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once("close", resolve));
  let due = options.clock.now();
  for await (const chunk of stream) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await Promise.race([gone, new Promise<void>((resolve) => response.once("drain", resolve))]);
    due += (chunk.length * 1000) / options.bytesPerSecond;
    const ahead = due - options.clock.now();
    if (ahead > PACING_STEP_MS) await sleep(options.clock, ahead);
  }
  response.end();
}

function sleep(clock: WorldClock, worldMs: number): Promise<void> {
  return worldMs < 1 ? Promise.resolve() : new Promise((resolve) => void clock.after(worldMs, resolve));
}

function errorResponse(error: unknown, request: S3Request | undefined, requestId: string): S3Response {
  const refusal = error instanceof S3Error ? error : new S3Error("InternalError", {}, error instanceof Error ? error.message : String(error));
  if (refusal.status === 304) return emptyResponse(304);
  const resource = request === undefined ? "/" : request.path;
  const document = xml("Error", { Code: refusal.code, Message: refusal.message, ...refusal.details, Resource: resource, RequestId: requestId, HostId: requestId }, true);
  return request?.method === "HEAD" ? emptyResponse(refusal.status, { "content-type": "application/xml" }) : xmlResponse(document, refusal.status);
}
