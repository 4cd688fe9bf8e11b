import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./children.ts";
import { installed, root } from "./paths.ts";

/** Builds for release and packs the extension. Resolves with the package's path; rejects with the tools' output. */
export async function packExtension(): Promise<string> {
  await buildBundles(true);
  const file = packagePath();
  const vsce = [process.execPath, installed("@vscode/vsce/vsce"), "package", "--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", file];
  const result = await runCommand(vsce, { cwd: root, limitMs: 120_000, show: "capture" });
  if (result.code !== 0) throw new Error(`vsce could not pack the extension:\n${result.output}`);
  return file;
}

/** The package that was built last; throws when there is none. */
export function newestPackage(): string {
  const file = packagePath();
  if (!existsSync(file)) throw new Error(`${file}: does not exist. Run npm run package first.`);
  return file;
}

/** Runs esbuild.js, whose lines are shown. Rejects when it failed. */
export async function buildBundles(isRelease: boolean): Promise<void> {
  const argv = [process.execPath, join(root, "esbuild.js"), ...(isRelease ? ["--release"] : [])];
  const result = await runCommand(argv, { cwd: root, limitMs: 120_000, show: "inherit" });
  if (result.code !== 0) throw new Error("esbuild failed: its message is above");
}

function packagePath(): string {
  return join(root, `dr-runbook-${extensionVersion()}.vsix`);
}

function extensionVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("version" in manifest) || typeof manifest.version !== "string") {
    throw new Error("package.json: has no version. Give it one.");
  }
  return manifest.version;
}
