import type { ByteStream, Executor, Stdio, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/** Whole inputs only: more than this is refused. */
const MAX_INPUT_BYTES = 64 * 1024 * 1024;
const USAGE = "jq - commandline JSON processor\nUsage:\tjq [OPTIONS] FILTER [FILES...]\n";

/** Options of jq that cannot be carried out on a text alone: the schema table leaves them to the binary. */
const REFUSED = new Set(["-L", "--library-path", "--args", "--jsonargs", "--stream-errors"]);

interface JqCall {
  readonly options: readonly string[];
  readonly filter: string | undefined;
  readonly filterFile: string | undefined;
  readonly files: readonly string[];
  /** `--rawfile` and `--slurpfile`: variables read from files. */
  readonly variables: readonly { readonly name: string; readonly file: string; readonly isRaw: boolean }[];
}

/** `jq`: reads the words as jq does (options anywhere, short ones bundled), the inputs whole, and prints what jq prints. */
export const jqExecutor: Executor = async (operation, io, ports, signal) => {
  const call = readCall(operation.argv.slice(1));
  const filter = call.filterFile === undefined ? call.filter : await readText(await ports.files.read(call.filterFile));
  if (filter === undefined) {
    await write(io.stderr, USAGE);
    return 2;
  }
  const files = call.filterFile !== undefined && call.filter !== undefined ? [call.filter, ...call.files] : call.files;
  const variables: string[] = [];
  for (const { name, file, isRaw } of call.variables) {
    const text = await readText(await ports.files.read(file));
    if (isRaw) variables.push("--arg", name, text);
    else variables.push("--argjson", name, (await ports.jq.run(text, ["-c", "-s", "."], signal)).stdout.trim());
  }
  const { text, isMissing } = await readInputs(files, io, ports);
  const result = await ports.jq.run(text, [...call.options, ...variables, filter], signal);
  await write(io.stdout, result.stdout);
  await write(io.stderr, result.stderr);
  return isMissing && result.exitCode === 0 ? 2 : result.exitCode;
};

function readCall(words: readonly string[]): JqCall {
  const options: string[] = [];
  const plain: string[] = [];
  const variables: { name: string; file: string; isRaw: boolean }[] = [];
  let filterFile: string | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const [first, second] = [words[index + 1] ?? "", words[index + 2] ?? ""];
    if (word === "--") {
      plain.push(...words.slice(index + 1));
      break;
    }
    if (REFUSED.has(word)) throw new RuntimeError("internal", `Running jq: the schema table says that ${word} runs in process, and nothing does it.`);
    if (word === "--rawfile" || word === "--slurpfile") {
      variables.push({ name: first, file: second, isRaw: word === "--rawfile" });
      index += 2;
    } else if (word === "--arg" || word === "--argjson") {
      options.push(word, first, second);
      index += 2;
    } else if (word === "--indent") {
      options.push(word, first);
      index += 1;
    } else if (word === "-f" || word === "--from-file") {
      filterFile = first;
      index += 1;
    } else if (word.startsWith("-") && word !== "-") options.push(word);
    else plain.push(word);
  }
  const [filter, ...files] = plain;
  return { options, filter, filterFile, files, variables };
}

async function readInputs(files: readonly string[], io: Stdio, ports: ToolPorts): Promise<{ readonly text: string; readonly isMissing: boolean }> {
  if (files.length === 0) return { text: io.stdin === undefined ? "" : await readText(io.stdin), isMissing: false };
  let [text, isMissing] = ["", false];
  for (const file of files) {
    if ((await ports.files.exists(file)) === "file") text += await readText(await ports.files.read(file));
    else {
      isMissing = true;
      await write(io.stderr, `jq: error: Could not open ${file}: No such file or directory\n`);
    }
  }
  return { text, isMissing };
}

async function readText(source: ByteStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > MAX_INPUT_BYTES) throw new RuntimeError("invalidInput", `Running jq: the input is longer than ${MAX_INPUT_BYTES / 1024 / 1024} MiB`, { hint: "Filter the input first." });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function write(sink: (chunk: Uint8Array) => Promise<void>, text: string): Promise<void> {
  return text === "" ? Promise.resolve() : sink(new TextEncoder().encode(text));
}
