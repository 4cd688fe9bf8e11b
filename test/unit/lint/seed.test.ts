import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { TRAPS } from "../command/seedTraps.ts";
import { lint } from "./check.ts";
import { BLOCK_TRAPS, DOCUMENT_TRAPS, type SeedTrap } from "./seedTraps.ts";

interface SeedCommand {
  readonly line: number;
  readonly endLine: number;
  readonly traps: readonly string[];
}

const fixtures = resolve(import.meta.dirname, "../../fixtures");
const source = readFileSync(resolve(fixtures, "seed-runbook.md"), "utf8");
const commands = JSON.parse(readFileSync(resolve(fixtures, "seed-commands.json"), "utf8")) as readonly SeedCommand[];

/** `line code` of every finding, notes included, as of the day when the runbook's own next review was over. */
const findings = new Set(
  lint(source, { isRunbook: false, today: "2026-03-02", fileExists: (path) => existsSync(resolve(fixtures, path)) }).flatMap(({ problem, start, end }) => {
    const [from, to] = [lineAt(start), lineAt(Math.max(start, end - 1))];
    return Array.from({ length: to - from + 1 }, (_, index) => `${String(from + index)} ${problem.code}`);
  }),
);

describe("lint on the seed runbook", () => {
  it("sees what is wrong in commands", () => {
    const traps = commands.flatMap(({ line, endLine, traps: texts }) => texts.map((trap) => ({ trap, line, endLine })));
    const codes = traps.map((one) => ({ ...one, code: TRAPS.find(([piece]) => one.trap.startsWith(piece))?.[1] ?? TRAPS.find(([piece]) => one.trap.includes(piece))?.[1] ?? "" }));
    const seen = codes.filter(({ line, endLine, code }) => Array.from({ length: endLine - line + 1 }, (_, index) => `${String(line + index)} ${code}`).some((key) => findings.has(key)));
    const byKernel = codes.filter(({ code }) => code.startsWith("kernel:"));
    const missed = codes.filter((one) => !seen.includes(one) && !byKernel.includes(one)).map(({ line, code, trap }) => `${String(line)} ${code}: ${trap}`);
    console.log(`      commands: ${String(seen.length)} of ${String(traps.length)} traps found, ${String(byKernel.length)} taken away by how the kernel runs them`);
    assert.deepEqual(missed, []);
    assert.ok(seen.length >= 253, String(seen.length));
  });

  it("sees what is wrong in other blocks", () => expectRecall("blocks", BLOCK_TRAPS, 4));

  it("sees what is wrong in the document", () => expectRecall("document", DOCUMENT_TRAPS, 21));
});

/** Every finding that the table names is there; how many there are may only rise. */
function expectRecall(name: string, traps: readonly SeedTrap[], least: number): void {
  const named = traps.filter(({ finding }) => finding !== undefined);
  console.log(`      ${name}: ${String(named.length)} of ${String(traps.length)} traps found`);
  for (const { trap, why } of traps.filter(({ finding }) => finding === undefined)) console.log(`        not found: ${trap} (${why ?? ""})`);
  assert.deepEqual(named.filter(({ finding }) => !findings.has(finding ?? "")).map(({ finding, trap }) => `${finding ?? ""}: ${trap}`), []);
  assert.ok(named.length >= least, `${String(named.length)} of ${String(least)}`);
}

function lineAt(offset: number): number {
  return source.slice(0, offset).split("\n").length;
}
