import type { Executor, Stdio } from "../ports.ts";
import { fail, writeText } from "./lines.ts";

/** echo as bash has it: -n without newline, -e with backslash escapes. */
export const echo: Executor = async (operation, io) => {
  let words = operation.argv.slice(1);
  let hasNewline = true;
  let hasEscapes = false;
  while (/^-[neE]+$/.test(words[0] ?? "")) {
    const letters = words[0] ?? "";
    if (letters.includes("n")) hasNewline = false;
    hasEscapes = letters.lastIndexOf("e") > letters.lastIndexOf("E") || (hasEscapes && !letters.includes("E"));
    words = words.slice(1);
  }
  const text = words.join(" ");
  const { output, isCut } = hasEscapes ? unescape(text) : { output: text, isCut: false };
  await writeText(io.stdout, output + (hasNewline && !isCut ? "\n" : ""));
  return 0;
};

/** Backslash escapes of `echo -e`, `printf` and `%b`; `\c` cuts the output. */
function unescape(text: string): { readonly output: string; readonly isCut: boolean } {
  const cut = /(?:^|[^\\])(?:\\\\)*\\c/.exec(text);
  const kept = cut === null ? text : text.slice(0, cut.index + cut[0].length - 2);
  const names: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", f: "\f", v: "\v", e: "\u001B", E: "\u001B", "\\": "\\", '"': '"', "'": "'" };
  const output = kept.replaceAll(/\\(?:0?([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|(.))/g, (whole, octal?: string, hex?: string, unicode?: string, name?: string) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8) & 255);
    if (hex !== undefined || unicode !== undefined) return String.fromCodePoint(Number.parseInt(hex ?? unicode ?? "0", 16));
    return names[name ?? ""] ?? whole;
  });
  return { output, isCut: cut !== null };
}

/** printf: the format is used again until the words are used up. */
export const printf: Executor = async (operation, io) => {
  const [format, ...words] = operation.argv.slice(1).filter((word, index) => !(index === 0 && word === "--"));
  if (format === undefined) return fail(io, "printf: usage: printf [-v var] format [arguments]", 2);
  const state = { words: [...words], exitCode: 0, isStopped: false };
  let output = "";
  do {
    const left = state.words.length;
    output += await formatOnce(format, state, io);
    if (state.isStopped || state.words.length === left) break;
  } while (state.words.length > 0);
  await writeText(io.stdout, output);
  return state.exitCode;
};

interface PrintfState {
  readonly words: string[];
  exitCode: number;
  isStopped: boolean;
}

async function formatOnce(format: string, state: PrintfState, io: Stdio): Promise<string> {
  let output = "";
  for (const match of format.matchAll(/%([-+ #0]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z%])|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|[^])|[^%\\]+|[^]/g)) {
    const [token, flags = "", width, precision, kind] = match;
    if (kind === undefined) {
      const { output: text, isCut } = token.startsWith("\\") ? unescape(token) : { output: token, isCut: false };
      output += text;
      if (isCut) state.isStopped = true;
    } else if (kind === "%") output += "%";
    else output += await formatWord({ token, flags, kind, width: width === "*" ? Number(state.words.shift() ?? 0) : Number(width ?? 0), precision: precision === undefined ? undefined : Number(precision) }, state, io);
    if (state.isStopped) break;
  }
  return output;
}

interface Directive {
  readonly token: string;
  readonly flags: string;
  readonly kind: string;
  readonly width: number;
  readonly precision: number | undefined;
}

async function formatWord(directive: Directive, state: PrintfState, io: Stdio): Promise<string> {
  const { kind, flags, precision } = directive;
  const word = state.words.shift();
  if (kind === "s" || kind === "b" || kind === "c" || kind === "q") {
    const text = kind === "b" ? unescape(word ?? "").output : kind === "q" ? quote(word ?? "") : (word ?? "");
    return pad(kind === "c" ? text.slice(0, 1) : text.slice(0, precision ?? text.length), directive, false);
  }
  if (!"diuxXofeEgG".includes(kind)) {
    state.exitCode = 1;
    state.isStopped = true;
    await writeText(io.stderr, `bash: printf: \`${kind}': invalid format character\n`);
    return "";
  }
  const value = numberOf(word ?? "0");
  if (Number.isNaN(value)) {
    state.exitCode = 1;
    await writeText(io.stderr, `bash: printf: ${word ?? ""}: invalid number\n`);
  }
  const number = Number.isNaN(value) ? 0 : value;
  const digits = digitsOf(number, kind, precision);
  const sign = number < 0 || Object.is(number, -0) ? "" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  return pad(sign + digits, directive, true);
}

function digitsOf(value: number, kind: string, precision: number | undefined): string {
  switch (kind) {
    case "f":
      return value.toFixed(precision ?? 6);
    case "e":
    case "E":
      return value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, "e$10$2");
    case "g":
    case "G":
      return String(Number(value.toPrecision(precision ?? 6)));
    case "x":
      return Math.trunc(value).toString(16);
    case "X":
      return Math.trunc(value).toString(16).toUpperCase();
    case "o":
      return Math.trunc(value).toString(8);
    default:
      return String(Math.trunc(value)).padStart(precision ?? 0, "0");
  }
}

function numberOf(word: string): number {
  if (word === "") return 0;
  if (/^["']./u.test(word)) return word.codePointAt(1) ?? 0;
  return /^\s*[+-]?(?:0x[0-9a-fA-F]+|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)$/i.test(word) ? Number(word) : Number.NaN;
}

function pad(text: string, directive: Directive, isNumber: boolean): string {
  if (directive.flags.includes("-")) return text.padEnd(directive.width);
  if (!isNumber || !directive.flags.includes("0")) return text.padStart(directive.width);
  const sign = /^[+ -]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(directive.width - sign.length, "0");
}

function quote(text: string): string {
  return text === "" ? "''" : text.replaceAll(/[^\w@%+=:,./-]/g, String.raw`\$&`);
}
