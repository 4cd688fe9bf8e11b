/** An `s3://bucket/key` address; `key` is `""` for the bucket itself. */
export interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

/** Reads an `s3://` address; `undefined` for anything else. */
export function readS3Address(text: string): S3Address | undefined {
  if (!text.startsWith("s3://")) return undefined;
  const [bucket = "", ...rest] = text.slice("s3://".length).split("/");
  return { bucket, key: rest.join("/") };
}

/** The last part of a path or key. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Absolute, without `.` and `..`; a trailing slash is dropped, as Python's `abspath` does. */
export function absolutePath(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** How the AWS command line shows a local file: the folder relative to `cwd`, then the name (`./dump.gz`, `../../tmp/dump.gz`). */
export function shownPath(absolute: string, cwd: string): string {
  const folder = absolute.slice(0, absolute.lastIndexOf("/")).split("/").filter((part) => part !== "");
  const start = absolutePath("", cwd).split("/").filter((part) => part !== "");
  let common = 0;
  while (common < folder.length && common < start.length && folder[common] === start[common]) common += 1;
  const way = [...start.slice(common).map(() => ".."), ...folder.slice(common)];
  return `${way.length === 0 ? "." : way.join("/")}/${baseName(absolute)}`;
}
