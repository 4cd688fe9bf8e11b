/** A pattern that cannot be translated; `message` as grep words it. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: "\\p{L}", digit: "0-9", alnum: "\\p{L}\\p{Nd}", upper: "\\p{Lu}", lower: "\\p{Ll}", space: "\\s", blank: " \\t", punct: "!-\\/:-@\\[-`{-~", print: "\\x20-\\x7e\\u00a0-\\u{10ffff}", graph: "\\x21-\\x7e\\u00a1-\\u{10ffff}", cntrl: "\\x00-\\x1f\\x7f", xdigit: "0-9A-Fa-f",
};

interface Reader {
  readonly pattern: string;
  readonly isExtended: boolean;
  position: number;
  depth: number;
  output: string;
  /** True where a quantifier would have nothing to repeat. */
  isAtStart: boolean;
}

/**
 * Translates a POSIX basic or extended expression, with GNU's additions (`\|`, `\+`, `\?`, `\<`, `\>`, `\b`, `\w`, `\s`), to the
 * source of a JavaScript expression with the `u` flag. Alternatives match leftmost, not longest, which `grep -o` alone can tell.
 * @throws PatternError for constructs without a translation (collating symbols, equivalence classes) and for unbalanced signs.
 */
export function translatePattern(pattern: string, isExtended: boolean): string {
  const reader: Reader = { pattern, isExtended, position: 0, depth: 0, output: "", isAtStart: true };
  while (reader.position < pattern.length) readOne(reader);
  if (reader.depth > 0) throw new PatternError(isExtended ? "Unmatched ( or \\(" : "Unmatched ( or \\(");
  return reader.output;
}

/** Text as an expression that matches exactly it. */
export function escapeLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function readOne(reader: Reader): void {
  const character = String.fromCodePoint(reader.pattern.codePointAt(reader.position) ?? 0);
  reader.position += character.length;
  if (character === "\\") return readEscape(reader);
  if (character === "[") return readBracket(reader);
  if (character === ".") return emit(reader, "[^\\n]");
  if (character === "*") return reader.isAtStart ? emit(reader, "\\*") : quantify(reader, "*");
  if (character === "^") return readCaret(reader);
  if (character === "$") return readDollar(reader);
  if (!reader.isExtended) return emit(reader, escapeLiteral(character));
  readExtended(reader, character);
}

function readExtended(reader: Reader, character: string): void {
  if (character === "(") return open(reader);
  if (character === ")") return reader.depth > 0 ? close(reader) : emit(reader, "\\)");
  if (character === "|") return alternative(reader);
  if (character === "+" || character === "?") return reader.isAtStart ? emit(reader, `\\${character}`) : quantify(reader, character);
  if (character === "{") {
    const interval = /^(\d*,?\d*)\}/.exec(reader.pattern.slice(reader.position));
    return interval !== null && interval[1] !== "" && !reader.isAtStart ? readInterval(reader, "}") : emit(reader, "\\{");
  }
  emit(reader, escapeLiteral(character));
}

function readEscape(reader: Reader): void {
  const character = reader.pattern[reader.position];
  if (character === undefined) throw new PatternError("Trailing backslash");
  reader.position += 1;
  if (!reader.isExtended) {
    if (character === "(") return open(reader);
    if (character === ")") {
      if (reader.depth === 0) throw new PatternError("Unmatched ) or \\)");
      return close(reader);
    }
    if (character === "|") return alternative(reader);
    if (character === "{") return readInterval(reader, "\\}");
    if (character === "+" || character === "?") return reader.isAtStart ? emit(reader, `\\${character}`) : quantify(reader, character);
  }
  if ("wWsS".includes(character)) return emit(reader, `\\${character}`);
  if (character === "b" || character === "B") return assert(reader, `\\${character}`);
  if (character === "<") return assert(reader, "(?<!\\w)(?=\\w)");
  if (character === ">") return assert(reader, "(?<=\\w)(?!\\w)");
  if (character === "`") return assert(reader, "^");
  if (character === "'") return assert(reader, "$");
  if (/[1-9]/.test(character)) return emit(reader, `\\${character}`);
  emit(reader, escapeLiteral(character));
}

function readCaret(reader: Reader): void {
  if (!reader.isExtended && !reader.isAtStart) return emit(reader, "\\^");
  reader.output += "^";
}

function readDollar(reader: Reader): void {
  const rest = reader.pattern.slice(reader.position);
  if (reader.isExtended || rest === "" || rest.startsWith("\\)") || rest.startsWith("\\|")) return assert(reader, "$");
  emit(reader, "\\$");
}

function readInterval(reader: Reader, closing: string): void {
  const end = reader.pattern.indexOf(closing, reader.position);
  const body = end < 0 ? "" : reader.pattern.slice(reader.position, end);
  if (end < 0) throw new PatternError("Unmatched { or \\{");
  const match = /^(\d*)(,?)(\d*)$/.exec(body);
  if (match === null || body === "" || body === ",") throw new PatternError("Invalid content of \\{\\}");
  reader.position = end + closing.length;
  quantify(reader, `{${match[1] === "" ? "0" : (match[1] ?? "0")}${match[2] ?? ""}${match[3] ?? ""}}`);
}

function readBracket(reader: Reader): void {
  let output = "[";
  if (reader.pattern[reader.position] === "^") {
    output += "^\\n";
    reader.position += 1;
  }
  for (let isFirst = true; ; isFirst = false) {
    const character = reader.pattern[reader.position];
    if (character === undefined) throw new PatternError("Unmatched [, [^, [:, [., or [=");
    if (character === "]" && !isFirst) break;
    if (character === "[" && /[.=]/.test(reader.pattern[reader.position + 1] ?? "")) throw new PatternError("Collating symbols and equivalence classes are not supported");
    const named = /^\[:(\w+):\]/.exec(reader.pattern.slice(reader.position));
    if (named !== null) {
      const members = CLASSES[named[1] ?? ""];
      if (members === undefined) throw new PatternError("Invalid character class name");
      output += members;
      reader.position += named[0].length;
      continue;
    }
    reader.position += 1;
    const isRange = character === "-" && !isFirst && reader.pattern[reader.position] !== "]";
    output += isRange ? "-" : character.replace(/[\\\]^[\-&~|{}()/]/, String.raw`\$&`);
  }
  reader.position += 1;
  emit(reader, `${output}]`);
}

function emit(reader: Reader, text: string): void {
  reader.output += text;
  reader.isAtStart = false;
}

function assert(reader: Reader, text: string): void {
  reader.output += text;
}

function quantify(reader: Reader, text: string): void {
  // POSIX lets quantifiers stand one after the other; JavaScript reads the second `?` and `+` differently.
  reader.output = /(?:[*+?]|[^\\]\})$/.test(reader.output) && !/\\[*+?}]$/.test(reader.output) ? wrapLast(reader.output) + text : reader.output + text;
}

function wrapLast(output: string): string {
  // The whole so far is one branch piece at most; grouping the last quantified atom needs its start, which a lookback finds.
  const start = /(?:\[(?:[^\]\\]|\\.)*\]|\\[^]|[^\\])(?:[*+?]|\{\d*,?\d*\})$/.exec(output)?.index ?? 0;
  return `${output.slice(0, start)}(?:${output.slice(start)})`;
}

function open(reader: Reader): void {
  reader.output += "(";
  reader.depth += 1;
  reader.isAtStart = true;
}

function close(reader: Reader): void {
  reader.output += ")";
  reader.depth -= 1;
  reader.isAtStart = false;
}

function alternative(reader: Reader): void {
  reader.output += "|";
  reader.isAtStart = true;
}
