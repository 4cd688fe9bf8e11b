import type { Operation } from "../command/operation.ts";
import type { ByteSink, ByteStream, Executor, Stdio, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/** Longest line a filter takes. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;

/** One line without its newline. */
export interface Line {
  readonly bytes: Uint8Array;
  /** False for a last line without a newline. */
  readonly isTerminated: boolean;
}

/** Lines in batches: one batch for each chunk that completed lines, so that a followed stream passes at once. */
export async function* readLines(stream: ByteStream | undefined): AsyncGenerator<readonly Line[]> {
  if (stream === undefined) return;
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push({ bytes: joinBytes([...pending, chunk.subarray(start, end)]), isTerminated: true });
      pending = [];
      size = 0;
      start = end + 1;
    }
    if (start < chunk.byteLength) {
      pending.push(chunk.slice(start));
      size += chunk.byteLength - start;
    }
    if (size > MAX_LINE_BYTES) throw new RuntimeError("invalidInput", `Reading lines: one line is longer than ${MAX_LINE_BYTES} bytes`);
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield [{ bytes: joinBytes(pending), isTerminated: false }];
}

/** Several byte arrays as one. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}

/** A line's text; bytes that are no UTF-8 become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Writes text as UTF-8; nothing for an empty text. */
export async function writeText(sink: ByteSink, text: string): Promise<void> {
  if (text !== "") await sink(new TextEncoder().encode(text));
}

/** Writes lines with newlines, as one chunk. */
export async function writeLines(sink: ByteSink, lines: readonly Uint8Array[]): Promise<void> {
  if (lines.length === 0) return;
  const newline = new Uint8Array([NEWLINE]);
  await sink(joinBytes(lines.flatMap((line) => [line, newline])));
}

/** One input of a filter: a file named in its arguments, or its standard input under the name `-`. */
export interface FilterInput {
  readonly name: string;
  readonly stream: ByteStream | undefined;
}

/**
 * Opens the inputs that arguments name, standard input where there are none. A file that cannot be read is said on stderr as the
 * real tool does, and left out; `missing` counts those.
 */
export async function openInputs(tool: string, names: readonly string[], io: Stdio, ports: ToolPorts): Promise<{ readonly inputs: readonly FilterInput[]; readonly missing: number }> {
  const inputs: FilterInput[] = [];
  let missing = 0;
  for (const name of names.length === 0 ? ["-"] : names) {
    const stream = name === "-" ? io.stdin : await openFile(name, ports);
    if (name !== "-" && stream === undefined) {
      missing += 1;
      const prefix = tool === "head" || tool === "tail" ? `${tool}: cannot open '${name}' for reading: ` : tool === "sort" ? `sort: cannot read: ${name}: ` : `${tool}: ${name}: `;
      await writeText(io.stderr, `${prefix}No such file or directory\n`);
    } else inputs.push({ name, stream });
  }
  return { inputs, missing };
}

async function openFile(name: string, ports: ToolPorts): Promise<ByteStream | undefined> {
  if ((await ports.files.exists(name)) !== "file") return undefined;
  return ports.files.read(name);
}

/** The text value of a flag; `undefined` where it is absent. */
export function textFlag(operation: Operation, name: string): string | undefined {
  const value = operation.flags[name];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.at(-1) : undefined;
}

/** True where a switch is on. */
export function isOn(operation: Operation, name: string): boolean {
  return operation.flags[name] === true;
}

/** A usage error: the words on stderr, and the exit code the tool gives. */
export async function fail(io: Stdio, message: string, exitCode: number): Promise<number> {
  await writeText(io.stderr, `${message}\n`);
  return exitCode;
}

/** An executor that reads whole lines of all its inputs one after the other and writes lines. */
export function lineFilter(tool: string, create: (operation: Operation) => ((line: Uint8Array) => readonly Uint8Array[]) | string): Executor {
  return async (operation, io, ports, signal) => {
    const filter = create(operation);
    if (typeof filter === "string") return fail(io, filter, 1);
    const { inputs, missing } = await openInputs(tool, operation.positionals, io, ports);
    for (const input of inputs) {
      for await (const batch of readLines(input.stream)) {
        signal.throwIfAborted();
        await writeLines(io.stdout, batch.flatMap((line) => filter(line.bytes)));
      }
    }
    return missing > 0 ? 1 : 0;
  };
}
