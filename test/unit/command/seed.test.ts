import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import type { Risk } from "../../../src/core/command/operation.ts";
import { COMMAND_PROBLEMS } from "../../../src/core/command/problems.ts";
import { planCell } from "../../../src/core/command/planCell.ts";
import { planRunbook } from "../../../src/core/command/planRunbook.ts";
import type { StatementPlan } from "../../../src/core/command/plan.ts";
import { severityOf, type Problem } from "../../../src/core/problem.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { TRAPS } from "./seedTraps.ts";

interface SeedCommand {
  readonly id: string;
  readonly line: number;
  readonly command: string;
  readonly risk: "read" | "mutate" | "destroy";
  readonly traps: readonly string[];
}

const fixtures = new URL("../../fixtures/", import.meta.url);
const COMMANDS = JSON.parse(readFileSync(new URL("seed-commands.json", fixtures), "utf8")) as readonly SeedCommand[];
const document = parseRunbook(readFileSync(new URL("seed-runbook.md", fixtures), "utf8"));

/** Lines that may be refused as they are written. */
const REFUSED = new Set([151, 154, 155, 346, 530, 619, 748]);

/** Where the risk is another than the list says, with the reason. */
const OTHER_RISK: Readonly<Record<number, readonly [Risk, string]>> = {
  135: ["change", "a controller brings the pod back, and its logs and events are kept first"],
  383: ["change", "a controller brings the pod back, and its logs and events are kept first"],
  496: ["change", "a POST may change something with or without a body: a read would run without asking"],
  502: ["change", "a POST may change something with or without a body: a read would run without asking"],
};

const RISKS: Readonly<Record<SeedCommand["risk"], Risk>> = { read: "read", mutate: "change", destroy: "destroy" };

interface Planned {
  /** `undefined` for a line that the shell cannot read. */
  readonly statement: StatementPlan | undefined;
  readonly problems: readonly Problem[];
  readonly cell: number;
}

const plain = (text: string): string => text.replaceAll(/\s+/g, " ").replace(/;$/, "").trim();

/** The plan of each of the list's commands, found in the order of the runbook. */
function planSeed(): ReadonlyMap<SeedCommand, Planned> {
  const found = new Map<SeedCommand, Planned>();
  const parts = planRunbook(document).flatMap((plan, cell): (Planned & { readonly text: string })[] => {
    const text = document.cells[cell]?.command?.commandText ?? "";
    const broken = plan?.problems.filter((problem) => problem.code === "shell-syntax" && problem.fix !== undefined) ?? [];
    const within = (start: number, end: number): readonly Problem[] => (plan?.problems ?? []).filter((problem) => problem.start < end && problem.end > start);
    return [
      ...(plan?.statements ?? []).map((statement) => ({ statement, problems: within(statement.start, statement.end), cell, text: statement.text })),
      ...broken.map((problem) => ({ statement: undefined, problems: within(problem.start, problem.end), cell, text: text.slice(problem.start, problem.end) })),
    ];
  });
  for (const command of COMMANDS) {
    const index = parts.findIndex((part) => plain(part.text) === plain(command.command));
    const [part] = index < 0 ? [] : parts.splice(index, 1);
    if (part !== undefined) found.set(command, part);
  }
  return found;
}

describe("the commands of the seed runbook", () => {
  const planned = planSeed();
  const of = (command: SeedCommand): Planned => {
    const found = planned.get(command);
    assert.ok(found !== undefined, `not planned: ${command.command}`);
    return found;
  };

  it("are 99, and all are planned", () => {
    assert.deepEqual([COMMANDS.length, planned.size], [99, 99]);
  });

  it("are refused as written only where they must be", () => {
    const refused = COMMANDS.filter((command) => of(command).problems.some((problem) => severityOf(problem) === "error")).map((command) => command.line);
    assert.deepEqual(refused, [...REFUSED]);
  });

  it("have the risk that the list gives them", () => {
    for (const command of COMMANDS) {
      const { statement } = of(command);
      if (statement === undefined) continue;
      assert.equal(statement.risk, OTHER_RISK[command.line]?.[0] ?? RISKS[command.risk], `line ${String(command.line)}: ${command.command}`);
    }
  });

  it("offer a rewrite that can run in place of each that is refused", () => {
    for (const line of REFUSED) {
      const command = COMMANDS.find((one) => one.line === line);
      assert.ok(command !== undefined);
      const { cell, problems } = of(command);
      const problem = problems.find((one) => severityOf(one) === "error" && one.fix !== undefined);
      assert.ok(problem?.fix !== undefined, `line ${String(line)}`);
      const text = document.cells[cell]?.command?.commandText ?? "";
      const rewritten = text.slice(0, problem.start) + problem.fix.text + text.slice(problem.end);
      const again = planCell(rewritten, { variables: new Set(), expectations: [] });
      const left = again.problems.filter((one) => severityOf(one) === "error");
      assert.deepEqual(left.map((one) => one.code), [], rewritten);
      assert.ok(again.statements.some((statement) => statement.text.includes(problem.fix?.text.split("\n")[0]?.slice(0, 40) ?? "?")), rewritten);
    }
  });

  it("have a diagnostic for every trap", () => {
    for (const command of COMMANDS) {
      const codes = of(command).problems.map((problem): string => problem.code);
      for (const trap of command.traps) {
        const [, code = ""] = TRAPS.find(([piece]) => trap.startsWith(piece)) ?? TRAPS.find(([piece]) => trap.includes(piece)) ?? [];
        assert.notEqual(code, "", `line ${String(command.line)}: no code for ${trap}`);
        if (!code.startsWith("kernel:")) assert.ok(codes.includes(code), `line ${String(command.line)}: ${code} for ${trap}; there are ${codes.join(" ")}`);
      }
    }
  });

  it("name only codes and places that exist", () => {
    for (const [, code] of TRAPS) {
      if (code.startsWith("kernel:")) for (const [file] of code.matchAll(/(?:src|test)\/[\w./-]+/g)) assert.ok(existsSync(new URL(`../../../${file}`, import.meta.url)), file);
      else assert.ok(code in COMMAND_PROBLEMS, code);
    }
  });
});
