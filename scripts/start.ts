// npm start: opens the runbooks in a real VS Code, in a scratch workspace. A drill that is started there starts its own world on loopback.
// Options: --port N (default 8137), --smoke (open it in headless Chromium, check that the runbook shows, end), --no-build.
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DesktopVsCode, findDesktop } from "./host/desktop.ts";
import { endMarkedProcesses } from "./host/isolation.ts";
import { withOpener } from "./host/opener.ts";
import { startServer, workbenchUrl } from "./host/server.ts";
import { installVsCodeServer } from "./host/vscodeServer.ts";
import { runCommand } from "./lib/children.ts";
import { newestPackage, packExtension } from "./lib/pack.ts";
import { root } from "./lib/paths.ts";

const started = performance.now();
const isSmoke = process.argv.includes("--smoke");
const preferredPort = Number(optionValue("--port") ?? 8137);
/** Opened first. */
const firstRunbook = "notebooks/01-database-failure.runbook.md";

const vsix = process.argv.includes("--no-build") ? newestPackage() : await packExtension();
const workspace = makeWorkspace();
const scratch = mkdtempSync(join(tmpdir(), "dr-runbook-start-"));
let isFinishing = false;
const cleanUps: (() => Promise<void> | void)[] = [() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void finish(0));

try {
  // Kernels and drill worlds outlive their window by design; the mark finds those that this start has caused.
  const environment = { DR_RUNBOOK_STARTED_BY: scratch };
  cleanUps.push(() => endMarkedProcesses(scratch));
  const desktop = isSmoke ? undefined : findDesktop();
  await (desktop === undefined ? openInServer(environment) : openInDesktop(desktop, environment));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  await finish(1);
}

async function openInServer(environment: NodeJS.ProcessEnv): Promise<void> {
  const installed = await installVsCodeServer(say);
  const server = await startServer(installed, {
    port: isSmoke || (await isTaken(preferredPort)) ? 0 : preferredPort,
    token: randomBytes(16).toString("hex"),
    environment,
    vsix,
    builtinExtensions: withOpener(installed.builtinExtensions, join(scratch, "builtin"), firstRunbook),
    dataFolder: join(scratch, "server"),
  });
  cleanUps.push(() => server.stop());
  server.process.once("exit", (code) => {
    if (isFinishing) return;
    say(`the VS Code server ended (${String(code)})`);
    void finish(1);
  });
  const address = workbenchUrl(server, workspace).href;
  say(`workspace ${workspace}`);
  say(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s. Open this address in a browser on this machine; Ctrl-C ends everything:\n\n  ${address}\n`);
  if (isSmoke) await checkInBrowser(address);
}

/** Opens the workspace in a desktop window with settings and extensions of its own. */
async function openInDesktop(desktop: DesktopVsCode, environment: NodeJS.ProcessEnv): Promise<void> {
  say(`opening desktop VS Code at ${desktop.program} (wired, and unproven: the project's own tests have no desktop VS Code)`);
  if (desktop.commandLine === undefined) throw new Error(`no "code" command beside ${desktop.program}: put it on the PATH, or unset VSCODE_PATH`);
  const own = [`--user-data-dir=${join(scratch, "user-data")}`, `--extensions-dir=${join(scratch, "extensions")}`];
  const allEnvironment = { ...process.env, ...environment };
  const installation = await runCommand([desktop.commandLine, ...own, "--install-extension", vsix, "--force"], { environment: allEnvironment, limitMs: 120_000, show: "capture" });
  if (installation.code !== 0) throw new Error(`desktop VS Code could not install ${vsix}:\n${installation.output}`);
  say(`workspace ${workspace}`);
  await runCommand([desktop.commandLine, ...own, "--new-window", "--wait", workspace, join(workspace, firstRunbook)], { environment: allEnvironment, show: "inherit" });
  await finish(0);
}

async function checkInBrowser(address: string): Promise<void> {
  const { launchChromium } = await import("./host/chromium.ts");
  const browser = await launchChromium(say);
  cleanUps.push(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  try {
    await page.locator(".notebookOverlay .cell-list-container .monaco-list-row").first().waitFor({ state: "attached", timeout: 60_000 });
  } catch (error) {
    const picture = join(tmpdir(), `dr-runbook-smoke-${process.pid}.png`);
    await page.screenshot({ path: picture });
    throw new Error(`the runbook did not show within 60 s (screen: ${picture})`, { cause: error });
  }
  say(`smoke: the runbook shows ${await page.locator(".tabs-container .tab.active").innerText()}, after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await finish(0);
}

/** A folder of copies, kept afterwards: what was exported there stays. */
function makeWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), "dr-runbook-workspace-"));
  cpSync(join(root, "notebooks"), join(folder, "notebooks"), { recursive: true });
  return folder;
}

async function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function optionValue(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index < 0 ? undefined : process.argv[index + 1];
}

function say(line: string): void {
  console.log(`start: ${line}`);
}

/** Ends what was started, last first, and this process. */
/** Ends everything that this start has caused. A second Ctrl-C does not cut it short: kernels and worlds would stay. */
async function finish(code: number): Promise<void> {
  if (isFinishing) return;
  isFinishing = true;
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  process.exit(code);
}
