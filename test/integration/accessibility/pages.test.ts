import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../scripts/host/chromium.ts";
import { printLog } from "../../../src/core/log/printLog.ts";
import { shapeOutput } from "../../../src/core/run/outputShape.ts";
import { OUTPUT_MIMES } from "../../../src/editor/contributions.ts";
import type { activate as activateRenderer } from "../../../src/renderer/main.ts";
import { HEAD_STYLE, renderHead } from "../../../src/renderer/runbookHead.ts";
import { logOf, STARTED, WHOLE } from "../../unit/log/sampleLog.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.0 to 2.2, levels A and AA. */
const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Those of VS Code's own colours that the renderer names, by theme, as its style sheet has them. A theme leaves some out. */
const THEMES = JSON.parse(readFileSync(join(ROOT, "test/fixtures/themeColours.json"), "utf8")) as Readonly<Record<string, Readonly<Record<string, string>>>>;

const PODS = ["NAME          READY   STATUS             RESTARTS   AGE", ...["web-0", "web-1", "db-0", "db-1", "cache-0", "job-1", "job-2"].map((name, index) => `${name.padEnd(13)} ${index % 2}/1     ${["CrashLoopBackOff", "Running"][index % 2]?.padEnd(18) ?? ""} ${index}          ${index}d`), ""].join("\n");
const LOG_LINES = ["INFO", "WARN", "ERROR", "INFO", "INFO", "WARN", "INFO"].map((level, index) => `2026-01-31T02:00:0${index}Z ${level} request ${index} was answered\n`).join("");
const OBJECT = JSON.stringify({ kind: "Pod", metadata: { name: "db-0", labels: { app: "db", tier: "data" } }, spec: { replicas: 3, paused: false, hostname: null, ports: [{ port: 3306 }, { port: 33_060 }] } });
const HEAD = "---\ntitle: Shop\nseverity: critical\nrto: 15 minutes\nrpo: 5 minutes\nowner: ann\nreviewed: 2026-01-02\ntargets:\n  cluster:\n    kubernetes: { context: main, namespace: shop }\n    alias: prod\nparameters:\n  POD: { type: text, default: db-0 }\nverification: [look]\n---\n";

describe("what people read breaks no rule of WCAG 2 A and AA that a machine can check:", function () {
  this.timeout(60_000);
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await launchChromium((line) => console.log(`  ${line}`));
  });
  // A page of its own each: the log's Content-Security-Policy stays with the page that had it.
  beforeEach(async () => {
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
  });
  after(async () => {
    await browser.close();
  });

  for (const [name, media] of Object.entries({ light: { colorScheme: "light", media: "screen" }, dark: { colorScheme: "dark", media: "screen" }, paper: { colorScheme: "light", media: "print" } } as const)) {
    it(`the exported log, ${name}`, async () => {
      await page.emulateMedia(media);
      for (const log of [WHOLE, logOf([0, STARTED])]) {
        await page.setContent(printLog(log, "html"));
        await checkPage(page);
      }
    });
  }

  for (const [theme, colours] of Object.entries(THEMES)) {
    it(`what cells show, ${theme}`, async () => {
      await page.emulateMedia({ colorScheme: theme.includes("Dark") ? "dark" : "light", media: "screen" });
      await page.setContent(pageOf(colours));
      await draw(page, [
        ...[PODS, LOG_LINES, OBJECT].map(shownAs),
        { mime: OUTPUT_MIMES.whole, value: { run: "r", path: "output/1.txt", label: "Open Whole Output", words: "10,000 lines, 12.3 MiB" } },
        { mime: OUTPUT_MIMES.table, value: { columns: 3 } },
      ]);
      await checkPage(page);
      // As a person leaves them: a sorted and filtered table, a searched log narrowed to its errors, a tree all unfolded.
      await page.getByRole("button", { name: "NAME" }).click();
      await page.getByLabel("Filter the rows").fill("db");
      await page.getByRole("button", { name: "1 errors" }).click();
      await page.getByLabel("Search in this log").fill("request");
      await page.getByRole("button", { name: "Expand all" }).click();
      assert.equal(await page.locator("mark").count(), 1);
      await checkPage(page);
    });
  }

  it("is checked with every colour that the renderer names", () => {
    const named = new Set(["jsonTree", "logView", "runbookHead", "table", "tones", "toolbar", "wholeOutput"].flatMap((file) => readFileSync(join(ROOT, `src/renderer/${file}.ts`), "utf8").match(/--vscode-[\w-]+/g) ?? []).filter((name) => !/font-(?:family|size)$/.test(name)));
    for (const name of named) assert.ok(Object.values(THEMES).some((colours) => name in colours), name);
  });
});

function shownAs(text: string): { readonly mime: string; readonly value: unknown } {
  const shape = shapeOutput(text);
  assert.ok(shape !== undefined, text);
  switch (shape.kind) {
    case "table":
      return { mime: OUTPUT_MIMES.table, value: shape.table };
    case "log":
      return { mime: OUTPUT_MIMES.log, value: { key: "log", isGrowing: true, first: 0, lines: shape.lines } };
    case "json":
      return { mime: OUTPUT_MIMES.json, value: shape.value };
  }
}

/** A page in a theme's colours, with a runbook's head on it. */
function pageOf(colours: Readonly<Record<string, string>>): string {
  const variables = Object.entries(colours).map(([name, value]) => `${name}: ${value};`).join(" ");
  const style = `:root { ${variables} } body { background: var(--vscode-editor-background); color: var(--vscode-foreground); font-size: 13px; } ${HEAD_STYLE}`;
  return `<!DOCTYPE html><html lang="en"><head><title>Outputs</title><style>${style}</style></head><body><main><h1>Outputs</h1>${renderHead(HEAD)?.html ?? ""}<div id="outputs"></div></main></body></html>`;
}

/** Draws outputs by the bundle that is shipped. */
async function draw(page: Page, outputs: readonly { readonly mime: string; readonly value: unknown }[]): Promise<void> {
  // A page without an origin can import this kind of address.
  const bundle = `data:text/javascript;base64,${readFileSync(join(ROOT, "dist/renderer.js"), "base64")}`;
  await page.evaluate(async ([address, items]) => {
    const { activate } = (await import(address)) as { readonly activate: typeof activateRenderer };
    const renderer = activate({});
    for (const [index, { mime, value }] of items.entries()) {
      const element = document.createElement("div");
      document.querySelector("#outputs")?.append(element);
      renderer.renderOutputItem({ id: String(index), mime, json: () => value }, element);
    }
  }, [bundle, outputs] as const);
}

async function checkPage(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const results = await page.evaluate(async (tags) => (globalThis as unknown as { axe: { run(options: unknown): Promise<AxeResults> } }).axe.run({ runOnly: tags }), STANDARD);
  assert.ok(results.passes.length > 3, "the rules were run");
  const found = results.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary?.replaceAll(/\s+/g, " ") ?? ""}`));
  assert.deepEqual(found, []);
}
