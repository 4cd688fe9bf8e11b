import type { AndOr, Command, CommandNode, CompoundList, ParsedScript, Pipeline, Redirection, Statement } from "unbash";
import { parse } from "unbash";
import type { ByteSink, ByteStream } from "../../../core/ports.ts";
import type { PodProgram, ProgramInvocation, WorldClock } from "../../contract.ts";
import type { PodFiles } from "./podFiles.ts";
import { BrokenPipe, Collector, noInput, Pipe, SharedInput } from "./streams.ts";
import { expandWord, expandWords, type ExpansionContext } from "./wordExpansion.ts";

/** What a shell in a pod needs. */
export interface ShellOptions {
  readonly invocation: ProgramInvocation;
  readonly find: (name: string) => PodProgram | undefined;
  readonly files: PodFiles;
  readonly clock: WorldClock;
}

interface Streams {
  readonly stdin: SharedInput;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
}

/** Ends the shell: `exit`, or the command that `exec` became. */
class ShellExit extends Error {
  override readonly name = "ShellExit";
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Something this small shell does not do. */
class Unsupported extends Error {
  override readonly name = "Unsupported";
}

/** A file that a redirect names cannot be opened. */
class RedirectFailure extends Error {
  override readonly name = "RedirectFailure";
}

interface ShellState {
  readonly options: ShellOptions;
  readonly name: string;
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  parameters: readonly string[];
  lastCode: number;
}

/** `sh` or `bash`: `-c SCRIPT [NAME ARGUMENTS…]`, or a script from standard input. Resolves with the exit code. */
export async function runShell(options: ShellOptions): Promise<number> {
  const { invocation } = options;
  const [name = "sh", ...rest] = invocation.argv;
  const flags: string[] = [];
  while (rest[0]?.startsWith("-") === true && rest[0] !== "-" && rest[0] !== "--") flags.push(rest.shift() ?? "");
  const input = new SharedInput(invocation.stdin);
  const isInline = flags.some((flag) => /^-[a-z]*c$/u.test(flag));
  const source = isInline ? (rest.shift() ?? "") : await drain(input);
  const zero = isInline ? (rest.shift() ?? name) : name;
  const state: ShellState = { options, name: zero, variables: new Map(Object.entries(invocation.environment)), exported: new Set(Object.keys(invocation.environment)), parameters: rest, lastCode: 0 };
  const streams: Streams = { stdin: input, stdout: invocation.stdout, stderr: invocation.stderr };
  const script = parse(source);
  if (script.errors !== undefined && script.errors.length > 0) return complain(streams, `${zero}: -c: line 1: syntax error: ${script.errors[0]?.message ?? ""}\n`, 2);
  try {
    await runStatements(state, script.commands, streams);
    return state.lastCode;
  } catch (error) {
    if (error instanceof ShellExit) return error.code;
    if (error instanceof Unsupported) return complain(streams, `${zero}: ${error.message}\n`, 2);
    throw error;
  }
}

async function drain(input: SharedInput): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of input) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

async function complain(streams: Streams, text: string, code: number): Promise<number> {
  await streams.stderr(Buffer.from(text));
  return code;
}

async function runStatements(state: ShellState, statements: readonly Statement[], streams: Streams): Promise<void> {
  for (const statement of statements) {
    if (statement.background === true) throw new Unsupported("background jobs are not available here");
    state.lastCode = await runNode(state, statement.command, streams);
  }
}

async function runList(state: ShellState, list: CompoundList, streams: Streams): Promise<number> {
  state.lastCode = 0;
  await runStatements(state, list.commands, streams);
  return state.lastCode;
}

async function runNode(state: ShellState, node: CommandNode | Pipeline | AndOr, streams: Streams): Promise<number> {
  if (state.options.invocation.signal.aborted) throw new ShellExit(137);
  switch (node.type) {
    case "AndOr":
      return runAndOr(state, node, streams);
    case "Pipeline":
      return runPipeline(state, node, streams);
    case "Command":
      return runCommand(state, node, streams);
    case "Subshell":
      return runList(copyOf(state), node.body, streams);
    case "BraceGroup":
      return runList(state, node.body, streams);
    case "If": {
      if ((await runList(state, node.clause, streams)) === 0) return runList(state, node.then, streams);
      for (const branch of node.elif) if ((await runList(state, branch.clause, streams)) === 0) return runList(state, branch.then, streams);
      return node.else === undefined ? 0 : runList(state, node.else, streams);
    }
    case "For": {
      const words = node.wordlist === undefined ? state.parameters : await expandWords(contextOf(state, streams), node.wordlist);
      let code = 0;
      for (const word of words) {
        state.variables.set(node.name.value, word);
        code = await runList(state, node.body, streams);
      }
      return code;
    }
    case "While": {
      let code = 0;
      while (((await runList(state, node.clause, streams)) === 0) === (node.kind === "while")) code = await runList(state, node.body, streams);
      return code;
    }
    case "Redirected": {
      const redirected = await redirect(state, node.redirects, streams);
      return runNode(state, node.command, redirected);
    }
    case "ArithmeticFor":
    case "Select":
    case "Case":
    case "TestCommand":
    case "ArithmeticCommand":
    case "Function":
    case "Coproc":
      throw new Unsupported(`${node.type} is not available here`);
  }
}

