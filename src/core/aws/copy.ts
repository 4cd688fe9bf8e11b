import type { Executor } from "../ports.ts";
import { downloadTree, filterOf, uploadTree } from "./copyTree.ts";
import { flagText, hasFlag, writeText } from "./failure.ts";
import { baseName, readS3Address } from "./paths.ts";
import { copyInside, download, downloadToStdout, upload, USAGE, withName, type CopyCall } from "./transfers.ts";

/**
 * `aws s3 cp` of one object or a tree: down, up, or inside the store, with `-` for the standard streams. Prints what the tool prints with
 * `--no-progress`: the tool's progress line rewrites itself with carriage returns and is left out.
 */
export const copyObject: Executor = async (operation, io, ports, signal) => {
  const [source = "", target = ""] = operation.positionals;
  const [from, to] = [readS3Address(source), readS3Address(target)];
  const store = await ports.objectStore(flagText(operation, "profile"), flagText(operation, "region"));
  const call: CopyCall = { operation, io, ports, signal, store, cwd: ports.files.cwd };
  const single = from ?? source;
  if (!hasFlag(operation, "recursive") && single !== "-" && !filterOf(call)(baseName(typeof single === "string" ? single : single.key))) return 0;
  if (hasFlag(operation, "recursive") && (from === undefined) !== (to === undefined)) return from !== undefined ? downloadTree(call, from, target) : to !== undefined ? uploadTree(call, source, to) : USAGE;
  // The tool finds no object in a bucket alone, and says nothing about it.
  if (from !== undefined && from.key === "") return 0;
  if (from !== undefined && to !== undefined) return copyInside(call, from, withName(to, baseName(from.key)));
  if (from !== undefined) return target === "-" ? downloadToStdout(call, from) : download(call, from, target);
  if (to !== undefined) return upload(call, source, to);
  await writeText(io.stderr, "\nusage: aws s3 cp <LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>\nError: Invalid argument type\n");
  return USAGE;
};
