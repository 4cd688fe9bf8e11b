import type { ByteStream, FilePort, Stdio } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import { curlFailure, type CurlFailure } from "./failure.ts";
import type { CurlCall, CurlData } from "./options.ts";

/** Largest request body: curl's data options hold it in memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The body that `-d` and its like make; `undefined` without any. */
export async function readRequestBody(call: CurlCall, io: Stdio, files: FilePort): Promise<Uint8Array | CurlFailure | undefined> {
  if (call.data.length === 0) return undefined;
  const parts: Uint8Array[] = [];
  for (const [index, item] of call.data.entries()) {
    const part = await readPart(item, io, files);
    if (!(part instanceof Uint8Array)) return part;
    // curl joins form data with `&`; --json pieces follow each other as they are.
    if (index > 0 && item.kind !== "json") parts.push(new TextEncoder().encode("&"));
    parts.push(part);
  }
  return join(parts);
}

async function readPart({ kind, value }: CurlData, io: Stdio, files: FilePort): Promise<Uint8Array | CurlFailure> {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  switch (kind) {
    case "data-raw":
      return encode(value);
    case "data-urlencode":
      return urlEncoded(value, io, files);
    case "data":
    case "data-binary":
    case "json": {
      if (!value.startsWith("@")) return encode(value);
      const bytes = await readNamed(value.slice(1), io, files);
      if (!(bytes instanceof Uint8Array) || kind !== "data") return bytes;
      // -d drops line ends of a file.
      return bytes.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0);
    }
  }
}

/** `content`, `=content`, `name=content`, `@file`, `name@file`. */
async function urlEncoded(value: string, io: Stdio, files: FilePort): Promise<Uint8Array | CurlFailure> {
  const [, name = "", separator = "", rest = ""] = /^([^=@]*)([=@])([\s\S]*)$/.exec(value) ?? [];
  let content: string = separator === "" ? value : rest;
  if (separator === "@") {
    const bytes = await readNamed(rest, io, files);
    if (!(bytes instanceof Uint8Array)) return bytes;
    content = new TextDecoder().decode(bytes);
  }
  const encoded = percentEncode(content);
  return new TextEncoder().encode(name === "" ? encoded : `${name}=${encoded}`);
}

/** Everything but unreserved characters, and a space as `+`, as curl does it. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll("%20", "+");
}

async function readNamed(name: string, io: Stdio, files: FilePort): Promise<Uint8Array | CurlFailure> {
  if (name === "-") return readAll(io.stdin ?? none());
  if ((await files.exists(name)) !== "file") return curlFailure(26, "Failed to open/read local data from file/application");
  return readAll(await files.read(name));
}

async function* none(): AsyncGenerator<Uint8Array> {
  // A missing standard input is an empty one.
}

async function readAll(source: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw new RuntimeError("invalidInput", `Running curl: the request body is longer than ${MAX_BODY_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return join(chunks);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
