import { forEachChild, type Command, type PipelineNode, type Script, type Statement, type SyntaxNode } from "unbash";
import type { Problem } from "../problem.ts";
import type { Expectation } from "../runbook/document.ts";
import { commandWords } from "../shell/commandWords.ts";
import { expandStatically, expandTextStatically, type CommandWord, type StaticVariables } from "../shell/expand.ts";
import type { InputShape } from "../shell/host.ts";
import { MAX_LOOP_TURNS } from "../shell/interpreter.ts";
import { parseShell, type ParsedShell } from "../shell/parse.ts";
import { stripTabs } from "../shell/redirect.ts";
import { adviseCell, type Surroundings } from "./advice/advise.ts";
import { isSqlCommand, secretProblems, sqlProblems, withPodRewrites, withQueryRewrites } from "./cellChecks.ts";
import { worseRisk, type CellPlan, type PlannedOperation, type StatementPlan } from "./plan.ts";
import type { Risk } from "./operation.ts";
import { planOperation, unknownOperation, wordsOf } from "./planOperation.ts";
import { judgeSql } from "./sqlRisk.ts";

/** What is known about a cell before it runs. */
export interface CellContext {
  /** Names that will have a value: parameters, and variables set by earlier cells. */
  readonly variables: ReadonlySet<string>;
  /** Values that are certain before anything runs, put into the words: a plan shows the request as it will be. Without them words stay as written. */
  readonly values?: ReadonlyMap<string, string>;
  /** `# Expected:` comments, offsets into the command text; each belongs to the statement above it. */
  readonly expectations: readonly Expectation[];
  /** What stands around the cell in its runbook; `undefined` where it is looked at alone. */
  readonly around?: Surroundings;
  /** Text that the cell's last command reads (a query cell); `undefined` where there is none. */
  readonly inputText?: string;
}

interface Planner {
  readonly shell: ParsedShell;
  readonly known: Set<string>;
  /** `undefined` where values are not to be put into words. */
  readonly values: Map<string, string> | undefined;
  /** False inside `a && b` and loops, where it is not certain that something runs. */
  readonly isCertain: boolean;
  readonly problems: Problem[];
  readonly input: InputShape;
}

/** Plans a cell without running anything, for diagnostics, the gate's overview and `plan`. Total. */
export function planCell(commandText: string, context: CellContext): CellPlan {
  const shell = parseShell(commandText);
  const input: InputShape = context.inputText === undefined ? { kind: "none" } : { kind: "text", text: context.inputText };
  const planner: Planner = { shell, known: new Set([...context.variables, "HOME", "?"]), values: context.values === undefined ? undefined : new Map(context.values), isCertain: true, problems: [...shell.problems], input };
  const drafts = shell.script.commands.flatMap((statement) => planStatement(statement, planner));
  const statements = drafts.map((draft, index): StatementPlan => {
    const next = drafts[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    const expectations = context.expectations.filter((one) => one.start >= draft.start && one.start < next);
    return { ...draft, expectations };
  });
  planner.problems.push(...sqlProblems(statements, planner.problems, commandText), ...secretProblems(statements));
  const unset = planner.problems.flatMap((problem) => (problem.code === "variable-not-set" ? [problem.facts["name"] ?? ""] : []));
  planner.problems.push(...adviseCell(statements, unset, context.around));
  const problems = withQueryRewrites(withPodRewrites(planner.problems, statements), commandText);
  const brokenLines = problems.flatMap((problem) => (problem.code === "shell-syntax" && problem.fix !== undefined ? adviseRewritten(problem, problem.fix.text) : []));
  return { statements: joinRisks(statements, problems), problems: [...problems, ...brokenLines].toSorted((a, b) => a.start - b.start) };
}

/** What there is to say about a line that cannot be read is said about what it was meant to be. */
function adviseRewritten(problem: Problem, text: string): readonly Problem[] {
  const { start, end } = problem;
  const { problems } = planCell(text, { variables: new Set(), expectations: [] });
  return [{ code: "url-globbing", start, end, facts: {} }, ...problems.map((one) => ({ ...one, start, end }))];
}

/** SQL written as commands is one call that was meant, and a Secret made anew and applied loses its other keys: the worst counts for the whole. */
function joinRisks(statements: readonly StatementPlan[], problems: readonly Problem[]): readonly StatementPlan[] {
  const joined = problems.filter((problem) => problem.code === "sql-in-shell" || problem.code === "secret-overwrite");
  if (joined.length === 0) return statements;
  return statements.map((statement) => {
    const problem = joined.find((one) => statement.start >= one.start && statement.end <= one.end);
    if (problem === undefined) return statement;
    const inside = statements.filter((one) => one.start >= problem.start && one.end <= problem.end);
    const worst = inside.reduce<Risk>((risk, one) => worseRisk(risk, one.risk), problem.code === "secret-overwrite" ? "destroy" : "read");
    return { ...statement, risk: worst };
  });
}

type Draft = Omit<StatementPlan, "expectations">;

function planStatement(statement: Statement, planner: Planner): readonly Draft[] {
  if (planner.shell.untyped.has(statement)) return [untypedDraft(statement, planner)];
  const nodes = statement.command.type === "AndOr" ? statement.command.commands : [statement.command];
  return nodes.map((node, index) => draftOf(node, planNode(node, index === 0 ? planner : { ...planner, isCertain: false }), planner));
}

function variablesOf(planner: Planner): StaticVariables {
  return { isKnown: (name) => planner.known.has(name), valueOf: (name) => planner.values?.get(name) };
}

/** From here on the name has this value, or one that is not known yet. */
function assign(planner: Planner, name: string, value: string | undefined): void {
  planner.known.add(name);
  if (value !== undefined && planner.isCertain) planner.values?.set(name, value);
  else planner.values?.delete(name);
}

/** Untyped shell is one call of bash; its assignments count, so that later statements may use them. */
function untypedDraft(statement: Statement, planner: Planner): Draft {
  const text = planner.shell.source.slice(statement.pos, statement.end);
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Assignment") assign(planner, node.name, undefined);
    forEachChild(node, visit);
  };
  visit(statement);
  const { operation } = planOperation(wordsOf(["bash", "-c", text]));
  const planned: PlannedOperation = { operation: { ...operation, engine: "untypedShell", why: "bash decides what this does" }, start: statement.pos, end: statement.end, unresolved: [] };
  return draftOf(statement, [planned], planner);
}

