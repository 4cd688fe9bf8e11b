import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, realpath, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { ByteStream, FileEntry, FilePort, WriteOptions } from "../core/ports.ts";
import { RuntimeError, messageOf } from "../core/runtimeError.ts";

export interface FilePortOptions {
  /**
   * Folder under which a drill's files lie: `/tmp/…` in `tmp/`, relative paths (and absolute ones under `cwd`) in `work/`. Any other
   * path is refused. `undefined` leaves paths as they are.
   */
  readonly scratch?: string;
  /** Absolute path that relative paths start at. */
  readonly cwd: string;
  /** Folder of the runbook: what lies in it can be read, by relative paths, where the working folder has nothing of that name. */
  readonly beside?: string;
}

/** Files of redirects, downloads and uploads. Missing or unreadable files reject with `notFound` or `invalidInput`; the message is the shell's own text after the path. */
export function createFilePort(options: FilePortOptions): FilePort {
  const place = (path: string): Promise<string> => placeOf(path, options);
  const found = async (path: string): Promise<string> => (await placeBeside(path, await place(path), options)) ?? place(path);
  return {
    cwd: options.cwd,
    read: async (path) => {
      const real = await found(path);
      // Opening first makes a missing file fail here and not in the middle of a pipeline.
      const handle = await open(real, "r").catch((cause: unknown) => fail(path, cause));
      if ((await handle.stat()).isDirectory()) {
        await handle.close();
        throw new RuntimeError("invalidInput", `${path}: Is a directory`, { facts: { path, reason: "EISDIR" } });
      }
      return readHandle(handle);
    },
    write: async (path, body, write) => {
      if (path === "/dev/null") return discard(path, body);
      const real = await place(path);
      if (options.scratch !== undefined || write.isWhole === true) await mkdir(dirname(real), { recursive: true, mode: 0o700 }).catch((cause: unknown) => fail(path, cause));
      return { path, ...(write.isWhole === true ? await writeWhole(path, real, body, write) : await writeThrough(path, real, body, write)) };
    },
    exists: async (path) => {
      const entry = await stat(await found(path)).catch((cause: unknown) => (isMissing(cause) ? undefined : fail(path, cause)));
      if (entry === undefined) return options.scratch !== undefined && isScratchRoot(path, options.cwd) ? "directory" : undefined;
      return entry.isDirectory() ? "directory" : "file";
    },
    list: async (path) => {
      const real = await found(path);
      const isEmptyRoot = options.scratch !== undefined && isScratchRoot(path, options.cwd);
      const names = await readdir(real).catch((cause: unknown) => (isMissing(cause) && isEmptyRoot ? [] : fail(path, cause)));
      const entries = await Promise.all(names.toSorted((a, b) => (a < b ? -1 : 1)).map(async (name) => await entryOf(join(real, name), name)));
      return entries.filter((entry) => entry !== undefined);
    },
  };
}

/** `undefined` for a link that leads nowhere, and for what vanished meanwhile. */
async function entryOf(real: string, name: string): Promise<FileEntry | undefined> {
  const found = await stat(real).catch((cause: unknown) => (isMissing(cause) ? undefined : fail(name, cause)));
  return found === undefined ? undefined : { name, kind: found.isDirectory() ? "directory" : "file" };
}

interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

async function writeThrough(path: string, real: string, body: ByteStream, options: WriteOptions): Promise<Written> {
  const handle = await open(real, options.append ? "a" : "w", 0o600).catch((cause: unknown) => fail(path, cause));
  try {
    const written = await pour(path, handle, body);
    if (options.modifiedAt !== undefined) await handle.utimes(options.modifiedAt / 1000, options.modifiedAt / 1000);
    return written;
  } finally {
    await handle.close();
  }
}

async function writeWhole(path: string, real: string, body: ByteStream, options: WriteOptions): Promise<Written> {
  const beside = join(dirname(real), `.${basename(real)}.${randomUUID().slice(0, 8)}`);
  const handle = await open(beside, "wx", 0o600).catch((cause: unknown) => fail(path, cause));
  try {
    const written = await pour(path, handle, body);
    if (options.modifiedAt !== undefined) await handle.utimes(options.modifiedAt / 1000, options.modifiedAt / 1000);
    await handle.sync();
    await handle.close();
    await rename(beside, real).catch((cause: unknown) => fail(path, cause));
    return written;
  } catch (error) {
    await handle.close();
    await unlink(beside);
    throw error;
  }
}

