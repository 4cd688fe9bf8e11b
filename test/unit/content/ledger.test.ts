import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { repair, seedItems, squeeze } from "./seedItems.ts";

/** Where a part of the first runbook is now. */
interface Entry {
  readonly line: number;
  /** `kind: words`. */
  readonly seed: string;
  /** In notebooks/; has the same words, or those of `text`. */
  readonly file?: string;
  readonly text?: string;
  /** `FILE#NAME` of a cell that stands in place of a command, with the reason. */
  readonly cell?: string;
  readonly why?: string;
}

const NOTEBOOKS = resolve(import.meta.dirname, "../../../notebooks");
const LEDGER = parse(readFileSync(join(import.meta.dirname, "ledger.yaml"), "utf8")) as readonly Entry[];
const texts = new Map<string, string>();

/** Without bold and letter case: a heading in capitals is the same heading. */
function plain(text: string): string {
  return squeeze(text.replaceAll("**", "")).toLowerCase();
}

function textOf(file: string): string {
  const known = texts.get(file) ?? plain(readFileSync(join(NOTEBOOKS, file), "utf8"));
  texts.set(file, known);
  return known;
}

function cellNames(file: string): readonly string[] {
  return parseRunbook(readFileSync(join(NOTEBOOKS, file), "utf8")).cells.flatMap((cell) => cell.command?.name ?? []);
}

describe("the ledger of the first runbook", () => {
  const items = seedItems();

  it("accounts for every heading, row, command, expectation, template line, checklist item and fact, and for nothing else", () => {
    const counts = Object.fromEntries(Object.entries(Object.groupBy(items, (item) => item.kind)).map(([kind, group]) => [kind, group.length]));
    assert.deepEqual(counts, { heading: 80, item: 88, row: 16, template: 69, command: 101, expectation: 6, checklist: 7 });
    assert.deepEqual(LEDGER.map(({ line, seed }) => `${line} ${seed}`), items.map((item) => `${item.line} ${item.kind}: ${item.text}`));
  });

  it("finds each at the place that it names", () => {
    const lost = LEDGER.filter((entry) => entry.cell === undefined).filter(({ seed, file, text }) => file === undefined || !textOf(file).includes(plain(text ?? seed.replace(/^\w+: /, ""))));
    assert.deepEqual(lost, [], "These words are no longer there: bring them back, or say in test/unit/content/ledger.yaml where they are now.");
  });

  it("gives a reason only for commands and expectations that a named cell replaces", () => {
    const replaced = LEDGER.filter((entry) => entry.cell !== undefined);
    for (const { seed, cell = "", why = "", file } of replaced) {
      const [path = "", name = ""] = cell.split("#");
      assert.ok(/^(?:command|expectation): /.test(seed) && file === undefined && why.length > 10, seed);
      assert.ok(existsSync(join(NOTEBOOKS, path)) && cellNames(path).includes(name), `${seed}: there is no cell ${cell}`);
    }
    const reasons = Map.groupBy(replaced, (entry) => entry.why ?? "");
    console.log(`      ${LEDGER.length} parts, ${replaced.length} replaced by a named cell:`);
    for (const [why, entries] of reasons) console.log(`        line ${entries.map((entry) => entry.line).join(", ")}: ${why}`);
  });

  it("holds no damaged character, and nor do the notebooks", () => {
    for (const file of new Set(LEDGER.flatMap((entry) => entry.file ?? entry.cell?.split("#")[0] ?? []))) {
      const text = readFileSync(join(NOTEBOOKS, file), "utf8");
      assert.equal(repair(text), text, file);
    }
    assert.equal(repair("ðŸ”´ â†’ âœ…"), "🔴 → ✅");
  });
});
