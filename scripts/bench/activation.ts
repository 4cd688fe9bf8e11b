import type { Page } from "playwright-core";
import { FIRST_RUNBOOK } from "../../test/host/firstRunbook.ts";
import { withWorkbench } from "../../test/host/openWorkbench.ts";
import type { Comparison, Pair } from "./comparison.ts";

const WINDOWS = 3;
const OURS = "dr-runbook.dr-runbook";
const PEER = "vscode.git";

/** Milliseconds, as VS Code's own Startup Performance gives them. */
interface Activation {
  readonly load: number;
  readonly call: number;
}

/** What a real window waits for the extension when a runbook is opened in it, beside VS Code's own Git extension in the same window. */
export async function activation(): Promise<Comparison[]> {
  const load: Pair[] = [];
  const call: Pair[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    await withWorkbench({ extension: "vsix", files: ["notebooks"] }, async (workbench) => {
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.runCommand("Developer: Startup Performance");
      await workbench.page.locator(".tabs-container .tab.active").filter({ hasText: "Startup Performance" }).waitFor();
      // The page shows only the lines that fit.
      await workbench.page.setViewportSize({ width: 1800, height: 6000 });
      const [ours, peer] = [await readActivation(workbench.page, OURS), await readActivation(workbench.page, PEER)];
      load.push({ ours: ours.load, peer: peer.load });
      call.push({ ours: ours.call, peer: peer.call });
    });
  }
  return [
    { name: "activation in a window: loading the code", ours: OURS, peer: PEER, unit: "ms", pairs: load },
    { name: "activation in a window: the call of activate()", ours: OURS, peer: PEER, unit: "ms", pairs: call },
  ];
}

/** The row `| EXTENSION | eager | load | call | finish | …` of the open page, once it is there. */
async function readActivation(page: Page, extension: string): Promise<Activation> {
  await page.locator(".editor-group-container.active .view-line").filter({ hasText: extension }).first().waitFor();
  for (const line of await page.locator(".editor-group-container.active .view-line").allInnerTexts()) {
    const [, name, , load, call] = line.split("|").map((cell) => cell.trim());
    if (name === extension && load !== undefined && call !== undefined) return { load: Number(load), call: Number(call) };
  }
  throw new Error(`Startup Performance has no row of ${extension}`);
}
