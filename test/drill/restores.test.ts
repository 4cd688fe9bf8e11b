import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runEveryCell } from "./runEveryCell.ts";

const NOTEBOOKS = resolve(import.meta.dirname, "../../notebooks");

/** Cells of a restore, the wrong way being to leave some out. */
const RESTORES = {
  "01-database-failure": {
    fault: "database-corrupted-volume",
    cells: ["choose-backup", "fetch-backup", "stop-application", "replace-volume", "restore-backup", "nothing-mixed", "start-application", "migrate", "row-counts", "app-health", "app-products"],
  },
  "06-backup-and-restore": {
    fault: "customers-ordering",
    cells: ["choose-backup", "fetch-backup", "stop-application", "restore-backup", "nothing-mixed", "start-application", "migrate", "row-counts", "app-health"],
  },
} as const;

describe("restores", function suite() {
  this.timeout(180_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "restore-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  /** What did not succeed, by its cell. */
  async function unmet(name: keyof typeof RESTORES, leftOut: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const { fault, cells } = RESTORES[name];
    const outcomes = await runEveryCell(join(NOTEBOOKS, `${name}.runbook.md`), home, { fault, cells: cells.filter((cell) => !leftOut.includes(cell)) });
    return Object.fromEntries(outcomes.filter(({ outcome }) => outcome.status !== "succeeded").map(({ cell, outcome }) => [cell, `${outcome.status}: ${outcome.message ?? ""}`]));
  }

  it("onto a new volume, as the runbook says: everything is back", async () => assert.deepEqual(await unmet("01-database-failure", []), {}));

  it("without migrations: the rows are back and health is UP, but what needs the new schema fails, and the verification sees it", async () => {
    const found = await unmet("01-database-failure", ["migrate"]);
    assert.deepEqual(Object.keys(found), ["app-products"]);
    assert.match(found["app-products"] ?? "", /^failed: Expected HTTP 200: got HTTP 500\./u);
  });

  it("while customers order, with the application stopped: only what the backup has is there", async () => assert.deepEqual(await unmet("06-backup-and-restore", []), {}));

  it("while the application writes: orders are mixed with those of the backup, and the check of the rows sees it", async () => {
    const found = await unmet("06-backup-and-restore", ["stop-application", "start-application"]);
    assert.deepEqual(Object.keys(found), ["nothing-mixed"]);
    assert.match(found["nothing-mixed"] ?? "", /^failed: Expected "?0/u);
  });
});
