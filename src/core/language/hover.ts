import type { CellPlan, PlannedOperation } from "../command/plan.ts";
import { selectCommand, wordsOf } from "../command/planOperation.ts";
import { findTool } from "../command/schema/table.ts";
import type { CommandSpec, FlagSpec, ToolSpec } from "../command/schema/spec.ts";
import { consequence, engineWords, requestText, RISK_WORDS } from "../plan/callWords.ts";
import { codeCell } from "../plan/markdownCell.ts";
import { placeText } from "../plan/runbookPlan.ts";
import { chooseTarget } from "../run/targets.ts";
import { commandAt } from "./commandAt.ts";
import type { LanguageFacts } from "./facts.ts";
import { flagMeaning } from "./flagMeanings.ts";

/** What is known of the word at an offset: Markdown, and the span it is about. */
export interface Hover {
  readonly markdown: string;
  readonly start: number;
  readonly end: number;
}

/** Explains the word at an offset of a cell's command text. `plan` is that text's plan, with known values put in. */
export function hoverAt(text: string, offset: number, plan: CellPlan, facts: LanguageFacts): Hover | undefined {
  const variable = hoverVariable(text, offset, facts);
  if (variable !== undefined) return variable;
  const found = commandAt(text, offset);
  const word = found?.word === undefined ? undefined : found.command.words[found.word];
  const planned = innermost(plan, offset);
  if (word === undefined || planned === undefined) return undefined;
  const { tool, command } = specsOf(planned);
  const markdown = flagText(word.value, tool, command) ?? callText(planned, command, facts);
  return { markdown, start: word.start, end: word.end };
}

/** The call around an offset that begins last: one inside `$(…)` before the one that holds it. */
function innermost(plan: CellPlan, offset: number): PlannedOperation | undefined {
  const around = plan.statements.flatMap(({ operations }) => operations).filter(({ start, end }) => start <= offset && offset <= end);
  return around.toSorted((a, b) => b.start - a.start)[0];
}

function specsOf({ operation }: PlannedOperation): { readonly tool: ToolSpec | undefined; readonly command: CommandSpec | undefined } {
  const tool = findTool(operation.tool, "local");
  return { tool, command: tool === undefined ? undefined : selectCommand(tool, wordsOf(operation.argv)).command };
}

function flagText(word: string, tool: ToolSpec | undefined, command: CommandSpec | undefined): string | undefined {
  if (tool === undefined || command === undefined || !/^-./.test(word)) return undefined;
  const long = /^--([\w.-]+)/.exec(word)?.[1];
  const specs = [...command.flags, ...tool.flags];
  const named = specs.filter((spec) => (long === undefined ? tool.style !== "loose" && tool.style !== "words" && spec.short !== undefined && isInBundle(word, spec, specs) : spec.name === long));
  if (named.length === 0) return undefined;
  const title = `${tool.tool} ${command.verb}`.trim();
  return named.map((spec) => [`**--${spec.name}**${spec.short === undefined || spec.short === spec.name ? "" : ` (-${spec.short})`} of \`${title}\`${spec.value === "none" ? "" : ", with a value"}`, flagMeaning(tool.tool, spec.name), spec.isDelegated ? `With it, ${tool.tool} itself carries the call out; a drill refuses it.` : ""].filter((line) => line !== "").join("\n\n")).join("\n\n");
}

/** Short flags stand together until the first that takes a value. */
function isInBundle(word: string, spec: FlagSpec, specs: readonly FlagSpec[]): boolean {
  for (const letter of word.slice(1)) {
    if (spec.short === letter) return true;
    if (specs.find(({ short }) => short === letter)?.value !== "none") return false;
  }
  return false;
}

function callText(planned: PlannedOperation, command: CommandSpec | undefined, facts: LanguageFacts): string {
  const { operation } = planned;
  const inner = operation.inner === undefined ? undefined : findTool(operation.inner.tool, "pod")?.commands[0];
  const place = placeText(operation, chooseTarget(operation.destination, facts.targets));
  const after = consequence(operation);
  return [
    `**${`${operation.tool} ${operation.verb}`.trim()}**${command === undefined ? "" : `: ${command.summary}`}`,
    operation.inner === undefined ? "" : `Inside the pod: ${operation.inner.tool}${inner === undefined ? "" : `. ${inner.summary}`}`,
    `Risk: **${RISK_WORDS[operation.risk]}**${after === "" ? ` (${operation.why})` : `. ${after}`}`,
    [place === "" ? "" : `Goes to ${place}`, engineWords(operation.engine, operation.tool)].filter((part) => part !== "").join("; "),
    planned.unresolved.length > 0 ? `Known only when the cell runs: ${planned.unresolved.map(codeCell).join(", ")}` : `As it will be sent: ${codeCell(requestText(planned))}`,
  ].filter((line) => line !== "").join("\n\n");
}

/** `$NAME` and `${NAME…}`. */
function hoverVariable(text: string, offset: number, { variables }: LanguageFacts): Hover | undefined {
  for (const match of text.matchAll(/\$(?:\{(\w+)[^}]*\}|(\w+))/g)) {
    const [start, end] = [match.index, match.index + match[0].length];
    const fact = variables.find(({ name }) => name === (match[1] ?? match[2]));
    if (offset < start || offset > end || fact === undefined) continue;
    const value = fact.value === undefined ? "" : `\n\nIts value: ${codeCell(fact.value)}`;
    return { markdown: `**${fact.name}**: ${fact.description}${value}`, start, end };
  }
  return undefined;
}
