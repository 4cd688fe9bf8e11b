import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { type SuiteResult } from "../lib/mochaRun.ts";
import { root } from "../lib/paths.ts";
import { readSuiteResult, StageFailure } from "../lib/stages.ts";
import { launchChromium } from "./chromium.ts";
import { type DesktopVsCode, findDesktop } from "./desktop.ts";
import { endMarkedProcesses, isolatedEnvironment } from "./isolation.ts";
import { startServer, testUrl } from "./server.ts";
import { installVsCodeServer } from "./vscodeServer.ts";

const say = (line: string): void => console.log(`  ${line}`);
const bundles = join(root, "dist/test/editor");

/** Settings under which saving must still be byte-identical. */
const settings = { "files.trimTrailingWhitespace": true, "files.insertFinalNewline": true, "files.trimFinalNewlines": true, "notebook.insertFinalNewline": true };

/** Runs test/editor in a real extension host: desktop VS Code where there is one, else the VS Code server and headless Chromium. */
export async function runEditorTests(limitMs: number): Promise<SuiteResult> {
  await bundleTests();
  const scratch = mkdtempSync(join(tmpdir(), "dr-runbook-editor-"));
  const files = { output: join(scratch, "mocha.log"), result: join(scratch, "result.json") };
  writeFileSync(files.output, "");
  const workspace = join(scratch, "workspace");
  cpSync(join(root, "test/fixtures"), workspace, { recursive: true });
  if (existsSync(join(root, "notebooks"))) cpSync(join(root, "notebooks"), join(workspace, "notebooks"), { recursive: true });
  const environment = { ...isolatedEnvironment(scratch), DR_RUNBOOK_TEST_OUTPUT: files.output, DR_RUNBOOK_TEST_RESULT: files.result };
  const unfollow = follow(files.output);
  try {
    const desktop = findDesktop();
    if (desktop === undefined) await runInServer(workspace, environment, limitMs);
    else await runInDesktop(desktop, workspace, environment, scratch);
    unfollow();
    const result = readSuiteResult(files.result);
    // A host that is killed also ends "well": only the suite's own word counts.
    if (result === undefined) throw new StageFailure("the extension host ended without a result of the suite");
    return result;
  } finally {
    unfollow();
    endMarkedProcesses(scratch);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function bundleTests(): Promise<void> {
  rmSync(bundles, { recursive: true, force: true });
  mkdirSync(bundles, { recursive: true });
  const tests = globSync("test/editor/**/*.test.ts", { cwd: root }).map((file) => ({ in: join(root, file), out: basename(file, ".ts") }));
  await build({
    absWorkingDir: root,
    entryPoints: [...tests, { in: join(root, "test/host/editorSuite.ts"), out: "index" }],
    outdir: bundles,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    external: ["vscode"],
    sourcemap: "inline",
    logLevel: "warning",
  });
}

async function runInServer(workspace: string, environment: NodeJS.ProcessEnv, limitMs: number): Promise<void> {
  const errors: string[] = [];
  const server = await startServer(await installVsCodeServer(say), { environment, settings, isTestDriver: true });
  try {
    const browser = await launchChromium(say);
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.exposeFunction("codeAutomationLog", (type: string, parts: unknown[]) => {
        if (type === "error") errors.push(parts.map(String).join(" "));
      });
      const ended = new Promise<number>((resolve, reject) => {
        setTimeout(() => reject(new StageFailure(`the extension host was not done within ${limitMs / 1000} s`)), limitMs).unref();
        page.once("crash", () => reject(new StageFailure("the workbench's page crashed")));
        server.process.once("exit", (code) => reject(new StageFailure(`the VS Code server ended with ${String(code)}`)));
        // The workbench calls this when the extension host ends.
        void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code)).then(() => page.goto(testUrl(server, workspace, root, join(bundles, "index.js")).href)).catch(reject);
      });
      const code = await ended;
      if (code !== 0) for (const error of errors.filter((line) => !line.includes("Service Worker")).slice(-10)) say(`workbench: ${error.slice(0, 1500)}`);
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

/** The same suite in desktop VS Code. Nothing is downloaded: the program is the machine's. */
async function runInDesktop(desktop: DesktopVsCode, workspace: string, environment: NodeJS.ProcessEnv, scratch: string): Promise<void> {
  say(`desktop VS Code at ${desktop.program} (this way is wired, and unproven by the project's own CI)`);
  const userData = join(scratch, "user-data");
  mkdirSync(join(userData, "User"), { recursive: true });
  writeFileSync(join(userData, "User/settings.json"), JSON.stringify(settings));
  const launcher = desktop.wrapper.length === 0 ? desktop.program : writeLauncher(scratch, [...desktop.wrapper, desktop.program]);
  const { runTests } = await import("@vscode/test-electron");
  const code = await runTests({
    vscodeExecutablePath: launcher,
    extensionDevelopmentPath: root,
    extensionTestsPath: join(bundles, "index.js"),
    extensionTestsEnv: environment,
    launchArgs: [workspace, "--disable-extensions", `--user-data-dir=${userData}`],
  });
  if (code !== 0) say(`desktop VS Code ended with ${code}`);
}

function writeLauncher(scratch: string, argv: readonly string[]): string {
  const file = join(scratch, "code-with-display");
  writeFileSync(file, `#!/bin/sh\nexec ${argv.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(" ")} "$@"\n`, { mode: 0o755 });
  return file;
}

/** Prints what is appended to a file until the result is called. */
function follow(file: string): () => void {
  let seen = 0;
  const pump = (): void => {
    const text = readFileSync(file);
    if (text.length > seen) process.stdout.write(text.subarray(seen));
    seen = text.length;
  };
  const timer = setInterval(pump, 100);
  return () => {
    clearInterval(timer);
    pump();
  };
}
