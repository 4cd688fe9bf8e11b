import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../scripts/host/chromium.ts";
import { levelLines, type LogOutput } from "../../../src/core/run/logLines.ts";
import { OUTPUT_MIMES } from "../../../src/editor/contributions.ts";
import type { activate as activateRenderer } from "../../../src/renderer/main.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const BUNDLE = `data:text/javascript;base64,${readFileSync(join(ROOT, "dist/renderer.js"), "base64")}`;

/** Lines `from` to `to` of a log of which each line names its place. */
function log(from: number, to: number, more: Partial<LogOutput> = {}): LogOutput {
  const text = Array.from({ length: to - from }, (_none, index) => `2026-01-31T02:00:00Z ${(from + index) % 10 === 0 ? "ERROR" : "INFO"} line ${from + index}`).join("\n");
  return { key: "k", isGrowing: true, first: from, lines: levelLines(text), ...more };
}

describe("a log that grows", function () {
  this.timeout(60_000);
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await launchChromium((line) => console.log(`  ${line}`));
  });
  beforeEach(async () => {
    page = await browser.newPage();
    await page.setContent('<!DOCTYPE html><html lang="en"><body style="font-size: 13px"><div id="outputs"></div></body></html>');
    await page.evaluate(async (address) => {
      const { activate } = (await import(address)) as { readonly activate: typeof activateRenderer };
      Object.assign(globalThis, { renderer: activate({}) });
    }, BUNDLE);
  });
  afterEach(() => page.close());
  after(() => browser.close());

  /** Draws a state of the log, in the element where the last one stands or in a new one. */
  const draw = (value: LogOutput, isAnew = false): Promise<void> =>
    page.evaluate(([mime, shown, anew]) => {
      const { renderer } = globalThis as unknown as { readonly renderer: ReturnType<typeof activateRenderer> };
      const outputs = document.querySelector("#outputs");
      const present = outputs?.firstElementChild;
      const element = anew || !(present instanceof HTMLElement) ? document.createElement("div") : present;
      if (element !== present) outputs?.replaceChildren(element);
      renderer.renderOutputItem({ id: "1", mime, json: () => shown }, element);
      return new Promise<void>((done) => {
        requestAnimationFrame(() => requestAnimationFrame(() => done()));
      });
    }, [OUTPUT_MIMES.log, value, isAnew] as const);

  /** The topmost and the lowest line on the screen. */
  const onScreen = async (): Promise<readonly [number, number]> => {
    const places = await page.evaluate(() => {
      const list = document.querySelector(".dr-log");
      const { top, bottom } = list?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
      const rows = [...(list?.children ?? [])].filter((row) => row.getBoundingClientRect().bottom > top + 1 && row.getBoundingClientRect().top < bottom - 1);
      return rows.map((row) => Number(/line (\d+)/.exec(row.textContent)?.[1] ?? -1));
    });
    return [places[0] ?? -1, places.at(-1) ?? -1];
  };
  const settled = (): Promise<unknown> => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const scrollTo = async (scroll: (list: Element) => void): Promise<void> => {
    await page.locator(".dr-log").evaluate(scroll);
    await settled();
  };
  const follow = (): ReturnType<Page["getByRole"]> => page.getByRole("button", { name: "Follow" });

  it("stays at its newest line, until a person scrolls up, and again from when they come back to its end", async () => {
    await draw(log(0, 100));
    assert.equal((await onScreen())[1], 99);
    await draw(log(0, 150));
    assert.equal((await onScreen())[1], 149);
    assert.equal(await follow().getAttribute("aria-pressed"), "true");

    await scrollTo((list) => void (list.scrollTop = 400));
    assert.equal(await follow().getAttribute("aria-pressed"), "false");
    const [top] = await onScreen();
    await draw(log(0, 300));
    assert.deepEqual([(await onScreen())[0], await page.locator(".dr-count").innerText()], [top, "300 lines"]);

    await scrollTo((list) => void (list.scrollTop = list.scrollHeight));
    assert.equal(await follow().getAttribute("aria-pressed"), "true");
    await draw(log(0, 350));
    assert.equal((await onScreen())[1], 349);
  });

  it("follows or stands at the press of a key", async () => {
    await draw(log(0, 100));
    await follow().focus();
    await page.keyboard.press("Space");
    assert.equal(await follow().getAttribute("aria-pressed"), "false");
    await draw(log(0, 200));
    const [, stood] = await onScreen();
    assert.equal(stood, 99);
    await page.keyboard.press("Enter");
    await settled();
    assert.equal((await onScreen())[1], 199);
  });

  it("is scrolled by keys that the notebook then does not take", async () => {
    await draw(log(0, 100));
    await page.evaluate(() => {
      const taken: string[] = [];
      globalThis.addEventListener("keydown", ({ key }) => taken.push(key));
      Object.assign(globalThis, { taken });
    });
    await page.locator(".dr-log").focus();
    await page.keyboard.press("Home");
    await page.waitForFunction(() => document.querySelector(".dr-log")?.scrollTop === 0);
    await settled();
    assert.equal(await follow().getAttribute("aria-pressed"), "false");
    await page.keyboard.press("Escape");
    assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { readonly taken: readonly string[] }).taken), ["Escape"]);
  });

  it("is scrolled smoothly to where a person wants it while lines come", async () => {
    for (const scroll of [
      (): Promise<void> => page.keyboard.press("Home"),
      (): Promise<void> => page.mouse.wheel(0, -100_000),
      (): Promise<void> => page.locator(".dr-log").evaluate((list) => list.scrollTo({ top: 0, behavior: "smooth" })),
    ]) {
      await draw(log(0, 400), true);
      await page.locator(".dr-log").hover();
      await page.locator(".dr-log").focus();
      assert.deepEqual([(await onScreen())[1], await follow().getAttribute("aria-pressed")], [399, "true"]);
      await scroll();
      await page.waitForFunction(() => [...document.querySelectorAll("button")].some(({ textContent, ariaPressed }) => textContent === "Follow" && ariaPressed === "false"));
      for (let lines = 410; lines <= 500; lines += 10) await draw(log(0, lines));
      await page.waitForFunction(() => document.querySelector(".dr-log")?.scrollTop === 0, undefined, { timeout: 5000 });
      assert.equal(await follow().getAttribute("aria-pressed"), "false");
      await follow().click();
    }
  });

  it("shows its newest lines, and what is read stays in its place while those at the top go", async () => {
    await draw(log(0, 1000));
    await scrollTo((list) => void (list.scrollTop = list.scrollHeight / 2));
    const [top] = await onScreen();
    await draw(log(300, 1300));
    assert.deepEqual([(await onScreen())[0], await page.locator(".dr-log > div").count(), await page.locator(".dr-count").innerText()], [top, 1000, "the last 1000 of 1300 lines"]);
    // Much at once: nothing of what stood is there any more.
    await draw(log(5000, 6000));
    assert.equal(await page.locator(".dr-log > div").count(), 1000);
    assert.equal((await onScreen())[0], 5000);
  });

  it("takes its last line anew, which may have come in part", async () => {
    await draw(log(0, 20));
    const whole = log(0, 22);
    await draw({ ...whole, lines: whole.lines.map((line, index) => (index === 19 ? { ...line, text: `${line.text} and its end` } : line)) });
    const texts = await page.locator(".dr-log > div").allInnerTexts();
    assert.deepEqual([texts.length, texts[18]?.slice(-7), texts[19]?.slice(-11), texts[21]?.slice(-7)], [22, "line 18", "and its end", "line 21"]);
  });

  it("keeps what is searched and where it is read when it is drawn anew, and at its end", async () => {
    await draw(log(0, 300));
    await page.getByLabel("Search in this log").fill("error");
    await page.getByRole("button", { name: "30 errors" }).click();
    await scrollTo((list) => void (list.scrollTop = 60));
    const [top] = await onScreen();
    await draw(log(0, 400));
    assert.equal(await page.getByLabel("Search in this log").inputValue(), "error");
    await draw(log(0, 400, { isGrowing: false }), true);
    assert.deepEqual([(await onScreen())[0], await page.locator(".dr-count").innerText(), await follow().isVisible()], [top, "40 of 400 lines", false]);
    await page.getByLabel("Search in this log").fill("");
    await page.getByRole("button", { name: "40 errors" }).click();
    assert.equal(await page.locator(".dr-log > div").count(), 400);
  });

  it("is not redrawn where it stands: a thousand lines and one more cost no more than that line", async () => {
    await draw(log(0, 1000));
    await page.evaluate(() => {
      const changes = { added: 0, removed: 0 };
      new MutationObserver((records) => {
        for (const { addedNodes, removedNodes } of records) {
          changes.added += addedNodes.length;
          changes.removed += removedNodes.length;
        }
      }).observe(document.querySelector(".dr-log") as Node, { childList: true });
      Object.assign(globalThis, { changes });
    });
    await draw(log(1, 1001));
    assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { readonly changes: unknown }).changes), { added: 2, removed: 2 });
  });
});
