import { forEachChild, type HereDoc, type HereString, type Redirect, type Statement, type SyntaxNode, type WordPart } from "unbash";
import type { Problem } from "../problem.ts";

/** Whose shell reads a text: the kernel's own, or the one in a pod, which knows more and whose text is only judged here. */
export type ShellPlace = "kernel" | "pod";

/** What of a statement lies outside the supported subset (docs/COMMANDS.md, "The shell"); the widest node of each place. */
export function findUntyped(statement: Statement, place: ShellPlace): readonly Problem[] {
  const problems: Problem[] = [];
  const visit = (node: SyntaxNode): void => {
    const detail = untypedReason(node, place);
    if (detail === undefined) forEachChild(node, visit);
    else problems.push({ code: "untyped-shell", start: node.pos, end: Math.max(node.end, node.pos), facts: { detail } });
  };
  visit(statement);
  return problems;
}

/** Nodes that are never typed, whatever they hold. */
const UNTYPED: Readonly<Partial<Record<SyntaxNode["type"], string>>> = {
  If: "if … then",
  Elif: "if … then",
  While: "while or until … do",
  Case: "case … in",
  Select: "select … in",
  Function: "a function",
  Subshell: "a subshell ( … )",
  BraceGroup: "a group { … }",
  Coproc: "coproc",
  ArithmeticFor: "arithmetic (( … ))",
  ArithmeticCommand: "arithmetic (( … ))",
  ArithmeticExpansion: "arithmetic $(( … ))",
  TestCommand: "[[ … ]]",
  Redirected: "a redirection of a whole loop",
  Time: "time",
  ProcessSubstitution: "process substitution <( … )",
  ExtendedGlob: "an extended pattern",
  LocaleString: 'a translated string $"…"',
};

/** Why a node cannot be typed; `undefined` where it can. */
function untypedReason(node: SyntaxNode, place: ShellPlace): string | undefined {
  const reason = UNTYPED[node.type];
  if (reason !== undefined) return reason;
  if (node.type === "Statement") return node.background === true ? "a command in the background (&)" : undefined;
  if (node.type === "For") return node.wordlist === undefined ? "for without in" : undefined;
  if (node.type === "Pipeline") return node.commands.some((command) => command.type !== "Command") ? "a loop or group inside a pipe" : undefined;
  if (node.type === "Command") return place === "pod" ? undefined : commandReason(node.name !== undefined, node.prefix.some((part) => part.type === "Assignment"));
  if (node.type === "Assignment") {
    if (node.append === true) return "+= assignment";
    return node.index !== undefined || node.value.type === "ArrayValue" ? "an array" : undefined;
  }
  if (node.type === "Redirect" || node.type === "HereString" || node.type === "HereDoc") return redirectReason(node);
  if (node.type === "SimpleExpansion") return place === "pod" || /^\$(?:[A-Za-z_]\w*|\?)$/.test(node.text) ? undefined : `the special variable ${node.text}`;
  if (node.type === "ParameterExpansion") return parameterReason(node);
  if (node.type === "BraceExpansion") return node.parts === undefined ? undefined : "quotes or variables inside a brace range";
  if (node.type === "CommandExpansion") {
    if (node.script === undefined) return "a substitution that cannot be read";
    return node.script.source === undefined ? undefined : "escaped backticks";
  }
  return undefined;
}

function commandReason(hasName: boolean, hasAssignment: boolean): string | undefined {
  return hasName && hasAssignment ? "a variable for one command only (NAME=value command)" : undefined;
}

function redirectReason(node: Redirect | HereString | HereDoc): string | undefined {
  const descriptor = node.descriptor;
  if (descriptor !== undefined && (descriptor.type !== "FileDescriptor" || descriptor.value > 2)) return "a file descriptor above 2";
  const number = descriptor?.type === "FileDescriptor" ? descriptor.value : undefined;
  if (node.type !== "Redirect") return number === undefined || number === 0 ? undefined : "input on another descriptor";
  switch (node.operator) {
    case ">":
    case ">>":
    case ">|":
      return number === 0 ? "output on descriptor 0" : undefined;
    case "<":
      return number === undefined || number === 0 ? undefined : "input on another descriptor";
    case "&>":
    case "&>>":
      return undefined;
    case ">&":
      return /^[12]$/.test(node.target?.text ?? "") ? undefined : "this duplication of a descriptor";
    case "<>":
    case "<&":
      return `the redirection ${node.operator}`;
  }
}

function parameterReason(node: Extract<WordPart, { type: "ParameterExpansion" }>): string | undefined {
  if (node.prefix !== undefined || node.index !== undefined || !/^[A-Za-z_]\w*$/.test(node.parameter)) return `the expansion ${node.text}`;
  if (node.operation === undefined) return undefined;
  if (node.operation.type !== "Default" || node.operation.operator.endsWith("=")) return `the expansion ${node.text}`;
  return undefined;
}
