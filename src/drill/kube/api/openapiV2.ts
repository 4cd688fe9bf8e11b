/** The media type of the answer: clients ask with an `@` in its place, which Go cannot parse in an answer. */
export const OPENAPI_V2_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/**
 * An OpenAPI v2 document without paths and definitions, as a `openapi.v2.Document` message. kubectl 1.27 will not apply without one; for
 * kinds it does not describe, kubectl merges by its own built-in types.
 */
export function openApiV2Document(version: string): Buffer {
  const info = Buffer.concat([field(1, Buffer.from("Kubernetes")), field(2, Buffer.from(version))]);
  return Buffer.concat([field(1, Buffer.from("2.0")), field(2, info), field(8, Buffer.alloc(0)), field(9, Buffer.alloc(0))]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