function draftOf(node: { readonly pos: number; readonly end: number }, operations: readonly PlannedOperation[], planner: Planner): Draft {
  const risk = operations.reduce<Risk>((worst, one) => worseRisk(worst, one.operation.risk), "read");
  return { start: node.pos, end: node.end, text: planner.shell.source.slice(node.pos, node.end), operations, risk };
}

function planNode(node: PipelineNode, planner: Planner): readonly PlannedOperation[] {
  if (node.type === "For") {
    const before = (node.wordlist ?? []).flatMap((word) => planSubstitutions(word, planner));
    const turns = expandStatically(node.wordlist ?? [], variablesOf(planner));
    planner.problems.push(...turns.problems);
    if (turns.words.length > MAX_LOOP_TURNS) planner.problems.push({ code: "loop-too-long", start: node.pos, end: node.end, facts: { count: String(turns.words.length), limit: String(MAX_LOOP_TURNS) } });
    assign(planner, node.name.value, undefined);
    return [...before, ...planScript(node.body.commands, { ...planner, isCertain: false })];
  }
  const commands = (node.type === "Pipeline" ? node.commands : [node]).filter((command) => command.type === "Command");
  const own = commands.flatMap((command, index) => planCommand(command, index > 0, planner));
  return [...own, ...commands.flatMap((command) => planSubstitutions(command, planner))];
}

function planScript(statements: Script["commands"], planner: Planner): readonly PlannedOperation[] {
  return statements.flatMap((statement) => planStatement(statement, planner)).flatMap((draft) => draft.operations);
}

function planCommand(command: Command, isPiped: boolean, planner: Planner): readonly PlannedOperation[] {
  const { words, problems } = expandStatically(commandWords(command), variablesOf(planner));
  planner.problems.push(...problems);
  for (const part of command.prefix) {
    if (part.type !== "Assignment" || part.value.type !== "Word") continue;
    const value = expandTextStatically(part.value, variablesOf(planner));
    planner.problems.push(...value.problems);
    assign(planner, part.name, value.unresolved.length === 0 && value.problems.length === 0 && !part.append ? value.text : undefined);
  }
  const input = inputOf(command, isPiped, planner);
  if (words.length === 0) return [];
  const unresolved = [...new Set(words.flatMap((word) => word.unresolved))];
  return [{ operation: planCall(words, input, planner), start: command.pos, end: command.end, unresolved }];
}

function planCall(words: readonly CommandWord[], input: InputShape, planner: Planner): PlannedOperation["operation"] {
  if (isSqlCommand(words[0]?.value ?? "")) {
    // The problem comes from `sqlProblems`, which sees the statements around it.
    const verdict = judgeSql(words.map((word) => word.value).join(" "));
    return { ...unknownOperation(words, verdict.why), risk: verdict.risk };
  }
  const planned = planOperation(words, input);
  planner.problems.push(...planned.problems);
  if (planned.operation.tool === "export") {
    for (const word of planned.operation.positionals) assign(planner, word.split("=")[0] ?? "", undefined);
  }
  return planned.operation;
}

function inputOf(command: Command, isPiped: boolean, planner: Planner): InputShape {
  let input: InputShape = isPiped ? { kind: "stream" } : planner.input;
  for (const redirect of command.redirects) {
    if (redirect.type === "Redirect") {
      planner.problems.push(...expandStatically(redirect.target === undefined ? [] : [redirect.target], variablesOf(planner)).problems);
      if (redirect.operator === "<") input = { kind: "stream" };
      continue;
    }
    const body = redirect.type === "HereDoc" ? redirect.body : redirect.target;
    if (body === undefined) continue;
    const { text, problems } = expandTextStatically(body, variablesOf(planner));
    planner.problems.push(...problems);
    input = { kind: "text", text: redirect.type === "HereDoc" ? stripTabs(text, redirect.operator) : text };
  }
  return input;
}

/** Calls inside `$(…)` of a node, planned after their host. What they set stays inside. */
function planSubstitutions(node: SyntaxNode, planner: Planner): readonly PlannedOperation[] {
  const found: PlannedOperation[] = [];
  const visit = (child: SyntaxNode): void => {
    if (child.type === "CommandExpansion") {
      if (child.script !== undefined) found.push(...planScript(child.script.commands, { ...planner, known: new Set(planner.known), values: planner.values === undefined ? undefined : new Map(planner.values), input: { kind: "none" } }));
    } else forEachChild(child, visit);
  };
  visit(node);
  return found;
}
