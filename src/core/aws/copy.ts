import type { Operation } from "../command/operation.ts";
import type { ByteStream, Executor, ObjectStorePort, Stdio, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import { flagText, hasFlag, refuseForeignFlags, serviceRefusal, writeText } from "./failure.ts";
import { absolutePath, baseName, readS3Address, shownPath, type S3Address } from "./paths.ts";

/** Exit code of the AWS command line for words it cannot use. */
const USAGE = 255;

/**
 * `aws s3 cp` of one object: down, up, or inside the store, with `-` for the standard streams. Prints what the tool prints with
 * `--no-progress`: the tool's progress line rewrites itself with carriage returns and is left out.
 */
export const copyObject: Executor = async (operation, io, ports, signal) => {
  refuseForeignFlags(operation);
  if (hasFlag(operation, "recursive")) throw new RuntimeError("invalidInput", "Running aws s3 cp: --recursive is not carried out in process", { hint: "Copy single objects, or install the AWS command line." });
  const [source = "", target = ""] = operation.positionals;
  const [from, to] = [readS3Address(source), readS3Address(target)];
  const store = await ports.objectStore(flagText(operation, "profile"), flagText(operation, "region"));
  const call: Call = { operation, io, ports, signal, store, cwd: ports.files.cwd };
  if (from !== undefined && from.key === "") throw new RuntimeError("invalidInput", `Copying ${source}: it names a bucket and no object`, { hint: "Name one object: s3://BUCKET/KEY." });
  if (from !== undefined && to !== undefined) return copyInside(call, from, withName(to, baseName(from.key)));
  if (from !== undefined) return target === "-" ? downloadToStdout(call, from) : download(call, from, target);
  if (to !== undefined) return upload(call, source, to);
  await writeText(io.stderr, "\nusage: aws s3 cp <LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>\nError: Invalid argument type\n");
  return USAGE;
};

interface Call {
  readonly operation: Operation;
  readonly io: Stdio;
  readonly ports: ToolPorts;
  readonly signal: AbortSignal;
  readonly store: ObjectStorePort;
  readonly cwd: string;
}

async function download(call: Call, from: S3Address, target: string): Promise<number> {
  const { ports, store, signal } = call;
  const path = absolutePath(target, call.cwd);
  const isFolder = target.endsWith("/") || (await ports.files.exists(path)) === "directory";
  const file = isFolder ? `${path === "/" ? "" : path}/${baseName(from.key)}` : path;
  const shown = `s3://${from.bucket}/${from.key} to ${shownPath(file, call.cwd)}`;
  try {
    const { modifiedAt, size } = await store.head(from.bucket, from.key, signal);
    const transfer = async (): Promise<number> => {
      const { body } = await store.get(from.bucket, from.key, signal);
      await ports.files.write(file, wholeBody(body, size, from), { append: false, isWhole: true, modifiedAt });
      return announce(call, `download: ${shown}`);
    };
    return await transfer().catch((error: unknown) => transferFailed(call, `download failed: ${shown}`, error));
  } catch (error) {
    return fatal(call, error, from.key);
  }
}

async function downloadToStdout(call: Call, from: S3Address): Promise<number> {
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

async function upload(call: Call, source: string, to: S3Address): Promise<number> {
  const isStream = source === "-";
  const path = absolutePath(source, call.cwd);
  if (!isStream) {
    const found = await call.ports.files.exists(path);
    if (found === undefined) {
      await writeText(call.io.stderr, `\nThe user-provided path ${source} does not exist.\n`);
      return USAGE;
    }
    if (found === "directory") throw new RuntimeError("invalidInput", `Copying ${source}: it is a folder`, { hint: "Name one file." });
  }
  const target = isStream ? to : withName(to, baseName(path));
  const shown = `${isStream ? "-" : shownPath(path, call.cwd)} to s3://${target.bucket}/${target.key}`;
  const body = isStream ? (call.io.stdin ?? nothing()) : await call.ports.files.read(path);
  try {
    await call.store.put(target.bucket, target.key, body, call.signal);
    return isStream ? 0 : await announce(call, `upload: ${shown}`);
  } catch (error) {
    return transferFailed(call, `upload failed: ${shown}`, error);
  }
}

async function copyInside(call: Call, from: S3Address, to: S3Address): Promise<number> {
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
function withName(to: S3Address, name: string): S3Address {
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

async function announce(call: Call, line: string): Promise<number> {
  if (!hasFlag(call.operation, "quiet") && !hasFlag(call.operation, "only-show-errors")) await writeText(call.io.stdout, `${line}\n`);
  return 0;
}

async function fatal(call: Call, error: unknown, key: string): Promise<number> {
  const refusal = serviceRefusal(error);
  if (refusal === undefined) throw error;
  const isMissing = refusal.code === "404" && refusal.operation === "HeadObject";
  const text = isMissing ? `An error occurred (404) when calling the HeadObject operation: Key "${key}" does not exist` : refusal.text;
  if (!hasFlag(call.operation, "quiet")) await writeText(call.io.stderr, `fatal error: ${text}\n`);
  return 1;
}

async function transferFailed(call: Call, line: string, error: unknown): Promise<number> {
  const refusal = serviceRefusal(error);
  if (refusal === undefined) throw error;
  if (!hasFlag(call.operation, "quiet")) await writeText(call.io.stderr, `${line} ${refusal.text}\n`);
  return 1;
}
