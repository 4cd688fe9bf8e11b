import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/host/chromium.ts";
import { isolatedEnvironment } from "../../scripts/host/isolation.ts";
import { installExtension, type RunningServer, startServer, workbenchUrl } from "../../scripts/host/server.ts";
import { type Engine, installVsCodeServer, type VsCodeServer } from "../../scripts/host/vscodeServer.ts";
import { newestPackage } from "../../scripts/lib/pack.ts";
import { root } from "../../scripts/lib/paths.ts";
import { type Theme, Workbench } from "./workbench.ts";

/** How a workbench for a UI test is made. */
export interface WorkbenchOptions {
  /** `vsix`: installed, as a person has it, and restarted after a crash. `development`: the checkout's dist. */
  readonly extension: "development" | "vsix";
  /** Files and folders of the checkout that are copied into the workspace. */
  readonly files: readonly string[];
  readonly theme?: Theme;
  /** The release of VS Code; the newest unless said. */
  readonly engine?: Engine;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Where its extension host listens for a debugger, once it gets SIGUSR1. */
  readonly inspectPort?: number;
  /** Added to the server's environment, whose home is a new folder without kubeconfig or cloud credentials. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Opens a workbench for one test and closes it afterwards; when the test fails, its message names a screenshot. */
export async function withWorkbench(options: WorkbenchOptions, test: (workbench: Workbench) => Promise<void>): Promise<void> {
  const workbench = await openWorkbench(options);
  try {
    await test(workbench);
  } catch (error) {
    const picture = await workbench.screenshot(`failure-${Date.now()}`).catch((reason: unknown) => `no screenshot: ${String(reason)}`);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n(screen: ${picture}; notifications: ${(await workbench.notifications().catch(() => [])).join(" | ") || "none"})`, { cause: error });
  } finally {
    await workbench.close();
  }
}

/** Starts a server with the extension and opens its workbench in headless Chromium. Dispose with `close`. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const scratch = mkdtempSync(join(tmpdir(), "dr-runbook-ui-"));
  const folder = join(scratch, "workspace");
  mkdirSync(folder);
  for (const file of options.files) cpSync(join(root, file), join(folder, file.split("/").at(-1) ?? file), { recursive: true });
  const say = (line: string): void => console.log(`  ${line}`);
  const host = await installVsCodeServer(say, options.engine);
  const server = await startServer(host, {
    dataFolder: join(scratch, "server"),
    environment: { ...isolatedEnvironment(scratch), ...options.environment },
    settings: { "window.autoDetectColorScheme": true, "workbench.preferredLightColorTheme": "Light Modern", "workbench.preferredDarkColorTheme": "Dark Modern", ...options.settings },
    ...(options.inspectPort === undefined ? {} : { inspectPort: options.inspectPort }),
    ...(options.extension === "vsix" ? { extensions: await installedPackage(host) } : {}),
  });
  let browser: Browser | undefined;
  try {
    browser = await launchChromium(say);
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: options.theme ?? "dark" });
    page.setDefaultTimeout(30_000);
    page.setDefaultNavigationTimeout(120_000);
    await prepareSecrets(page, server);
    if (options.extension === "development") await injectDevelopment(page, server, root);
    const workbench = new Workbench(page, server, browser, scratch, folder);
    await page.goto(workbenchUrl(server, folder).href);
    await workbench.waitUntilReady();
    return workbench;
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}

/** By the server's program: the folder with the package installed. */
const installations = new Map<string, Promise<string>>();

/** Installs the newest package once for all windows of this process, as long as it runs. */
function installedPackage(host: VsCodeServer): Promise<string> {
  const known = installations.get(host.main);
  if (known !== undefined) return known;
  const scratch = mkdtempSync(join(tmpdir(), "dr-runbook-installed-"));
  process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  const extensions = join(scratch, "extensions");
  const installed = installExtension(host, newestPackage(), extensions, join(scratch, "server")).then(() => extensions);
  installations.set(host.main, installed);
  return installed;
}

/** Makes the workbench load the extension from a folder. (The address can do that too, but only with a test driver that hides toasts.) */
async function injectDevelopment(page: Page, server: RunningServer, extension: string): Promise<void> {
  const location = { $mid: 1, scheme: "vscode-remote", authority: new URL(server.origin).host, path: resolve(extension) };
  await page.addInitScript((extensions) => {
    if (window.top !== window) return;
    new MutationObserver((_, observer) => {
      const settings = document.getElementById("vscode-workbench-web-configuration");
      if (settings === null) return;
      observer.disconnect();
      const configuration = JSON.parse(settings.getAttribute("data-settings") ?? "{}");
      configuration.developmentOptions = { ...configuration.developmentOptions, extensions };
      settings.setAttribute("data-settings", JSON.stringify(configuration));
    }).observe(document, { childList: true, subtree: true });
  }, [location]);
}

/** Answers what code-server's own wrapper would: with a key, secrets persist over reloads as they do on a desktop. */
async function prepareSecrets(page: Page, server: RunningServer): Promise<void> {
  await page.route((url) => url.origin === server.origin && url.pathname === "/mint-key", (route) => route.fulfill({ status: 200, body: Buffer.alloc(32, 7) }));
}
