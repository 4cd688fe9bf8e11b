import type { Operation } from "../command/operation.ts";
import type { Executor } from "../ports.ts";
import { fail, isOn, lineFilter, openInputs, readLines, textFlag, textOf, writeText } from "./lines.ts";

interface Counts {
  lines: number;
  words: number;
  bytes: number;
  chars: number;
}

const COUNTERS = ["lines", "words", "chars", "bytes"] as const;

/** wc: lines, words, characters, bytes, in wc's own columns. */
export const wc: Executor = async (operation, io, ports, signal) => {
  const { inputs, missing } = await openInputs("wc", operation.positionals, io, ports);
  const asked = COUNTERS.filter((name) => isOn(operation, name));
  const shown = asked.length > 0 ? asked : (["lines", "words", "bytes"] as const);
  const rows: { readonly name: string; readonly counts: Counts }[] = [];
  for (const input of inputs) {
    const counts: Counts = { lines: 0, words: 0, bytes: 0, chars: 0 };
    for await (const batch of readLines(input.stream)) {
      signal.throwIfAborted();
      for (const line of batch) {
        const text = textOf(line.bytes);
        counts.lines += line.isTerminated ? 1 : 0;
        counts.bytes += line.bytes.byteLength + (line.isTerminated ? 1 : 0);
        counts.chars += [...text].length + (line.isTerminated ? 1 : 0);
        counts.words += text.match(/\S+/g)?.length ?? 0;
      }
    }
    rows.push({ name: input.name, counts });
  }
  if (rows.length > 1) rows.push({ name: "total", counts: totalOf(rows.map((row) => row.counts)) });
  const isPipe = operation.positionals.length === 0 || operation.positionals.includes("-");
  const width = rows.length === 1 && shown.length === 1 ? 1 : isPipe ? 7 : String(rows.at(-1)?.counts.bytes ?? 0).length;
  const text = rows.map((row) => shown.map((name) => String(row.counts[name]).padStart(width)).join(" ") + (row.name === "-" && operation.positionals.length === 0 ? "" : ` ${row.name}`));
  await writeText(io.stdout, text.map((line) => `${line}\n`).join(""));
  return missing > 0 ? 1 : 0;
};

function totalOf(all: readonly Counts[]): Counts {
  const total: Counts = { lines: 0, words: 0, bytes: 0, chars: 0 };
  for (const counts of all) for (const name of COUNTERS) total[name] += counts[name];
  return total;
}

/** cut: fields of a separated line, or bytes of it. */
export const cut: Executor = lineFilter("cut", (operation) => {
  const list = textFlag(operation, "fields") ?? textFlag(operation, "characters") ?? textFlag(operation, "bytes");
  if (list === undefined) return "cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.";
  const ranges = rangesOf(list);
  if (ranges === undefined) return `cut: invalid field range\nTry 'cut --help' for more information.`;
  const wanted = (index: number): boolean => ranges.some(([from, to]) => index >= from && index <= to) !== isOn(operation, "complement");
  if (textFlag(operation, "fields") === undefined) return (line) => [line.filter((_, index) => wanted(index + 1))];
  const delimiter = textFlag(operation, "delimiter") ?? "\t";
  if ([...delimiter].length !== 1) return "cut: the delimiter must be a single character\nTry 'cut --help' for more information.";
  const joiner = textFlag(operation, "output-delimiter") ?? delimiter;
  return (line) => {
    const text = textOf(line);
    if (!text.includes(delimiter)) return isOn(operation, "only-delimited") ? [] : [line];
    return [new TextEncoder().encode(text.split(delimiter).filter((_, index) => wanted(index + 1)).join(joiner))];
  };
});

function rangesOf(list: string): readonly (readonly [number, number])[] | undefined {
  const ranges: (readonly [number, number])[] = [];
  for (const part of list.split(",")) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null || part === "" || part === "-") return undefined;
    const from = match[1] === "" ? 1 : Number(match[1]);
    const to = match[2] === "" ? from : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (from === 0 || to < from) return undefined;
    ranges.push([from, to]);
  }
  return ranges;
}

