import { forEachChild, type Command, type SyntaxNode } from "unbash";
import { commandWords } from "../shell/commandWords.ts";
import { expandStatically, type CommandWord, type StaticVariables } from "../shell/expand.ts";
import { parseShell } from "../shell/parse.ts";
import type { ShellPlace } from "../shell/support.ts";
import type { Operation } from "./operation.ts";
import { worseRisk } from "./plan.ts";
import type { Verdict } from "./schema/spec.ts";
import { findTool } from "./schema/table.ts";

type PlanWords = (words: readonly CommandWord[]) => Operation;

const ANYTHING: StaticVariables = { isKnown: () => true, valueOf: () => undefined };

/** Local programs that start the command in their arguments, and those that read a text as shell. */
const STARTERS = new Set(["sudo", "timeout", "watch", "xargs"]);
const SHELLS = new Set(["bash", "sh"]);

/**
 * What a call that runs other commands does: at least as much as they would do by themselves. `undefined` for calls that run none. A text
 * of any shell is read for the commands in it; that it is not understood as a whole keeps it from being milder than undetermined.
 */
export function judgeStarted(words: readonly CommandWord[], own: Verdict, plan: PlanWords): Verdict {
  const started = startedCalls(words, plan);
  return started.reduce<Verdict>((worst, { risk, why }) => (worseRisk(worst.risk, risk) === worst.risk ? worst : { risk, why }), own);
}

function startedCalls(words: readonly CommandWord[], plan: PlanWords): readonly Operation[] {
  const [name = "", ...args] = words.map(({ value }) => value);
  if (STARTERS.has(name)) {
    const first = args.findIndex((word) => findTool(word, "local") !== undefined);
    return first < 0 ? [] : [plan(words.slice(first + 1))];
  }
  const flag = args.findIndex((word) => /^-[a-z]*c$/.test(word));
  const text = name === "eval" ? args.join(" ") : SHELLS.has(name) && flag >= 0 ? (args[flag + 1] ?? "") : "";
  return text === "" ? [] : callsInText(text, plan);
}

/** Every command of a text, wherever it stands: in branches, functions, substitutions. */
export function callsInText(text: string, plan: PlanWords, place: ShellPlace = "kernel"): readonly Operation[] {
  const found: Operation[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Command") found.push(...callOf(node, plan));
    forEachChild(node, visit);
  };
  visit(parseShell(text, place).script);
  return found;
}

function callOf(command: Command, plan: PlanWords): readonly Operation[] {
  const { words } = expandStatically(commandWords(command), ANYTHING);
  return words.length === 0 ? [] : [plan(words)];
}
