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
  /** Where in `output` each open group begins. */
  readonly groups: number[];
  output: string;
  /** Where in `output` the last piece begins that a quantifier would repeat, and whether it is repeated already. */
  pieceStart: number;
  isQuantified: boolean;
  /** True where a quantifier would have nothing to repeat. */
  isAtStart: boolean;
  /** True just after `$`, `\\b` and their like, which cannot be repeated. */
  isAfterAssertion: boolean;
}

/**
 * Translates a POSIX basic or extended expression, with GNU's additions (`\|`, `\+`, `\?`, `\<`, `\>`, `\b`, `\w`, `\s`), to the
 * source of a JavaScript expression with the `u` flag. Alternatives match leftmost, not longest, which `grep -o` alone can tell.
 * @throws PatternError for constructs without a translation (collating symbols, equivalence classes) and for unbalanced signs.
 */
export function translatePattern(pattern: string, isExtended: boolean): string {
  const reader: Reader = { pattern, isExtended, position: 0, groups: [], output: "", pieceStart: 0, isQuantified: false, isAtStart: true, isAfterAssertion: false };
  while (reader.position < pattern.length) readOne(reader);
  if (reader.groups.length > 0) throw new PatternError("Unmatched ( or \\(");
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
  if (character === "*") return reader.isAtStart && !reader.isExtended ? emit(reader, "\\*") : quantify(reader, "*");
  if (character === "^") return readCaret(reader);
  if (character === "$") return readDollar(reader);
  if (!reader.isExtended) return emit(reader, escapeLiteral(character));
  readExtended(reader, character);
}

function readExtended(reader: Reader, character: string): void {
  if (character === "(") return open(reader);
  if (character === ")") return reader.groups.length > 0 ? close(reader) : emit(reader, "\\)");
  if (character === "|") return alternative(reader);
  if (character === "+" || character === "?") return quantify(reader, character);
  if (character === "{") {
    const interval = /^(\d*,?\d*)\}/.exec(reader.pattern.slice(reader.position));
    return interval !== null && interval[1] !== "" ? readInterval(reader, "}") : emit(reader, "\\{");
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
      if (reader.groups.length === 0) throw new PatternError("Unmatched ) or \\)");
      return close(reader);
    }
    if (character === "|") return alternative(reader);
    if (character === "{") return readInterval(reader, "\\}");
    if (character === "+" || character === "?") return quantify(reader, character);
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
  reader.isAfterAssertion = reader.isExtended;
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
  finishPiece(reader, reader.output.length);
  reader.output += text;
}

function finishPiece(reader: Reader, start: number): void {
  reader.pieceStart = start;
  reader.isQuantified = false;
  reader.isAtStart = false;
  reader.isAfterAssertion = false;
}

function assert(reader: Reader, text: string): void {
  reader.output += text;
  reader.isAfterAssertion = true;
}

function quantify(reader: Reader, text: string): void {
  // GNU reads these in ways of its own, with a warning: nobody means them.
  if (reader.isAtStart || reader.isAfterAssertion) throw new PatternError("A repetition needs something to repeat");
  // POSIX lets quantifiers stand one after the other; JavaScript reads the second `?` and `+` differently.
  const piece = reader.output.slice(reader.pieceStart);
  if (reader.isQuantified) reader.output = `${reader.output.slice(0, reader.pieceStart)}(?:${piece})`;
  reader.output += text;
  reader.isQuantified = true;
}

function open(reader: Reader): void {
  reader.groups.push(reader.output.length);
  reader.output += "(";
  begin(reader);
}

function close(reader: Reader): void {
  reader.output += ")";
  finishPiece(reader, reader.groups.pop() ?? 0);
}

function alternative(reader: Reader): void {
  reader.output += "|";
  begin(reader);
}

function begin(reader: Reader): void {
  reader.isAtStart = true;
  reader.isAfterAssertion = false;
  reader.isQuantified = false;
}
