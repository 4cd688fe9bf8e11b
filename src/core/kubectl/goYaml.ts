import { isJsonList, isObject, type Json } from "./json.ts";

/** Longest line before a plain or quoted text is folded (go-yaml v2's `best_width`). */
const BEST_WIDTH = 80;

/** A value as `sigs.k8s.io/yaml` prints it: sorted keys, two-blank indents, lists at their parent's column. Ends with a line feed. */
export function goYaml(value: Json): string {
  if (isObject(value) && Object.keys(value).length > 0) return mapLines(value, 0).join("\n") + "\n";
  if (isJsonList(value) && value.length > 0) return listLines(value, 0).join("\n") + "\n";
  return `${scalar(value, 0, 0)}\n`;
}

function mapLines(map: Readonly<Record<string, Json>>, indent: number): readonly string[] {
  return Object.keys(map)
    .sort(naturalOrder)
    .flatMap((key) => {
      const name = `${" ".repeat(indent)}${scalarKey(key)}:`;
      return entryLines(name, map[key] ?? null, indent);
    });
}

/** Lines of `name` and its value; a list under a key stays at the key's column. */
function entryLines(name: string, value: Json, indent: number): readonly string[] {
  if (isObject(value) && Object.keys(value).length > 0) return [name, ...mapLines(value, indent + 2)];
  if (isJsonList(value) && value.length > 0) return [name, ...listLines(value, indent)];
  return `${name} ${scalar(value, indent + 2, name.length + 1)}`.split("\n");
}

function listLines(list: readonly Json[], indent: number): readonly string[] {
  const dash = `${" ".repeat(indent)}- `;
  return list.flatMap((item) => {
    if (isObject(item) && Object.keys(item).length > 0) return hang(dash, mapLines(item, indent + 2), indent + 2);
    if (isJsonList(item) && item.length > 0) return hang(dash, listLines(item, indent + 2), indent + 2);
    return `${dash}${scalar(item, indent + 2, dash.length)}`.split("\n");
  });
}

function hang(dash: string, lines: readonly string[], indent: number): readonly string[] {
  const [first = "", ...rest] = lines;
  return [dash + first.slice(indent), ...rest];
}

function scalarKey(key: string): string {
  return scalar(key, 0, Number.NEGATIVE_INFINITY);
}

function scalar(value: Json, indent: number, column: number): string {
  if (value === null) return "null";
  if (typeof value === "object") return isJsonList(value) ? "[]" : "{}";
  if (typeof value !== "string") return String(value);
  return textScalar(value, indent, column);
}

function textScalar(text: string, indent: number, column: number): string {
  if (text === "") return '""';
  if (/[^\n\t\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|\uFEFF/u.test(text)) return doubleQuoted(text, indent, column);
  if (looksLikeOtherType(text)) return doubleQuoted(text, indent, column);
  if (text.includes("\n")) return canBeLiteral(text) ? literal(text, indent) : doubleQuoted(text, indent, column);
  if (isPlain(text)) return fold(text, indent, column, "");
  if (/\t/.test(text) || /^ | $/.test(text)) return /^\s|\s$/.test(text) || text.includes("\t") ? singleOrDouble(text, indent, column) : fold(text, indent, column, "");
  return singleQuoted(text, indent, column);
}

function singleOrDouble(text: string, indent: number, column: number): string {
  return text.includes("\t") ? doubleQuoted(text, indent, column) : singleQuoted(text, indent, column);
}

/** Texts that YAML 1.1 would read as something other than a string. */
function looksLikeOtherType(text: string): boolean {
  if (/^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|\.nan|\.NaN|\.NAN|[-+]?\.(inf|Inf|INF))$/.test(text)) return true;
  if (/^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)$/.test(text)) return true;
  if (/^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return true;
  if (/^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/.test(text)) return true;
  return /^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/.test(text) && (/^\d{4}-\d\d?-\d\d?$/.test(text) || !Number.isNaN(Date.parse(text)));
}

function isPlain(text: string): boolean {
  if (/^\s|\s$/.test(text) || text.includes("\t")) return false;
  if (/^[,[\]{}#&*!|>'"%@`]/.test(text)) return false;
  if (/^[-?:]($|\s)/.test(text) || /^(---|\.\.\.)/.test(text)) return false;
  return !/: |:$| #/.test(text);
}

function singleQuoted(text: string, indent: number, column: number): string {
  return `'${fold(text.replaceAll("'", "''"), indent, column + 1, "")}'`;
}

/** go-yaml folds at a single blank once the line is past the width. */
function fold(text: string, indent: number, column: number, escape: string): string {
  let output = "";
  let at = column;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    const isSingle = char === " " && text[index - 1] !== " " && text[index + 1] !== " ";
    if (isSingle && at > BEST_WIDTH && index > 0 && index < text.length - 1) {
      output += `${escape}\n${" ".repeat(indent)}`;
      at = indent;
    } else {
      output += char;
      at += 1;
    }
  }
  return output;
}

function doubleQuoted(text: string, indent: number, column: number): string {
  const names: Readonly<Record<string, string>> = { "\0": "\\0", "\x07": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", "\x1B": "\\e", '"': '\\"', "\\": "\\\\", "\u0085": "\\N", "\u2028": "\\L", "\u2029": "\\P" };
  let output = "";
  let at = column + 1;
  const chars = Array.from(text);
  for (const [index, char] of chars.entries()) {
    if (char === " " && at > BEST_WIDTH && index > 0 && index < chars.length - 1) {
      output += `\n${" ".repeat(indent)}`;
      at = indent;
      if (chars[index + 1] === " ") {
        output += "\\";
        at += 1;
      }
      continue;
    }
    const piece = names[char] ?? (isControl(char) ? `\\x${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0")}` : char);
    output += piece;
    at += piece.length;
  }
  return `"${output}"`;
}

function canBeLiteral(text: string): boolean {
  return !/[ \t]\n|[ \t]$/.test(text) || !text.startsWith(" ");
}

function isControl(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/** Literal block: `|`, `|-` or `|+` by the final line feeds. */
function literal(text: string, indent: number): string {
  const chomp = text.endsWith("\n\n") || text === "\n" ? "+" : text.endsWith("\n") ? "" : "-";
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  return [`|${hint}${chomp}`, ...lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line))].join("\n");
}

/** go-yaml's order of keys: digits by value, letters before other characters. */
function naturalOrder(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const x = left[index] ?? "";
    const y = right[index] ?? "";
    if (x === y) continue;
    const isLetterX = /\p{L}/u.test(x);
    const isLetterY = /\p{L}/u.test(y);
    if (isLetterX && isLetterY) return x < y ? -1 : 1;
    if (isLetterX || isLetterY) return isLetterX === isLetterY ? 0 : isLetterX ? 1 : -1;
    const numberX = /^\d+/.exec(a.slice(index))?.[0];
    const numberY = /^\d+/.exec(b.slice(index))?.[0];
    if (numberX !== undefined && numberY !== undefined && Number(numberX) !== Number(numberY)) return Number(numberX) - Number(numberY);
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
