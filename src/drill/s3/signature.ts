import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Error } from "./s3Error.ts";

/** The one key pair that the world's endpoint accepts. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as the signature sees it: names of `headers` in lower case, `queryPairs` decoded. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  readonly queryPairs: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
}

/** What the chunks of a signed stream are signed with. */
export interface SigningScope {
  readonly signature: string;
  readonly date: string;
  readonly scope: string;
  readonly key: Buffer;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const EMPTY_SHA256 = createHash("sha256").update("").digest("hex");

/**
 * Checks AWS Signature Version 4, in the header or in the query (presigned). The time of signing is not compared with world time:
 * signers run on the laptop's clock. A presigned request expires by `realNow`, epoch milliseconds.
 *
 * Throws `AccessDenied` for an unsigned request, `InvalidAccessKeyId`, `SignatureDoesNotMatch`.
 */
export function verifySignature(request: SignedRequest, credentials: S3Credentials, realNow: number): SigningScope {
  const presigned = readQuery(request, realNow);
  const given = presigned ?? readHeader(request);
  const [accessKeyId, ...scopeParts] = given.credential.split("/");
  if (accessKeyId !== credentials.accessKeyId) throw new S3Error("InvalidAccessKeyId", { AWSAccessKeyId: accessKeyId ?? "" });
  if (scopeParts.length !== 4) throw new S3Error("AuthorizationHeaderMalformed");
  const scope = scopeParts.join("/");
  const key = scopeParts.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${credentials.secretAccessKey}`));
  const payload = presigned === undefined ? (request.headers["x-amz-content-sha256"] ?? EMPTY_SHA256) : "UNSIGNED-PAYLOAD";
  const text = [ALGORITHM, given.date, scope, sha256Hex(canonicalRequest(request, given.signedHeaders, payload))].join("\n");
  if (!isSame(hmac(key, text).toString("hex"), given.signature)) throw new S3Error("SignatureDoesNotMatch");
  return { signature: given.signature, date: given.date, scope, key };
}

/** Signature of one chunk of a signed stream, following the signature before it. */
export function chunkSignature(scope: SigningScope, previous: string, chunk: Uint8Array): string {
  const text = [`${ALGORITHM}-PAYLOAD`, scope.date, scope.scope, previous, EMPTY_SHA256, sha256Hex(chunk)].join("\n");
  return hmac(scope.key, text).toString("hex");
}

/** Signature of a signed stream's trailers. `text` is `name:value\n` of each. */
export function trailerSignature(scope: SigningScope, previous: string, text: string): string {
  return hmac(scope.key, [`${ALGORITHM}-TRAILER`, scope.date, scope.scope, previous, sha256Hex(text)].join("\n")).toString("hex");
}

/** Compares two signatures in constant time. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

interface GivenSignature {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
}

function readHeader(request: SignedRequest): GivenSignature {
  const header = request.headers["authorization"];
  if (header === undefined) throw new S3Error("AccessDenied");
  const match = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([\da-f]+)$/.exec(header);
  const [, credential, signedHeaders, signature] = match ?? [];
  const date = request.headers["x-amz-date"];
  if (credential === undefined || signedHeaders === undefined || signature === undefined || date === undefined) throw new S3Error("AuthorizationHeaderMalformed");
  return { credential, signedHeaders: signedHeaders.split(";"), signature, date };
}

function readQuery(request: SignedRequest, realNow: number): GivenSignature | undefined {
  const query = new Map(request.queryPairs);
  const signature = query.get("X-Amz-Signature");
  if (signature === undefined) return undefined;
  const date = query.get("X-Amz-Date") ?? "";
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const expires = Number(query.get("X-Amz-Expires"));
  if (Number.isNaN(signedAt) || !Number.isFinite(expires)) throw new S3Error("AuthorizationHeaderMalformed");
  if (realNow > signedAt + expires * 1000) throw new S3Error("AccessDenied", {}, "Request has expired");
  return { credential: query.get("X-Amz-Credential") ?? "", signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"), signature, date };
}

function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[], payload: string): string {
  const query = request.queryPairs
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, aValue], [b, bValue]) => (a < b ? -1 : a > b ? 1 : aValue < bValue ? -1 : aValue > bValue ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const headers = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim().replaceAll(/ +/g, " ")}\n`).join("");
  return [request.method, request.path.split("/").map(encode).join("/"), query, headers, signedHeaders.join(";"), payload].join("\n");
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
