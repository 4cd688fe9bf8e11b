import type { Executor, ToolPorts } from "../ports.ts";
import { fail } from "./lines.ts";

/** test and [: strings, numbers, files, `!`. Exit 0 for true, 1 for false, 2 on an error. */
export const test: Executor = async (operation, io, ports) => {
  let words = operation.argv.slice(1);
  if (operation.tool === "[") {
    if (words.at(-1) !== "]") return fail(io, "bash: [: missing `]'", 2);
    words = words.slice(0, -1);
  }
  const answer = await evaluate(words, ports);
  if (typeof answer === "string") return fail(io, `bash: ${operation.tool}: ${answer}`, 2);
  return answer ? 0 : 1;
};

async function evaluate(words: readonly string[], ports: ToolPorts): Promise<boolean | string> {
  const [first = "", second = "", third = ""] = words;
  if (words.length === 0) return false;
  if (words.length === 1) return first !== "";
  if (first === "!" && words.length <= 4) {
    const answer = await evaluate(words.slice(1), ports);
    return typeof answer === "string" ? answer : !answer;
  }
  if (words.length === 2) return unary(first, second, ports);
  if (words.length === 3) return binary(first, second, third);
  return "too many arguments";
}

async function unary(operator: string, word: string, ports: ToolPorts): Promise<boolean | string> {
  if (operator === "-z") return word === "";
  if (operator === "-n") return word !== "";
  if (operator === "-e") return (await ports.files.exists(word)) !== undefined;
  if (operator === "-f") return (await ports.files.exists(word)) === "file";
  if (operator === "-d") return (await ports.files.exists(word)) === "directory";
  if (operator === "-s") return hasContent(word, ports);
  return `${operator}: unary operator expected`;
}

async function hasContent(path: string, { files }: ToolPorts): Promise<boolean> {
  const kind = await files.exists(path);
  if (kind !== "file") return kind === "directory";
  for await (const chunk of await files.read(path)) if (chunk.length > 0) return true;
  return false;
}

function binary(left: string, operator: string, right: string): boolean | string {
  if (operator === "=" || operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  const compare: Readonly<Record<string, (a: number, b: number) => boolean>> = { "-eq": (a, b) => a === b, "-ne": (a, b) => a !== b, "-lt": (a, b) => a < b, "-le": (a, b) => a <= b, "-gt": (a, b) => a > b, "-ge": (a, b) => a >= b };
  const numeric = compare[operator];
  if (numeric === undefined) return `${operator}: binary operator expected`;
  const wrong = [left, right].find((word) => !/^\s*[+-]?\d+\s*$/.test(word));
  return wrong === undefined ? numeric(Number(left), Number(right)) : `${wrong}: integer expression expected`;
}
