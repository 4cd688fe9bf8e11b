import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3Error.ts";

/** One request, taken apart. */
export interface S3Request {
  readonly method: string;
  /** Decoded path. */
  readonly path: string;
  /** `undefined` for the service itself. */
  readonly bucket: string | undefined;
  /** `undefined` for a bucket. */
  readonly key: string | undefined;
  readonly queryPairs: readonly (readonly [name: string, value: string])[];
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Payload without transfer coding, checked; empty until it has been read. */
  readonly body: Buffer;
}

/** What goes back. A `stream` comes with its exact length in `content-length`. */
export interface S3Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | { readonly stream: AsyncIterable<Uint8Array> };
}

/** Splits address and headers; path style only. Throws `InvalidArgument` for an address that cannot be decoded. */
export function readRequest(message: IncomingMessage): S3Request {
  const [rawPath = "/", ...rest] = (message.url ?? "/").split("?");
  try {
    const path = decodeURIComponent(rawPath);
    const slash = path.indexOf("/", 1);
    const bucket = slash === -1 ? path.slice(1) : path.slice(1, slash);
    const key = slash === -1 ? "" : path.slice(slash + 1);
    const queryPairs = rest.join("?").split("&").filter((pair) => pair !== "").map((pair) => {
      const equals = pair.indexOf("=");
      const name = equals === -1 ? pair : pair.slice(0, equals);
      return [decodeURIComponent(name), equals === -1 ? "" : decodeURIComponent(pair.slice(equals + 1))] as const;
    });
    const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : (value ?? "")]));
    return {
      method: message.method ?? "GET", path, bucket: bucket === "" ? undefined : bucket, key: key === "" ? undefined : key,
      queryPairs, query: new Map(queryPairs), headers, body: Buffer.alloc(0),
    };
  } catch (cause) {
    if (cause instanceof URIError) throw new S3Error("InvalidArgument", {}, "The request's address cannot be decoded.");
    throw cause;
  }
}

/** An XML answer. */
export function xmlResponse(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): S3Response {
  return { status, headers: { "content-type": "application/xml", ...headers }, body };
}

/** An answer without a body. */
export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): S3Response {
  return { status, headers, body: "" };
}
