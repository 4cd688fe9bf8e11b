import { pinnedFlags } from "../run/pinning.ts";
import type { PlannedOperation } from "../command/plan.ts";
import { quoted } from "../command/rewrites.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { useOf } from "../runbook/parameters.ts";
import { chooseTarget } from "../run/targets.ts";
import { writtenCommands } from "../language/commandAt.ts";
import type { PlannedCell, RunbookPlan } from "./runbookPlan.ts";

interface Insertion {
  readonly at: number;
  /** Characters from there on that it takes the place of. */
  readonly length: number;
  readonly text: string;
}

/**
 * A cell as commands for any bash: its own text, each call that goes somewhere with its target spelled out, and before it the variables
 * that it uses. A variable whose value nobody knows yet is asked for with `${NAME:?…}`, so that nothing runs without it.
 */
export function shellCopy(plan: RunbookPlan, cell: PlannedCell, values: ReadonlyMap<string, string>): string {
  const command = plan.document.cells[cell.index]?.command;
  const text = command?.via ?? command?.commandText ?? "";
  const body = applyInsertions(text, [...cell.calls.flatMap(({ written }) => pins(text, written, plan.document)), ...quotesNeeded(cell)]);
  const input = command?.via === undefined ? "" : ` <<'${delimiterFor(plan.document.cells[cell.index]?.text ?? "")}'\n${withoutLastNewline(plan.document.cells[cell.index]?.text ?? "")}\n${delimiterFor(plan.document.cells[cell.index]?.text ?? "")}`;
  return `${[...declarations(plan, cell, values, body), body + input].join("\n").trimEnd()}\n`;
}

/** Where a call's words do not name its target: behind the tool's name. */
function pins(text: string, { operation, start, end }: PlannedOperation, document: RunbookDocument): readonly Insertion[] {
  const choice = chooseTarget(operation.destination, document.frontMatter.targets);
  const flags = choice.kind === "target" ? pinnedFlags(operation, choice.spec) : [];
  const words = writtenCommands(text.slice(start, end)).flatMap((written) => written.words);
  const name = words.find(({ value }) => value === operation.tool);
  return flags.length === 0 || name === undefined ? [] : [{ at: start + name.end, length: 0, text: ` ${flags.map(quoted).join(" ")}` }];
}

/** What this shell reads more kindly than bash (an `&` in an address) is written as bash needs it. */
function quotesNeeded({ problems }: PlannedCell): readonly Insertion[] {
  return problems.flatMap(({ code, start, end, fix }) => (code === "unquoted-url" && fix !== undefined ? [{ at: start, length: end - start, text: fix.text }] : []));
}

function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  let result = text;
  const seen = new Set<number>();
  for (const { at, length, text: added } of insertions.toSorted((a, b) => b.at - a.at)) {
    // A call in a loop is planned once a turn in some plans; it is pinned once.
    if (seen.has(at)) continue;
    seen.add(at);
    result = result.slice(0, at) + added + result.slice(at + length);
  }
  return result;
}

/** `NAME='value'` for each variable that the cell uses and does not set first. */
function declarations({ document }: RunbookPlan, cell: PlannedCell, values: ReadonlyMap<string, string>, body: string): readonly string[] {
  const own = document.cells[cell.index];
  const names = [...new Set([...body.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name))];
  const used = new Set(cell.calls.flatMap(({ written }) => written.unresolved).flatMap((part) => [...part.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name)));
  return names.flatMap((name) => {
    if (!used.has(name) || name === "HOME" || isSetFirst(own?.command?.commandText ?? "", name)) return [];
    const value = values.get(name);
    if (value !== undefined) return [`${name}=${quoted(value)}`];
    const parameter = document.frontMatter.parameters.find((one) => one.name === name);
    const why = parameter === undefined ? "an earlier cell sets it" : (parameter.description ?? "a parameter of the runbook");
    return [`: "\${${name}:?${why.replaceAll("'", "’").replaceAll(/["\\$`}]/g, "")}}"`];
  });
}

/** True where the text assigns the name before it uses it. */
function isSetFirst(text: string, name: string): boolean {
  const assigned = new RegExp(String.raw`(?:^|[\s;&|(])(?:${name}=|for\s+${name}\s)`).exec(text);
  const used = useOf(name).exec(text);
  return assigned !== null && (used === null || assigned.index < used.index);
}

function delimiterFor(text: string): string {
  let delimiter = "SQL";
  while (text.split("\n").includes(delimiter)) delimiter += "_";
  return delimiter;
}

function withoutLastNewline(text: string): string {
  return text.replace(/\n$/, "");
}