/** tr, byte by byte as GNU's: translates, deletes (-d) or joins runs (-s); -c takes what is not in the first set. */
export const tr: Executor = async (operation, io, _ports, signal) => {
  const [first = "", second] = operation.positionals;
  const isDeleting = isOn(operation, "delete");
  const isSqueezing = isOn(operation, "squeeze-repeats");
  if (second === undefined && !isDeleting && !isSqueezing) return fail(io, `tr: missing operand after '${first}'\nTwo strings must be given when translating.`, 1);
  const listed = setOf(first);
  const from = isOn(operation, "complement") ? complement(listed) : listed;
  const to = second === undefined ? [] : setOf(second);
  const table = Array.from({ length: 256 }, (_, byte) => byte);
  if (second !== undefined && !isDeleting) for (const [index, byte] of from.entries()) table[byte] = to[Math.min(index, to.length - 1)] ?? byte;
  const deleted = new Set(isDeleting ? from : []);
  const squeezed = new Set(isSqueezing ? (second === undefined ? from : to) : []);
  let last = -1;
  for await (const chunk of io.stdin ?? []) {
    signal.throwIfAborted();
    const output: number[] = [];
    for (const byte of chunk) {
      if (deleted.has(byte)) continue;
      const changed = table[byte] ?? byte;
      if (changed === last && squeezed.has(changed)) continue;
      output.push(changed);
      last = changed;
    }
    if (output.length > 0) await io.stdout(Uint8Array.from(output));
  }
  return 0;
};

function complement(set: readonly number[]): readonly number[] {
  const members = new Set(set);
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !members.has(byte));
}

const TR_CLASSES: Readonly<Record<string, RegExp>> = { upper: /[A-Z]/, lower: /[a-z]/, digit: /[0-9]/, alpha: /[A-Za-z]/, alnum: /[A-Za-z0-9]/, space: /[ \t\n\v\f\r]/, blank: /[ \t]/, punct: /[!-/:-@[-`{-~]/, print: /[ -~]/, graph: /[!-~]/, xdigit: /[0-9A-Fa-f]/ };

function setOf(text: string): readonly number[] {
  const bytes: number[] = [];
  const tokens = [...text.matchAll(/\[:(\w+):\]|\\([0-7]{1,3})|\\(.)|([^])/gu)];
  const codes = (index: number): readonly number[] => {
    const token = tokens[index];
    if (token === undefined) return [];
    const [, name, octal, escaped, plain] = token;
    if (name !== undefined) return Array.from({ length: 128 }, (_, byte) => byte).filter((byte) => TR_CLASSES[name]?.test(String.fromCodePoint(byte)) ?? false);
    if (octal !== undefined) return [Number.parseInt(octal, 8) & 255];
    if (escaped !== undefined) return [...new TextEncoder().encode({ n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", a: "\u0007", b: "\b" }[escaped] ?? escaped)];
    return [...new TextEncoder().encode(plain ?? "")];
  };
  for (let index = 0; index < tokens.length; index += 1) {
    const [from] = codes(index);
    const [to] = tokens[index + 1]?.[0] === "-" ? codes(index + 2) : [];
    if (from !== undefined && to !== undefined) {
      for (let byte = from; byte <= to; byte += 1) bytes.push(byte);
      index += 2;
    } else bytes.push(...codes(index));
  }
  return bytes;
}

/** cat: passes inputs on; -n numbers lines. */
export const cat: Executor = async (operation, io, ports, signal) => {
  const { inputs, missing } = await openInputs("cat", operation.positionals, io, ports);
  let number = 0;
  for (const input of inputs) {
    if (numbering(operation) === "none") {
      for await (const chunk of input.stream ?? []) {
        signal.throwIfAborted();
        await io.stdout(chunk);
      }
      continue;
    }
    for await (const batch of readLines(input.stream)) {
      const text = batch.map((line) => {
        const body = textOf(line.bytes);
        const isNumbered = numbering(operation) === "all" || body !== "";
        if (isNumbered) number += 1;
        return `${isNumbered ? `${String(number).padStart(6)}\t` : ""}${body}${line.isTerminated ? "\n" : ""}`;
      });
      await writeText(io.stdout, text.join(""));
    }
  }
  return missing > 0 ? 1 : 0;
};

function numbering(operation: Operation): "none" | "all" | "nonblank" {
  if (isOn(operation, "number-nonblank")) return "nonblank";
  return isOn(operation, "number") ? "all" : "none";
}