async function runAndOr(state: ShellState, node: AndOr, streams: Streams): Promise<number> {
  let code = 0;
  for (const [index, command] of node.commands.entries()) {
    const operator = node.operators[index - 1];
    if (operator !== undefined && (operator === "&&") !== (code === 0)) continue;
    code = await runNode(state, command, streams);
    state.lastCode = code;
  }
  return code;
}

async function runPipeline(state: ShellState, node: Pipeline, streams: Streams): Promise<number> {
  const pipes = node.commands.slice(1).map(() => new Pipe());
  const codes = await Promise.all(
    node.commands.map(async (command, index) => {
      const before = pipes[index - 1];
      const after = pipes[index];
      const stdout = after?.write ?? streams.stdout;
      const own: Streams = { stdin: before === undefined ? streams.stdin : new SharedInput(before), stdout, stderr: node.operators[index] === "|&" ? stdout : streams.stderr };
      try {
        return await runNode(node.commands.length > 1 ? copyOf(state) : state, command, own);
      } catch (error) {
        if (error instanceof BrokenPipe) return 141;
        if (error instanceof ShellExit && node.commands.length > 1) return error.code;
        throw error;
      } finally {
        after?.end();
        before?.abandon();
      }
    }),
  );
  const code = codes.at(-1) ?? 0;
  const isNegated = node.prefixes.filter((prefix) => prefix.type === "Negation").length % 2 === 1;
  return isNegated ? (code === 0 ? 1 : 0) : code;
}

function copyOf(state: ShellState): ShellState {
  return { ...state, variables: new Map(state.variables), exported: new Set(state.exported) };
}

function contextOf(state: ShellState, streams: Streams): ExpansionContext {
  return {
    variable: (name) => state.variables.get(name),
    assign: (name, value) => state.variables.set(name, value),
    parameters: state.parameters,
    zero: state.name,
    lastCode: state.lastCode,
    substitute: (script) => substitute(state, script, streams),
  };
}

async function substitute(state: ShellState, script: ParsedScript, streams: Streams): Promise<string> {
  const output = new Collector();
  const copy = copyOf(state);
  try {
    await runStatements(copy, script.commands, { ...streams, stdout: output.write });
  } catch (error) {
    if (!(error instanceof ShellExit)) throw error;
  }
  return output.text.replace(/\n+$/u, "");
}

async function runCommand(state: ShellState, node: Command, streams: Streams): Promise<number> {
  const context = contextOf(state, streams);
  const assignments: [string, string][] = [];
  for (const item of node.prefix) {
    if (item.type !== "Assignment") continue;
    if (item.value.type !== "Word") throw new Unsupported("arrays are not available here");
    assignments.push([item.name, (await expandWord(context, item.value)).join(" ")]);
  }
  const argv = node.name === undefined ? [] : await expandWord(context, node.name);
  for (const argument of node.args) argv.push(...(await expandArgument(context, argument)));
  let own: Streams;
  try {
    own = await redirect(state, node.redirects, streams);
  } catch (error) {
    if (error instanceof RedirectFailure) return complain(streams, `${state.name}: ${error.message}\n`, 1);
    throw error;
  }
  const [name] = argv;
  if (name === undefined) {
    for (const [key, value] of assignments) state.variables.set(key, value);
    return 0;
  }
  return runShellBuiltin(state, argv, own, assignments) ?? runProgram(state, argv, own, assignments);
}

/** `export NAME="$VALUE"` has an assignment among its words: its value is expanded and stays one word. */
async function expandArgument(context: ExpansionContext, argument: Command["args"][number]): Promise<readonly string[]> {
  if (argument.type === "Word") return expandWord(context, argument);
  if (argument.value.type !== "Word") throw new Unsupported("arrays are not available here");
  return [`${argument.name}=${(await expandWord(context, argument.value)).join(" ")}`];
}

