import type { Executor, ByteStream, ToolPorts } from "../ports.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import { isOn, openInputs, writeText } from "./lines.ts";

/**
 * gzip, gunzip and zcat between streams; files named as arguments are read to standard output (-c), checked (-t) or written beside
 * the source (-k). Removing the source is left to the real tool, which the schema says.
 */
export const gzipFamily: Executor = async (operation, io, ports, signal) => {
  const isUnpacking = operation.tool !== "gzip" || isOn(operation, "decompress") || isOn(operation, "test");
  const { inputs, missing } = await openInputs(operation.tool === "zcat" ? "gzip" : operation.tool, operation.positionals, io, ports);
  let exitCode = missing > 0 ? 1 : 0;
  for (const input of inputs) {
    const source = input.stream ?? emptyStream;
    const name = input.name === "-" ? "stdin" : input.name;
    try {
      const stream = isUnpacking ? ports.compression.gunzip(source) : ports.compression.gzip(source);
      if (isOn(operation, "test")) await drain(stream, signal);
      else if (isOn(operation, "keep") && !isOn(operation, "stdout") && input.name !== "-") await writeBeside(input.name, stream, isUnpacking, ports);
      else await copy(stream, io.stdout, signal);
    } catch (error) {
      if (signal.aborted || (error instanceof RuntimeError && error.code !== "invalidInput")) throw error;
      await writeText(io.stderr, `\ngzip: ${name}: ${wordsOf(messageOf(error))}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
};

const emptyStream: ByteStream = {
  async *[Symbol.asyncIterator]() {
    // No standard input: nothing comes.
  },
};

async function copy(stream: ByteStream, sink: (chunk: Uint8Array) => Promise<void>, signal: AbortSignal): Promise<void> {
  for await (const chunk of stream) {
    signal.throwIfAborted();
    await sink(chunk);
  }
}

async function drain(stream: ByteStream, signal: AbortSignal): Promise<void> {
  for await (const chunk of stream) {
    signal.throwIfAborted();
    if (chunk.byteLength === 0) continue;
  }
}

async function writeBeside(name: string, stream: ByteStream, isUnpacking: boolean, ports: ToolPorts): Promise<void> {
  if (isUnpacking && !name.endsWith(".gz")) throw new RuntimeError("invalidInput", "unknown suffix -- ignored");
  await ports.files.write(isUnpacking ? name.slice(0, -3) : `${name}.gz`, stream, { append: false });
}

/** zlib's words as gzip says them. */
function wordsOf(message: string): string {
  if (/incorrect header check|unknown compression/i.test(message)) return "not in gzip format";
  if (/unexpected end of file/i.test(message)) return "unexpected end of file";
  if (/incorrect data check/i.test(message)) return "invalid compressed data--crc error";
  if (/incorrect length check/i.test(message)) return "invalid compressed data--length error";
  return message.replace(/^gzip: stdin: /, "");
}