async function pour(path: string, handle: FileHandle, body: ByteStream): Promise<Written> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
    for (let offset = 0; offset < chunk.length; ) offset += (await handle.write(chunk, offset).catch((cause: unknown) => fail(path, cause))).bytesWritten;
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function discard(path: string, body: ByteStream): Promise<Written & { readonly path: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { path, bytes, sha256: hash.digest("hex") };
}

async function* readHandle(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const stream = createReadStream("", { fd: handle, autoClose: true });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } finally {
    stream.destroy();
  }
}

async function placeOf(path: string, { scratch, cwd }: FilePortOptions): Promise<string> {
  const absolute = resolve(cwd, path);
  if (scratch === undefined) return path === "/dev/null" ? path : absolute;
  if (absolute === "/dev/null") return absolute;
  // The working folder wins over /tmp: a drill started under /tmp still has one place for each path.
  const root = isInside(cwd, absolute) ? "work" : isInside("/tmp", absolute) ? "tmp" : undefined;
  if (root === undefined) throw outside(path);
  const base = join(resolve(scratch), root);
  const real = join(base, relative(root === "work" ? resolve(cwd) : "/tmp", absolute));
  await refuseEscapingLinks(path, base, real);
  return real;
}

/** Where a file of the runbook's folder is meant: a relative path that names nothing at its own place. */
async function placeBeside(path: string, real: string, { cwd, beside }: FilePortOptions): Promise<string | undefined> {
  const absolute = resolve(cwd, path);
  if (beside === undefined || isAbsolute(path) || absolute === resolve(cwd) || !isInside(cwd, absolute)) return undefined;
  if ((await realPathOf(path, real)) !== undefined) return undefined;
  const found = await realPathOf(path, join(beside, relative(resolve(cwd), absolute)));
  return found !== undefined && isInside(await realpath(beside), found) ? found : undefined;
}

function realPathOf(path: string, real: string): Promise<string | undefined> {
  return realpath(real).catch((cause: unknown) => (isMissing(cause) ? undefined : fail(path, cause)));
}

/** A symbolic link inside the scratch folder may not lead out of it. */
async function refuseEscapingLinks(path: string, base: string, real: string): Promise<void> {
  await mkdir(base, { recursive: true, mode: 0o700 });
  const trueBase = await realpath(base);
  for (let folder = real; ; folder = dirname(folder)) {
    const found = await realPathOf(path, folder);
    if (found === undefined) continue;
    if (!isInside(trueBase, found)) throw outside(path);
    return;
  }
}

function outside(path: string): RuntimeError {
  return new RuntimeError("outsideWorld", `Opening ${path}: a drill only touches /tmp and the working folder, both kept in the run's scratch folder`, {
    hint: "Use a path under /tmp, or a relative one.",
    facts: { path },
  });
}

function isInside(folder: string, path: string): boolean {
  const way = relative(resolve(folder), path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`));
}

function isScratchRoot(path: string, cwd: string): boolean {
  const absolute = resolve(cwd, path);
  return absolute === resolve(cwd) || absolute === "/tmp";
}

function isMissing(cause: unknown): boolean {
  return errorCode(cause) === "ENOENT" || errorCode(cause) === "ENOTDIR";
}

function fail(path: string, cause: unknown): never {
  const code = errorCode(cause);
  const texts: Readonly<Record<string, string>> = {
    ENOENT: "No such file or directory", EACCES: "Permission denied", EPERM: "Operation not permitted", EISDIR: "Is a directory",
    ENOTDIR: "Not a directory", ENOSPC: "No space left on device", EROFS: "Read-only file system",
  };
  throw new RuntimeError(code === "ENOENT" ? "notFound" : "invalidInput", `${path}: ${texts[code ?? ""] ?? messageOf(cause)}`, { facts: { path, reason: code ?? "" }, cause });
}

function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}
