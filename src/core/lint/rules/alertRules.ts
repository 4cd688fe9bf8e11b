import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import type { LintRule } from "../facts.ts";
import { readFenced, type FencedLine } from "../proseLines.ts";

/** Keys of an alerting rule, as Prometheus' own rule files have them. */
const KEYS = ["alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

/** Alerting rules of Prometheus that stand in the prose as YAML: what `promtool check rules` would refuse. */
export const checkAlertRules: LintRule = ({ document }, report) => {
  for (const lines of fencesOf(readFenced(document))) {
    const text = lines.map((line) => line.text).join("\n");
    if (!/^\s*-\s*alert:/m.test(text)) continue;
    const place = (offset: number): number => placeOf(lines, offset);
    for (const rule of rulesIn(parseDocument(text, { logLevel: "silent" }).contents)) {
      const name = String(rule.get("alert"));
      for (const pair of rule.items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : "";
        const range = isScalar(pair.key) ? pair.key.range : undefined;
        const detail = `${key} is no key of a rule${key === "severity" ? ": it belongs under labels" : ` (${KEYS.join(", ")})`}`;
        if (!KEYS.includes(key) && range !== undefined && range !== null) report("alert-rule", place(range[0]), place(range[1]), { detail });
      }
      const start = place(rule.range?.[0] ?? 0);
      if (!rule.has("expr")) report("alert-rule", start, start + "alert".length, { detail: `${name} has no expr` });
      if (!rule.has("for")) report("alert-without-for", start, start + "alert".length, { name });
    }
  }
};

/** Alerting rules anywhere in a YAML tree: a bare list, or groups of rules. */
function rulesIn(node: unknown): readonly YAMLMap[] {
  if (isSeq(node)) return node.items.flatMap((item) => rulesIn(item));
  if (!isMap(node)) return [];
  return node.has("alert") ? [node] : node.items.flatMap((pair) => rulesIn(pair.value));
}

/** Runs of lines that follow one another in the source. */
function fencesOf(lines: readonly FencedLine[]): readonly (readonly FencedLine[])[] {
  const fences: FencedLine[][] = [];
  for (const line of lines) {
    const last = fences.at(-1)?.at(-1);
    const isNext = last !== undefined && last.cell === line.cell && line.start - (last.start + last.text.length) <= 2;
    if (isNext) fences.at(-1)?.push(line);
    else fences.push([line]);
  }
  return fences;
}

function placeOf(lines: readonly FencedLine[], offset: number): number {
  let before = 0;
  for (const line of lines) {
    if (offset <= before + line.text.length) return line.start + offset - before;
    before += line.text.length + 1;
  }
  return lines.at(-1)?.start ?? 0;
}
