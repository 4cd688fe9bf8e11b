import type { Operation } from "../command/operation.ts";
import type { Executor } from "../ports.ts";
import { fail, isOn, openInputs, readLines, textFlag, textOf, writeLines } from "./lines.ts";

interface SortKey {
  readonly from: number;
  /** Last field; `Infinity` to the end of the line. */
  readonly to: number;
  readonly isNumeric: boolean;
  readonly isHuman: boolean;
  readonly isReversed: boolean;
}

/** sort, in the order of the C locale: by code, not by language. */
export const sort: Executor = async (operation, io, ports) => {
  const keys = keysOf(operation);
  if (typeof keys === "string") return fail(io, `sort: ${keys}`, 2);
  const { inputs, missing } = await openInputs("sort", operation.positionals, io, ports);
  if (missing > 0) return 2;
  const lines: { readonly bytes: Uint8Array; readonly text: string }[] = [];
  for (const input of inputs) {
    for await (const batch of readLines(input.stream)) lines.push(...batch.map((line) => ({ bytes: line.bytes, text: textOf(line.bytes) })));
  }
  const separator = textFlag(operation, "field-separator");
  const isReversed = isOn(operation, "reverse");
  const fold = (text: string): string => (isOn(operation, "ignore-case") ? text.toUpperCase() : text);
  const byKeys = (a: string, b: string): number => {
    for (const key of keys) {
      const order = compareKey(fold(fieldText(a, key, separator)), fold(fieldText(b, key, separator)), key);
      if (order !== 0) return key.isReversed ? -order : order;
    }
    return 0;
  };
  const isUnique = isOn(operation, "unique");
  const lastResort = isUnique || isOn(operation, "stable") ? () => 0 : (a: string, b: string) => (isReversed ? compareText(b, a) : compareText(a, b));
  lines.sort((a, b) => byKeys(a.text, b.text) || lastResort(a.text, b.text));
  const kept = isUnique ? lines.filter((line, index) => index === 0 || byKeys(lines[index - 1]?.text ?? "", line.text) !== 0) : lines;
  await writeLines(io.stdout, kept.map((line) => line.bytes));
  return 0;
};

/** Keys that are carried out here: fields with `n`, `r`, `h`, `b`. */
export const OWN_SORT_KEY = /^(\d+)([nrhb]*)(?:,(\d+)([nrhb]*))?$/;

function keysOf(operation: Operation): readonly SortKey[] | string {
  const base = { isNumeric: isOn(operation, "numeric-sort"), isHuman: isOn(operation, "human-numeric-sort"), isReversed: isOn(operation, "reverse") };
  const given = operation.flags["key"];
  if (!Array.isArray(given)) return [{ from: 0, to: Number.POSITIVE_INFINITY, ...base }];
  const keys: SortKey[] = [];
  for (const text of given) {
    const match = OWN_SORT_KEY.exec(text);
    if (match === null) return `invalid number at field start: invalid count at start of '${text}'`;
    const letters = (match[2] ?? "") + (match[4] ?? "");
    const own = letters.replaceAll("b", "") === "" ? base : { isNumeric: letters.includes("n"), isHuman: letters.includes("h"), isReversed: letters.includes("r") };
    keys.push({ from: Number(match[1]) - 1, to: match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]), ...own });
  }
  return keys;
}

/** Text of a key's fields. Without a separator, fields begin with the blanks before them, as in sort. */
function fieldText(line: string, key: SortKey, separator: string | undefined): string {
  if (key.from === 0 && key.to === Number.POSITIVE_INFINITY) return line;
  if (separator !== undefined) return line.split(separator).slice(key.from, key.to).join(separator);
  return (line.match(/[ \t]*[^ \t]+/g) ?? []).slice(key.from, key.to).join("");
}

function compareKey(a: string, b: string, key: SortKey): number {
  if (key.isHuman) return humanValue(a) - humanValue(b);
  return key.isNumeric ? numberValue(a) - numberValue(b) : compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function numberValue(text: string): number {
  return Number(/^\s*(-?\d*\.?\d+)/.exec(text)?.[1] ?? 0);
}

function humanValue(text: string): number {
  const match = /^\s*(-?\d*\.?\d+)([kKMGTPE]?)/.exec(text);
  return Number(match?.[1] ?? 0) * 1024 ** " KMGTPE".indexOf((match?.[2] ?? "").toUpperCase() || " ");
}

/** uniq: neighbours that are equal become one line; -c counts them. */
export const uniq: Executor = async (operation, io, ports) => {
  const { inputs, missing } = await openInputs("uniq", operation.positionals, io, ports);
  if (missing > 0) return 1;
  const fold = (text: string): string => (isOn(operation, "ignore-case") ? text.toLowerCase() : text);
  let current: { readonly bytes: Uint8Array; readonly key: string; count: number } | undefined;
  const printed = (run: { readonly bytes: Uint8Array; readonly count: number }): readonly Uint8Array[] => {
    if (isOn(operation, "repeated") && run.count < 2) return [];
    if (isOn(operation, "unique") && run.count > 1) return [];
    if (!isOn(operation, "count")) return [run.bytes];
    return [new TextEncoder().encode(`${String(run.count).padStart(7)} ${textOf(run.bytes)}`)];
  };
  for (const input of inputs) {
    for await (const batch of readLines(input.stream)) {
      const output: Uint8Array[] = [];
      for (const line of batch) {
        const key = fold(textOf(line.bytes));
        if (current !== undefined && current.key === key) current.count += 1;
        else {
          if (current !== undefined) output.push(...printed(current));
          current = { bytes: line.bytes, key, count: 1 };
        }
      }
      await writeLines(io.stdout, output);
    }
  }
  if (current !== undefined) await writeLines(io.stdout, printed(current));
  return 0;
};
