import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../src/core/run/chain.ts";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, journalOf } from "../host/firstRunbook.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

/** What the messages and the people of the first runbook need. */
const FILES = [...FIRST_RUNBOOK_FILES, "notebooks/templates", "notebooks/buildnest.yaml"];

describe("people and messages", function () {
  this.timeout(500_000);

  it("shows whom to call, records an escalation without reaching anybody in a drill, and writes an update from the run", async () => {
    await withWorkbench({ extension: "vsix", files: FILES }, async (workbench) => {
      const { page } = workbench;
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.openView("DR Runbook");
      const contacts = page.locator(".pane").filter({ has: page.locator(".pane-header", { hasText: "Contacts" }) });
      await contacts.locator(".monaco-list-row").filter({ hasText: "1. DevOps" }).first().waitFor();
      const rows = await contacts.locator(".monaco-list-row").allInnerTexts();
      assert.match(rows.join("\n"), /1\. DevOps[\s\S]*cannot be dialled[\s\S]*2\. Database Admin[\s\S]*3\. DevOps Lead[\s\S]*4\. CEO/);
      assert.doesNotMatch(rows.join("\n"), /on call/i);
      await workbench.screenshotInBothThemes("contacts");

      await workbench.runCommand("Runbook: Start Drill…");
      await workbench.waitForQuickInput("what breaks", 60_000);
      await workbench.pressInQuickInput("Enter");
      await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);
      await workbench.runCommand("Runbook: Name Incident Commander…");
      await workbench.waitForQuickInput("One person who decides");
      await workbench.pressInQuickInput("Control+a");
      await workbench.answer("One person who decides", "Ada Lovelace");
      await contacts.locator(".monaco-list-row").filter({ hasText: "Ada Lovelace" }).waitFor();
      await workbench.runCommand("Runbook: Escalate…");
      await workbench.waitForQuickInput("next in the chain");
      await workbench.pressInQuickInput("Enter");
      await workbench.waitForQuickInput("only recorded");
      await workbench.pick("Page");
      await page.locator(".notifications-toasts").filter({ hasText: "nobody was reached" }).waitFor();
      await workbench.screenshotInBothThemes("contacts-run");

      await workbench.runCommand("Runbook: Write Update…");
      await workbench.pick("Internal notification");
      const editor = page.locator(".monaco-editor[data-uri^='untitled:']").first();
      await editor.filter({ hasText: "Ada" }).waitFor();
      await workbench.screenshotInBothThemes("update");
      await workbench.runCommand("Runbook: Write Update to File…");
      await workbench.waitForQuickInput("An existing file is not written over");
      await workbench.pressInQuickInput("Enter");
      await page.locator(".quick-input-widget:visible").waitFor({ state: "hidden" });
      await page.waitForTimeout(1000);

      const records = journalOf(workbench);
      assert.deepEqual(records.flatMap((record) => (record.type === "escalated" ? [`${record.means} ${record.role} ${record.address}`] : [])), ["page DevOps https://buildnest.pagerduty.com"]);
      const [file = ""] = globSync("internal-notification-*.md", { cwd: workbench.folder });
      const text = readFileSync(join(workbench.folder, file), "utf8");
      assert.match(text, /^DRILL: this is a rehearsal\.[\s\S]*SUBJECT: \[P1\] BuildNest Production DRILL - Database Failure[\s\S]*Incident Commander: Ada Lovelace\nWar Room: https/);
      const [message] = records.filter((record) => record.type === "messagePrepared");
      assert.ok(message?.type === "messagePrepared");
      assert.deepEqual([message.template, message.sha256, message.destination], ["Internal notification", sha256Hex(text), join(workbench.folder, file)]);
    });
  });
});
