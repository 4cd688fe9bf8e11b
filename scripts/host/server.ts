import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endGroup, endWithParent, runCommand } from "../lib/children.ts";
import type { VsCodeServer } from "./vscodeServer.ts";

/** Quiet, offline settings; each server keeps its own in its data folder. */
const quietSettings = {
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "security.workspace.trust.enabled": false,
  "git.enabled": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
};

export interface ServerOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  /** When given, the browser must show it (`tkn=` in the address). */
  readonly token?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lets the address load an extension and its tests (`payload`), and hides toasts. */
  readonly isTestDriver?: boolean;
  /** Where an extension host listens for a debugger on loopback, once it gets SIGUSR1. */
  readonly inspectPort?: number;
  /** A packed extension to install first. */
  readonly vsix?: string;
  /** Where extensions are installed; the data folder's own unless given. */
  readonly extensions?: string;
  /** Instead of the server's own folder of built-in extensions. */
  readonly builtinExtensions?: string;
  /** Kept between starts when given; otherwise a new folder, removed by `stop`. */
  readonly dataFolder?: string;
  /** Gets what the server prints. */
  readonly log?: (text: string) => void;
}

/** A running server on loopback. `stop` ends it with its extension hosts. */
export interface RunningServer {
  readonly origin: string;
  readonly dataFolder: string;
  readonly process: ChildProcess;
  readonly token: string | undefined;
  stop(): Promise<void>;
}

/** Starts the server and resolves when it listens. Rejects with its output when it ends before that or takes more than 60 s. */
export async function startServer(server: VsCodeServer, options: ServerOptions = {}): Promise<RunningServer> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), "dr-runbook-host-"));
  mkdirSync(join(dataFolder, "data/User"), { recursive: true });
  writeFileSync(join(dataFolder, "data/User/settings.json"), JSON.stringify({ ...quietSettings, ...options.settings }, undefined, 2));
  const extensions = options.extensions ?? join(dataFolder, "extensions");
  mkdirSync(extensions, { recursive: true });
  if (options.vsix !== undefined) await installExtension(server, options.vsix, extensions, dataFolder);
  const child = spawn(server.node, serverArguments(server, options, dataFolder, extensions), {
    env: { ...process.env, EXTENSIONS_GALLERY: "{}", ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const forget = endWithParent(child);
  const stop = async (): Promise<void> => {
    await endGroup(child);
    forget();
    if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await listeningPort(child, options.log);
    return { origin: `http://127.0.0.1:${port}`, dataFolder, process: child, token: options.token, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The workbench's address for a folder. */
export function workbenchUrl(running: RunningServer, folder: string): URL {
  const url = new URL("/", running.origin);
  if (running.token !== undefined) url.searchParams.set("tkn", running.token);
  url.searchParams.set("folder", resolve(folder));
  return url;
}

/** The address that runs a test suite inside the extension host; the server must have been started with `isTestDriver`. */
export function testUrl(running: RunningServer, folder: string, extension: string, tests: string): URL {
  const remote = (path: string): string => `vscode-remote://${new URL(running.origin).host}${resolve(path)}`;
  const url = workbenchUrl(running, folder);
  url.searchParams.set("payload", JSON.stringify([
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(tests)],
    ["enableProposedApi", ""],
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
  ]));
  return url;
}

function serverArguments(server: VsCodeServer, options: ServerOptions, dataFolder: string, extensions: string): string[] {
  return [
    // Handed on to the extension hosts.
    ...(options.inspectPort === undefined ? [] : [`--inspect-port=127.0.0.1:${options.inspectPort}`]),
    server.main,
    "--host", "127.0.0.1",
    "--port", String(options.port ?? 0),
    ...(options.token === undefined ? ["--without-connection-token"] : ["--connection-token", options.token]),
    "--accept-server-license-terms",
    "--server-data-dir", dataFolder,
    "--extensions-dir", extensions,
    "--builtin-extensions-dir", options.builtinExtensions ?? server.builtinExtensions,
    "--telemetry-level", "off",
    "--disable-experiments",
    "--disable-workspace-trust",
    "--log", "warn",
    ...(options.isTestDriver === true ? ["--enable-smoke-test-driver"] : []),
  ];
}

export async function installExtension(server: VsCodeServer, vsix: string, extensions: string, dataFolder: string): Promise<void> {
  const argv = [server.node, server.main, "--install-extension", vsix, "--force", "--extensions-dir", extensions, "--server-data-dir", dataFolder, "--accept-server-license-terms"];
  const result = await runCommand(argv, { limitMs: 60_000, show: "capture" });
  if (result.code !== 0) throw new Error(`the VS Code server could not install ${vsix}:\n${result.output}`);
}

async function listeningPort(child: ChildProcess, log?: (text: string) => void): Promise<number> {
  let output = "";
  const listening = new Promise<number>((resolve) => {
    const read = (data: Buffer): void => {
      const text = data.toString();
      log?.(text);
      if (output.length > 100_000) return;
      output += text;
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`the VS Code server ended with ${String(code)}:\n${output}`)));
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`the VS Code server did not listen within 60 s:\n${output}`)), 60_000).unref());
  // The losers of the race may reject later; that is no news then.
  for (const loser of [ended, late]) loser.catch(() => undefined);
  return Promise.race([listening, ended, late]);
}
