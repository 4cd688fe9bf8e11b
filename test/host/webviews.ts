import type { Locator, Page } from "playwright-core";

const PATIENCE_MS = 60_000;

/** The first element that matches in any webview, as soon as there is one: each webview is a frame of its own origin. */
export async function findInWebviews(page: Page, selector: string): Promise<Locator> {
  return await poll(page, selector, async () => {
    for (const frame of webviewsOf(page)) {
      const found = frame.locator(selector).first();
      if ((await found.count().catch(() => 0)) > 0) return found;
    }
    return undefined;
  });
}

/** The text of the first webview that matches, as soon as one does. */
export async function waitForWebview(page: Page, pattern: RegExp): Promise<string> {
  return await poll(page, String(pattern), async () => {
    for (const frame of webviewsOf(page)) {
      // A frame that is being replaced while we look shows nothing yet.
      const text = await frame.evaluate(() => document.body.innerText).catch(() => "");
      if (pattern.test(text)) return text;
    }
    return undefined;
  });
}

/** All frames but the workbench itself. */
export function webviewsOf(page: Page): ReturnType<Page["frames"]> {
  return page.frames().filter((frame) => frame !== page.mainFrame());
}

async function poll<Found>(page: Page, what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`no webview has ${what} within ${PATIENCE_MS / 1000} s`);
    await page.waitForTimeout(200);
  }
}
