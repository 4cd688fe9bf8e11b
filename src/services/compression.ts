import { Readable, pipeline, type Transform } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import type { ByteStream, CompressionPort } from "../core/ports.ts";
import { RuntimeError } from "../core/runtimeError.ts";

/** Each chunk of output is a way to the thread pool and back: a large dump should not make it for every 16 KiB. */
const CHUNK_BYTES = 64 * 1024;

/** gzip over node:zlib. Damaged input rejects with `invalidInput`, whose message is the text that gzip prints. */
export function createCompression(): CompressionPort {
  return {
    gzip: (source) => transform(source, createGzip),
    gunzip: (source) => gunzip(source),
  };
}

async function* gunzip(source: ByteStream): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const counted = (async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      bytes += chunk.length;
      yield chunk;
    }
  })();
  try {
    yield* transform(counted, () => createGunzip({ chunkSize: CHUNK_BYTES }));
  } catch (cause) {
    const text = gzipText(cause);
    throw text === undefined ? cause : new RuntimeError("invalidInput", text, { cause });
  }
  // zlib takes no input at all for an empty stream; gzip does not.
  if (bytes === 0) throw new RuntimeError("invalidInput", "gzip: stdin: unexpected end of file");
}

function gzipText(cause: unknown): string | undefined {
  switch (errorCode(cause)) {
    case "Z_BUF_ERROR":
      return "gzip: stdin: unexpected end of file";
    case "Z_DATA_ERROR":
      if (cause instanceof Error && cause.message === "incorrect header check") return "gzip: stdin: not in gzip format";
      if (cause instanceof Error && cause.message === "incorrect data check") return "gzip: stdin: invalid compressed data--crc error";
      if (cause instanceof Error && cause.message === "incorrect length check") return "gzip: stdin: invalid compressed data--length error";
      return "gzip: stdin: invalid compressed data--format violated";
    case undefined:
    default:
      return undefined;
  }
}

async function* transform(source: ByteStream, create: () => Transform): AsyncGenerator<Uint8Array> {
  const coder = create();
  let failure: Error | undefined;
  pipeline(Readable.from(source, { objectMode: false }), coder, (error) => {
    failure = error ?? undefined;
  });
  try {
    for await (const chunk of coder) yield chunk as Buffer;
  } catch (error) {
    throw failure ?? error;
  } finally {
    coder.destroy();
  }
}

function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}
