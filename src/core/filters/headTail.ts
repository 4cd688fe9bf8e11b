import type { Operation } from "../command/operation.ts";
import type { ByteSink, ByteStream, Executor } from "../ports.ts";
import { fail, isOn, joinBytes, openInputs, readLines, textFlag, writeText, type FilterInput, type Line } from "./lines.ts";

interface Count {
  readonly unit: "lines" | "bytes";
  readonly value: number;
  /** `+N` (tail: from N on) or `-N` (head: all but the last N). */
  readonly sign: "" | "+" | "-";
}

/** head: the first lines or bytes; stops reading once it has them. */
export const head: Executor = async (operation, io, ports, signal) => {
  const count = countOf(operation);
  if (count === undefined) return fail(io, `head: invalid number of ${unitOf(operation)}: '${textFlag(operation, unitOf(operation)) ?? ""}'`, 1);
  return eachInput(operation, io.stdout, () => openInputs("head", operation.positionals, io, ports), async (input) => {
    if (count.sign === "-") return writeAllButLast(input.stream, count, io.stdout);
    return count.unit === "bytes" ? headBytes(input.stream, count.value, io.stdout) : headLines(input.stream, count.value, io.stdout, signal);
  });
};

/** tail: the last lines or bytes, or from a line on. */
export const tail: Executor = async (operation, io, ports) => {
  const count = countOf(operation);
  if (count === undefined) return fail(io, `tail: invalid number of ${unitOf(operation)}: '${textFlag(operation, unitOf(operation)) ?? ""}'`, 1);
  return eachInput(operation, io.stdout, () => openInputs("tail", operation.positionals, io, ports), async (input) => {
    if (count.sign === "+") return tailFrom(input.stream, count, io.stdout);
    return count.unit === "bytes" ? tailBytes(input.stream, count.value, io.stdout) : tailLines(input.stream, count.value, io.stdout);
  });
};

function unitOf(operation: Operation): "lines" | "bytes" {
  return operation.flags["bytes"] === undefined ? "lines" : "bytes";
}

function countOf(operation: Operation): Count | undefined {
  const unit = unitOf(operation);
  const text = textFlag(operation, unit) ?? "10";
  const match = /^([+-]?)(\d+)([kKMG]?)$/.exec(text);
  if (match === null) return undefined;
  const factor = { "": 1, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[match[3] ?? ""] ?? 1;
  const sign = match[1] === "+" ? "+" : match[1] === "-" && operation.tool === "head" ? "-" : "";
  return { unit, value: Number(match[2]) * factor, sign };
}

async function eachInput(operation: Operation, stdout: ByteSink, open: () => Promise<{ readonly inputs: readonly FilterInput[]; readonly missing: number }>, run: (input: FilterInput) => Promise<void>): Promise<number> {
  const { inputs, missing } = await open();
  const hasTitles = (operation.positionals.length > 1 && !isOn(operation, "quiet")) || isOn(operation, "verbose");
  for (const [index, input] of inputs.entries()) {
    if (hasTitles) await writeText(stdout, `${index > 0 ? "\n" : ""}==> ${input.name === "-" ? "standard input" : input.name} <==\n`);
    await run(input);
  }
  return missing > 0 ? 1 : 0;
}

async function headLines(stream: ByteStream | undefined, limit: number, stdout: ByteSink, signal: AbortSignal): Promise<void> {
  let left = limit;
  if (left === 0) return;
  for await (const batch of readLines(stream)) {
    signal.throwIfAborted();
    const taken = batch.slice(0, left);
    left -= taken.length;
    await writeRaw(taken, stdout);
    if (left === 0) return;
  }
}

async function headBytes(stream: ByteStream | undefined, limit: number, stdout: ByteSink): Promise<void> {
  let left = limit;
  if (left === 0 || stream === undefined) return;
  for await (const chunk of stream) {
    const taken = chunk.subarray(0, left);
    left -= taken.byteLength;
    await stdout(taken);
    if (left === 0) return;
  }
}

async function writeAllButLast(stream: ByteStream | undefined, count: Count, stdout: ByteSink): Promise<void> {
  if (count.unit === "bytes") {
    const all = await readAll(stream);
    await stdout(all.subarray(0, Math.max(0, all.byteLength - count.value)));
    return;
  }
  const kept: Line[] = [];
  for await (const batch of readLines(stream)) {
    kept.push(...batch);
    await writeRaw(kept.splice(0, Math.max(0, kept.length - count.value)), stdout);
  }
}

async function tailLines(stream: ByteStream | undefined, limit: number, stdout: ByteSink): Promise<void> {
  let kept: Line[] = [];
  for await (const batch of readLines(stream)) {
    kept.push(...batch);
    if (kept.length > limit * 2 + 1024) kept = limit === 0 ? [] : kept.slice(-limit);
  }
  await writeRaw(limit === 0 ? [] : kept.slice(-limit), stdout);
}

async function tailBytes(stream: ByteStream | undefined, limit: number, stdout: ByteSink): Promise<void> {
  const all = await readAll(stream);
  if (limit > 0 && all.byteLength > 0) await stdout(all.subarray(Math.max(0, all.byteLength - limit)));
}

async function tailFrom(stream: ByteStream | undefined, count: Count, stdout: ByteSink): Promise<void> {
  let skip = Math.max(0, count.value - 1);
  if (count.unit === "bytes") {
    for await (const chunk of stream ?? []) {
      const rest = chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.byteLength);
      if (rest.byteLength > 0) await stdout(rest);
    }
    return;
  }
  for await (const batch of readLines(stream)) {
    const rest = batch.slice(skip);
    skip = Math.max(0, skip - batch.length);
    await writeRaw(rest, stdout);
  }
}

/** A whole stream as one array. */
export async function readAll(stream: ByteStream | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return joinBytes(chunks);
}

async function writeRaw(lines: readonly Line[], stdout: ByteSink): Promise<void> {
  if (lines.length === 0) return;
  const newline = new Uint8Array([10]);
  await stdout(joinBytes(lines.flatMap((line) => (line.isTerminated ? [line.bytes, newline] : [line.bytes]))));
}