/** Commands that change the shell itself; `undefined` when the name is not one of them. */
function runShellBuiltin(state: ShellState, argv: readonly string[], streams: Streams, assignments: readonly (readonly [string, string])[]): Promise<number> | undefined {
  const [name = "", ...words] = argv;
  switch (name) {
    case "exit":
      throw new ShellExit(Number(words[0] ?? state.lastCode));
    case "export":
      for (const word of words) {
        const [key = "", ...value] = word.split("=");
        if (word.includes("=")) state.variables.set(key, value.join("="));
        state.exported.add(key);
      }
      return Promise.resolve(0);
    case "unset":
      for (const word of words) state.variables.delete(word);
      return Promise.resolve(0);
    case "set":
    case "cd":
    case "umask":
      return Promise.resolve(0);
    case "shift":
      state.parameters = state.parameters.slice(Number(words[0] ?? 1));
      return Promise.resolve(0);
    case "read":
      return readLine(state, words, streams);
    case "exec":
      return words.length === 0 ? Promise.resolve(0) : runProgram(state, words, streams, assignments).then((code) => Promise.reject(new ShellExit(code)));
    case "command":
      return words[0] === "-v" ? findCommand(state, words[1] ?? "", streams) : runProgram(state, words, streams, assignments);
  }
  return undefined;
}

async function findCommand(state: ShellState, name: string, streams: Streams): Promise<number> {
  if (state.options.find(name) === undefined) return 1;
  await streams.stdout(Buffer.from(`/usr/bin/${name}\n`));
  return 0;
}

async function readLine(state: ShellState, words: readonly string[], streams: Streams): Promise<number> {
  const names = words.filter((word) => !word.startsWith("-"));
  const line = await streams.stdin.readLine();
  const fields = names.length <= 1 ? [line?.text ?? ""] : (line?.text ?? "").trim().split(/\s+/u);
  for (const [index, name] of names.entries()) state.variables.set(name, index === names.length - 1 ? fields.slice(index).join(" ") : (fields[index] ?? ""));
  return line?.isWhole === true ? 0 : 1;
}

async function runProgram(state: ShellState, argv: readonly string[], streams: Streams, assignments: readonly (readonly [string, string])[]): Promise<number> {
  const [name = ""] = argv;
  const program = state.options.find(name);
  if (program === undefined) return complain(streams, `${state.name}: line 1: ${name}: ${name.includes("/") ? "No such file or directory" : "command not found"}\n`, 127);
  const exported = [...state.variables].filter(([key]) => state.exported.has(key));
  const { invocation } = state.options;
  return program({ ...invocation, argv, environment: { ...Object.fromEntries(exported), ...Object.fromEntries(assignments) }, stdin: streams.stdin, stdout: streams.stdout, stderr: streams.stderr });
}

async function redirect(state: ShellState, redirections: readonly Redirection[], streams: Streams): Promise<Streams> {
  let { stdin, stdout, stderr } = streams;
  const context = contextOf(state, streams);
  for (const item of redirections) {
    if (item.type === "HereDoc") {
      stdin = new SharedInput(bytesOf(item.body.text));
      continue;
    }
    const target = item.target === undefined ? "" : (await expandWord(context, item.target)).join(" ");
    if (item.type === "HereString") {
      stdin = new SharedInput(bytesOf(`${target}\n`));
      continue;
    }
    const descriptor = item.descriptor?.type === "FileDescriptor" ? item.descriptor.value : undefined;
    if (item.operator === "<") stdin = new SharedInput(openFile(state, target));
    else if (item.operator === ">&") [stdout, stderr] = target === "1" ? [stdout, stdout] : target === "2" ? [stderr, stderr] : [stdout, stderr];
    else if (target !== "/dev/null") throw new RedirectFailure(`${target}: Read-only file system`);
    else if (item.operator === "&>" || item.operator === "&>>") [stdout, stderr] = [discard, discard];
    else if (descriptor === 2) stderr = discard;
    else stdout = discard;
  }
  return { stdin, stdout, stderr };
}

function openFile(state: ShellState, path: string): ByteStream {
  if (path === "/dev/null") return noInput();
  const bytes = state.options.files.read(path);
  if (bytes === undefined) throw new RedirectFailure(`${path}: No such file or directory`);
  return bytesOf(bytes);
}

async function* bytesOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(typeof content === "string" ? Buffer.from(content) : content);
}

const discard: ByteSink = () => Promise.resolve();
