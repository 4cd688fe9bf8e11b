import type { Operation } from "../command/operation.ts";
import type { ByteStream, ObjectEntry, ObjectStorePort, Stdio, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import { hasFlag, serviceRefusal, writeText } from "./failure.ts";
import { keepingOf } from "./keeping.ts";
import { absolutePath, baseName, shownPath, type S3Address } from "./paths.ts";

/** Exit code of the AWS command line for words it cannot use. */
export const USAGE = 255;

/** One `aws s3 cp` with its store. */
export interface CopyCall {
  readonly operation: Operation;
  readonly io: Stdio;
  readonly ports: ToolPorts;
  readonly signal: AbortSignal;
  readonly store: ObjectStorePort;
  readonly cwd: string;
}

/** Copies one object to a file, or under its own name into a folder. */
export async function download(call: CopyCall, from: S3Address, target: string): Promise<number> {
  const { ports, store, signal } = call;
  const path = absolutePath(target, call.cwd);
  const isFolder = target.endsWith("/") || (await ports.files.exists(path)) === "directory";
  const file = isFolder ? `${path === "/" ? "" : path}/${baseName(from.key)}` : path;
  try {
    const found = await store.head(from.bucket, from.key, signal);
    return await downloadFound(call, from, found, file);
  } catch (error) {
    return fatal(call, error, from.key);
  }
}

/** Copies an object that was listed to a file; its failure is printed and counts as exit code 1. */
export async function downloadFound(call: CopyCall, from: S3Address, found: Pick<ObjectEntry, "size" | "modifiedAt">, file: string): Promise<number> {
  const shown = `s3://${from.bucket}/${from.key} to ${shownPath(file, call.cwd)}`;
  if (isDryRun(call)) return announce(call, `(dryrun) download: ${shown}`);
  try {
    const { body } = await call.store.get(from.bucket, from.key, call.signal);
    await call.ports.files.write(file, wholeBody(body, found.size, from), { append: false, isWhole: true, modifiedAt: found.modifiedAt });
    return await announce(call, `download: ${shown}`);
  } catch (error) {
    return transferFailed(call, `download failed: ${shown}`, error);
  }
}

function isDryRun(call: CopyCall): boolean {
  return hasFlag(call.operation, "dryrun");
}

/** Writes one object to standard output. */
export async function downloadToStdout(call: CopyCall, from: S3Address): Promise<number> {
  const shown = `download failed: s3://${from.bucket}/${from.key} to -`;
  try {
    const { size } = await call.store.head(from.bucket, from.key, call.signal);
    const { body } = await call.store.get(from.bucket, from.key, call.signal);
    for await (const chunk of wholeBody(body, size, from)) await call.io.stdout(chunk);
    return 0;
  } catch (error) {
    return transferFailed(call, shown, error);
  }
}

/** Copies one file, or standard input, to an object. */
export async function upload(call: CopyCall, source: string, to: S3Address): Promise<number> {
  const isStream = source === "-";
  const path = absolutePath(source, call.cwd);
  if (!isStream) {
    const found = await call.ports.files.exists(path);
    if (found === undefined) {
      await writeText(call.io.stderr, `\nThe user-provided path ${source} does not exist.\n`);
      return USAGE;
    }
    if (found === "directory") {
      await writeText(call.io.stderr, `upload failed: ${shownPath(`${path}/`, call.cwd)} to s3://${to.bucket}/${to.key} [Errno 21] Is a directory: '${path}/'\n`);
      return 1;
    }
    return uploadFile(call, path, withName(to, baseName(path)));
  }
  try {
    if (!isDryRun(call)) await call.store.put(to.bucket, to.key, call.io.stdin ?? nothing(), call.signal, keepingOf(call.operation));
    return 0;
  } catch (error) {
    return transferFailed(call, `upload failed: - to s3://${to.bucket}/${to.key}`, error);
  }
}

/** Copies one file to an object; its failure is printed and counts as exit code 1. */
export async function uploadFile(call: CopyCall, path: string, target: S3Address): Promise<number> {
  const shown = `${shownPath(path, call.cwd)} to s3://${target.bucket}/${target.key}`;
  if (isDryRun(call)) return announce(call, `(dryrun) upload: ${shown}`);
  const body = await call.ports.files.read(path);
  try {
    await call.store.put(target.bucket, target.key, body, call.signal, keepingOf(call.operation));
    return await announce(call, `upload: ${shown}`);
  } catch (error) {
    return transferFailed(call, `upload failed: ${shown}`, error);
  }
}

/** Copies one object inside the store. */
export async function copyInside(call: CopyCall, from: S3Address, to: S3Address): Promise<number> {
  const shown = `s3://${from.bucket}/${from.key} to s3://${to.bucket}/${to.key}`;
  try {
    await call.store.head(from.bucket, from.key, call.signal);
  } catch (error) {
    return fatal(call, error, from.key);
  }
  try {
    await call.store.copy(from, to, call.signal);
    return await announce(call, `copy: ${shown}`);
  } catch (error) {
    return transferFailed(call, `copy failed: ${shown}`, error);
  }
}

/** A destination that is a bucket or ends with a slash takes the source's name. */
export function withName(to: S3Address, name: string): S3Address {
  return to.key === "" || to.key.endsWith("/") ? { bucket: to.bucket, key: `${to.key}${name}` } : to;
}

/** Passes a body on and fails when it ends before its announced size: half a dump must not look like a dump. */
async function* wholeBody(body: ByteStream, size: number, from: S3Address): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes !== size) throw new RuntimeError("connectionLost", `Downloading s3://${from.bucket}/${from.key}: ${bytes} of ${size} bytes came`, { hint: "Run the step again." });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An upload from a standard input that is not there is an empty object, as with the tool.
}

async function announce(call: CopyCall, line: string): Promise<number> {
  if (!hasFlag(call.operation, "quiet") && !hasFlag(call.operation, "only-show-errors")) await writeText(call.io.stdout, `${line}\n`);
  return 0;
}

/** Prints a refusal that ends the whole command. */
export async function fatal(call: CopyCall, error: unknown, key: string): Promise<number> {
  const refusal = serviceRefusal(error);
  if (refusal === undefined) throw error;
  const isMissing = refusal.code === "404" && refusal.operation === "HeadObject";
  const text = isMissing ? `An error occurred (404) when calling the HeadObject operation: Key "${key}" does not exist` : refusal.text;
  if (!hasFlag(call.operation, "quiet")) await writeText(call.io.stderr, `fatal error: ${text}\n`);
  return 1;
}

async function transferFailed(call: CopyCall, line: string, error: unknown): Promise<number> {
  const refusal = serviceRefusal(error);
  if (refusal === undefined) throw error;
  if (!hasFlag(call.operation, "quiet")) await writeText(call.io.stderr, `${line} ${refusal.text}\n`);
  return 1;
}
