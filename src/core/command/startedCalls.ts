import { forEachChild, type Command, type Redirection, type SyntaxNode } from "unbash";
import { commandWords } from "../shell/commandWords.ts";
import { expandStatically, expandTextStatically, type CommandWord, type StaticVariables } from "../shell/expand.ts";
import type { InputShape } from "../shell/host.ts";
import { parseShell } from "../shell/parse.ts";
import type { ShellPlace } from "../shell/support.ts";
import { worseRisk } from "./plan.ts";
import { judgeRedirects } from "./podWrites.ts";
import type { Place, Verdict } from "./schema/spec.ts";
import { countStarters, programName, startedBy } from "./starters.ts";

/** Judges a call by its words, with what it reads and whose program it is. */
export type JudgeCall = (words: readonly CommandWord[], input: InputShape, place: Place) => Verdict;

/** Variables of a shell elsewhere: it knows them, nobody here does. */
export const ANYTHING: StaticVariables = { isKnown: () => true, valueOf: () => undefined };

/** Programs in one call that start others; a person writes two or three. */
const MAX_STARTERS = 50;

/** How often the reading of a broken text begins again behind what broke it. */
const MAX_RESTARTS = 20;

/** Programs that read shell text: from the word after `-c`, or from their input. */
const SHELLS = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);
/** Programs that hand the word after `-c` to a shell. */
const TEXT_TAKERS = new Set([...SHELLS, "su", "runuser", "script", "flock"]);

/** True where a call is one of a shell, which reads a text. */
export function isShell(words: readonly CommandWord[]): boolean {
  return SHELLS.has(programName(words[0]));
}

/** The text that a shell's call runs; `undefined` where it is in a file, on a prompt, or not known. */
export function shellText(words: readonly CommandWord[], input: InputShape): string | undefined {
  const name = programName(words[0]);
  const flag = words.findIndex((word, index) => index > 0 && /^-[A-Za-z]*c[A-Za-z]*$/.test(word.value));
  if (flag >= 0) return TEXT_TAKERS.has(name) ? words.slice(flag + 1).find(({ value }) => !/^[-+]/.test(value))?.value : undefined;
  return SHELLS.has(name) && input.kind === "text" ? input.text : undefined;
}

/**
 * What a call that runs other commands does: at least as much as they would do by themselves. A text of any shell is read for the
 * commands in it; that it is not understood as a whole keeps it from being milder than undetermined.
 */
export function judgeStarted(words: readonly CommandWord[], own: Verdict, input: InputShape, place: Place, judge: JudgeCall): Verdict {
  if (countStarters(words) > MAX_STARTERS) return { risk: "destroy", why: "too many programs start one another to say what this does" };
  return startedVerdicts(words, input, place, judge).reduce((worst, { risk, why }) => (worseRisk(worst.risk, risk) === worst.risk ? worst : { risk, why }), own);
}

function startedVerdicts(words: readonly CommandWord[], input: InputShape, place: Place, judge: JudgeCall): readonly Verdict[] {
  const name = programName(words[0]);
  const text = shellText(words, input);
  if (text !== undefined) return verdictsInText(text, input, place, judge);
  return startedBy(name, words).flatMap((started) => {
    const at = started.isForeign ? "pod" : place;
    return started.kind === "words" ? [judge(started.words, input, at)] : verdictsInText(started.words.map(({ value }) => value).join(" "), input, at, judge);
  });
}

/** The verdicts on every command of a text, wherever it stands: in branches, functions, substitutions; in a pod also on the files that it writes. */
export function verdictsInText(text: string, input: InputShape, place: Place, judge: JudgeCall): readonly Verdict[] {
  const found: Verdict[] = [];
  const shellPlace: ShellPlace = place === "pod" ? "pod" : "kernel";
  const visit = (node: SyntaxNode, outer: InputShape): void => {
    if (node.type === "Pipeline") {
      node.commands.forEach((command, index) => visit(command, index === 0 ? outer : { kind: "stream" }));
      return;
    }
    const redirects = node.type === "Command" || node.type === "Redirected" ? node.redirects : [];
    const own = inputOf(redirects, outer);
    if (place === "pod") found.push(...judgeRedirects(redirects));
    if (node.type === "Command") found.push(...verdictOf(node, own, place, judge));
    forEachChild(node, (child) => visit(child, own));
  };
  // The reader stops at what it cannot read, another shell may not: what stands behind that is read too.
  let rest = text;
  for (let turn = 0; turn < MAX_RESTARTS && rest !== ""; turn += 1) {
    const { script, problems } = parseShell(rest, shellPlace);
    visit(script, input);
    const broken = problems.find(({ code }) => code === "shell-syntax");
    rest = broken === undefined ? "" : rest.slice(broken.start).replace(/^\s*\S*/, "");
  }
  return found;
}

function verdictOf(command: Command, input: InputShape, place: Place, judge: JudgeCall): readonly Verdict[] {
  const { words } = expandStatically(commandWords(command), ANYTHING);
  return words.length === 0 ? [] : [judge(words, input, place)];
}

/** What a command reads: the last redirection of its input, or what is around it. A text with parts that nobody here knows is a stream. */
function inputOf(redirects: readonly Redirection[], outer: InputShape): InputShape {
  return redirects.reduce<InputShape>((input, redirect) => {
    if (redirect.type === "Redirect") return redirect.operator === "<" || redirect.operator === "<>" || redirect.operator === "<&" ? fromFile(redirect.target?.value) : input;
    const body = redirect.type === "HereDoc" ? redirect.body : redirect.target;
    if (body === undefined) return { kind: "stream" };
    const { text, unresolved } = expandTextStatically(body, ANYTHING);
    return unresolved.length > 0 ? { kind: "stream" } : { kind: "text", text };
  }, outer);
}

function fromFile(path: string | undefined): InputShape {
  return path === "/dev/null" ? { kind: "none" } : { kind: "stream" };
}
