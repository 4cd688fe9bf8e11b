import type { JsonRecord } from "../json.ts";
import { decodeMessage } from "./schema.ts";
import { fieldsOf, type Fields } from "./wire.ts";

/** `k8s` and a zero byte, then a `runtime.Unknown`. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * Decodes what kubectl sends as protobuf without falling back to JSON: typed creates, access reviews and deletion options. `undefined` for
 * any other kind and for bytes that are not such a message.
 */
export function decodeProtobuf(body: Buffer): JsonRecord | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined;
  const unknown = fieldsOf(body.subarray(4));
  const typeBytes = bytesOf(unknown, 1);
  const raw = bytesOf(unknown, 2);
  const type = typeBytes === undefined ? undefined : fieldsOf(typeBytes);
  const kind = bytesOf(type, 2)?.toString();
  if (raw === undefined || kind === undefined) return undefined;
  const object = decodeMessage(kind, raw);
  return object === undefined ? undefined : { apiVersion: bytesOf(type, 1)?.toString() ?? "v1", kind, ...object };
}

function bytesOf(fields: Fields | undefined, number: number): Buffer | undefined {
  const item = fields?.get(number)?.[0];
  return Buffer.isBuffer(item) ? item : undefined;
}
