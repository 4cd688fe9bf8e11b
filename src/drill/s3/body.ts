import { createHash } from "node:crypto";
import { chunkSignature, isSame, trailerSignature, type SigningScope } from "./signature.ts";
import { S3Error } from "./s3Error.ts";

/** Largest body of one request. Larger objects come in parts. */
const MAX_BODY_BYTES = 1 << 30;

/** A request's payload after its transfer coding, with the trailers that came behind it. */
export interface Payload {
  readonly bytes: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Reads a whole body. Throws `EntityTooLarge`. */
export async function readBody(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new S3Error("EntityTooLarge");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Checks a body against `x-amz-content-sha256` and takes the `aws-chunked` coding off.
 * Throws `XAmzContentSHA256Mismatch`, `SignatureDoesNotMatch`, `IncompleteBody`.
 */
export function decodePayload(body: Buffer, headers: Readonly<Record<string, string>>, scope: SigningScope): Payload {
  const declared = headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD";
  if (declared.startsWith("STREAMING-")) {
    const payload = readChunks(body, declared.startsWith("STREAMING-UNSIGNED") ? undefined : scope);
    const length = headers["x-amz-decoded-content-length"];
    if (length !== undefined && Number(length) !== payload.bytes.length) throw new S3Error("IncompleteBody");
    return payload;
  }
  if (declared !== "UNSIGNED-PAYLOAD" && createHash("sha256").update(body).digest("hex") !== declared) throw new S3Error("XAmzContentSHA256Mismatch");
  return { bytes: body, trailers: {} };
}

function readChunks(body: Buffer, scope: SigningScope | undefined): Payload {
  const chunks: Buffer[] = [];
  let previous = scope?.signature ?? "";
  let position = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", position);
    if (lineEnd === -1) throw new S3Error("IncompleteBody");
    const [, hex, signature] = /^([\da-f]+)(?:;chunk-signature=([\da-f]+))?$/i.exec(body.toString("latin1", position, lineEnd)) ?? [];
    if (hex === undefined) throw new S3Error("IncompleteBody");
    const size = Number.parseInt(hex, 16);
    const start = lineEnd + 2;
    const chunk = body.subarray(start, start + size);
    if (chunk.length !== size) throw new S3Error("IncompleteBody");
    if (scope !== undefined) {
      const expected = chunkSignature(scope, previous, chunk);
      if (signature === undefined || !isSame(expected, signature)) throw new S3Error("SignatureDoesNotMatch");
      previous = expected;
    }
    if (size === 0) return { bytes: Buffer.concat(chunks), trailers: readTrailers(body.toString("utf8", start), scope, previous) };
    chunks.push(chunk);
    position = start + size + 2;
  }
}

function readTrailers(text: string, scope: SigningScope | undefined, previous: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const signature = trailers["x-amz-trailer-signature"];
  delete trailers["x-amz-trailer-signature"];
  const signed = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`).join("");
  if (scope !== undefined && signed !== "") {
    if (signature === undefined || !isSame(trailerSignature(scope, previous, signed), signature)) throw new S3Error("SignatureDoesNotMatch");
  }
  return trailers;
}
