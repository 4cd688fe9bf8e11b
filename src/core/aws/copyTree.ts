import type { FilePort, ObjectEntry } from "../ports.ts";
import { writeText } from "./failure.ts";
import { absolutePath, type S3Address } from "./paths.ts";
import { downloadFound, fatal, uploadFile, USAGE, type CopyCall } from "./transfers.ts";

/** Exit code of the AWS command line where something was passed over. */
const SKIPPED = 2;

/** `aws s3 cp s3://BUCKET/PREFIX DIR --recursive`: every object under the prefix, by its key below it. */
export async function downloadTree(call: CopyCall, from: S3Address, target: string): Promise<number> {
  const prefix = asFolder(from.key);
  const root = absolutePath(target, call.cwd);
  const isChosen = filterOf(call);
  let exitCode = 0;
  try {
    for await (const found of objectsUnder(call, from.bucket, prefix)) {
      const path = found.key.slice(prefix.length);
      // An empty object whose key ends with a slash stands for a folder.
      if (path === "" || (path.endsWith("/") && found.size === 0) || !isChosen(path)) continue;
      exitCode = Math.max(exitCode, await downloadFound(call, { bucket: from.bucket, key: found.key }, found, `${root === "/" ? "" : root}/${path}`));
    }
  } catch (error) {
    return fatal(call, error, from.key);
  }
  return exitCode;
}

/** `aws s3 cp DIR s3://BUCKET/PREFIX --recursive`: every file below the folder. */
export async function uploadTree(call: CopyCall, source: string, to: S3Address): Promise<number> {
  const { files } = call.ports;
  const root = absolutePath(source, call.cwd);
  const kind = await files.exists(root);
  if (kind === undefined) {
    await writeText(call.io.stderr, `\nThe user-provided path ${source} does not exist.\n`);
    return USAGE;
  }
  if (kind === "file") {
    await writeText(call.io.stderr, `warning: Skipping file ${root}/. File does not exist.\n`);
    return SKIPPED;
  }
  const prefix = asFolder(to.key);
  const isChosen = filterOf(call);
  let exitCode = 0;
  for await (const path of filesBelow(files, root)) {
    if (isChosen(path)) exitCode = Math.max(exitCode, await uploadFile(call, `${root}/${path}`, { bucket: to.bucket, key: prefix + path }));
  }
  return exitCode;
}

/** A prefix is taken as a folder. */
function asFolder(key: string): string {
  return key === "" || key.endsWith("/") ? key : `${key}/`;
}

async function* objectsUnder({ store, signal }: CopyCall, bucket: string, prefix: string): AsyncGenerator<ObjectEntry> {
  let token: string | undefined;
  do {
    const page = await store.list({ bucket, prefix, delimiter: undefined, token }, signal);
    yield* page.objects;
    token = page.next;
  } while (token !== undefined);
}

/** Paths below a folder in the order of their keys: a folder sorts as its name with a slash. */
async function* filesBelow(files: FilePort, folder: string, before = ""): AsyncGenerator<string> {
  const entries = (await files.list(folder)).map(({ name, kind }) => ({ name, kind, key: kind === "directory" ? `${name}/` : name })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const { name, kind } of entries) {
    if (kind === "file") yield before + name;
    else yield* filesBelow(files, `${folder}/${name}`, `${before}${name}/`);
  }
}

/** `--include` and `--exclude` in their order: the last one that matches a path below the root decides; what none matches is taken. */
export function filterOf(call: Pick<CopyCall, "operation">): (path: string) => boolean {
  const rules: { readonly isIncluding: boolean; readonly pattern: RegExp }[] = [];
  const words = call.operation.argv;
  for (const [index, word] of words.entries()) {
    const [, kind, attached] = /^--(include|exclude)(?:=(.*))?$/s.exec(word) ?? [];
    if (kind !== undefined) rules.push({ isIncluding: kind === "include", pattern: fnmatch(attached ?? words[index + 1] ?? "") });
  }
  return (path) => rules.findLast((rule) => rule.pattern.test(path))?.isIncluding ?? true;
}

/** Python's `fnmatch`: `*` and `?` also stand for slashes. */
function fnmatch(pattern: string): RegExp {
  const source = pattern.replaceAll(/\[(!?)([^\]]+)\]|[\s\S]/g, (part, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replaceAll("\\", "\\\\")}]`;
    if (part === "*") return "[\\s\\S]*";
    return part === "?" ? "[\\s\\S]" : part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`);
}
