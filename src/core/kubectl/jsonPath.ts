import { KubectlFailure } from "./failure.ts";
import { evaluateNodes, JsonPathFailure } from "./jsonPathEval.ts";
import { goJson } from "./goJson.ts";
import { goSyntax } from "./goSyntax.ts";
import type { Json } from "./json.ts";

/** A step of a path. */
export type PathStep =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "recursive" }
  | { readonly kind: "wildcard" }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined; readonly step: number; readonly isIndex: boolean }
  | { readonly kind: "union"; readonly parts: readonly (readonly PathStep[])[] }
  | { readonly kind: "filter"; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined };

export type Operand = { readonly kind: "path"; readonly steps: readonly PathStep[] } | { readonly kind: "literal"; readonly value: Json };

export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "path"; readonly steps: readonly PathStep[] }
  | { readonly kind: "strayEnd" }
  | { readonly kind: "range"; readonly steps: readonly PathStep[]; readonly body: readonly TemplateNode[] };

/** kubectl's `RelaxedJSONPathExpression`: `x.y`, `.x.y` and `{.x.y}` all give `{.x.y}`. */
export function relaxedExpression(expression: string): string {
  if (expression === "") return "";
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (match === null) {
    throw new KubectlFailure(`error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  }
  return `{.${match[1] ?? match[2] ?? ""}}`;
}

/** Parses a template of client-go's `util/jsonpath`. Throws as kubectl words it. */
export function parseJsonPath(template: string): readonly TemplateNode[] {
  const parser = new TemplateParser(template);
  return parser.nodes(false);
}

/**
 * Prints `value` through a template: results of one `{}` are separated by blanks, objects and lists are compact JSON. Missing keys print
 * nothing; an item that a list does not have is kubectl's refusal, which shows the whole object.
 */
export function printJsonPath(template: string, value: Json): string {
  try {
    return evaluateNodes(parseJsonPath(template), value)
      .map((part) => (typeof part === "string" ? part : part.values.map(valueText).join(" ")))
      .join("");
  } catch (error) {
    if (!(error instanceof JsonPathFailure)) throw error;
    throw new KubectlFailure(`error: error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.reason}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(value)}\n\n`);
  }
}

function valueText(value: Json): string {
  if (value === null) return "null";
  return typeof value === "object" ? goJson(value, "") : String(value);
}

class TemplateParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  nodes(isInRange: boolean): readonly TemplateNode[] {
    const nodes: TemplateNode[] = [];
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf("{", this.#at);
      const end = open < 0 ? this.#text.length : open;
      if (end > this.#at) nodes.push({ kind: "text", text: this.#text.slice(this.#at, end) });
      this.#at = end;
      if (open < 0) break;
      const action = this.#action();
      if (action === "end") {
        if (isInRange) return nodes;
        nodes.push({ kind: "strayEnd" });
        continue;
      }
      nodes.push(...this.#actionNodes(action));
    }
    return nodes;
  }

  #actionNodes(action: string): readonly TemplateNode[] {
    const range = /^range\s+(.*)$/s.exec(action);
    if (range !== null) return [{ kind: "range", steps: parsePath(range[1] ?? ""), body: this.nodes(true) }];
    if (action === "") return [{ kind: "path", steps: [] }];
    return splitBlanks(action).map((word): TemplateNode => {
      if (/^(?:-?\d+(?:\.\d+)?|true|false)$/.test(word)) return { kind: "text", text: word };
      if (word.startsWith('"') || word.startsWith("'")) return { kind: "text", text: unquote(word) };
      return { kind: "path", steps: parsePath(word) };
    });
  }

  /** Text between the braces, blanks trimmed; braces inside quotes do not count. */
  #action(): string {
    let quote = "";
    for (let index = this.#at + 1; index < this.#text.length; index += 1) {
      const char = this.#text[index] ?? "";
      if (quote !== "") {
        if (char === "\\") index += 1;
        else if (char === quote) quote = "";
      } else if (char === '"' || char === "'") quote = char;
      else if (char === "}") {
        const action = this.#text.slice(this.#at + 1, index).trim();
        this.#at = index + 1;
        return action;
      }
    }
    throw new KubectlFailure(`error: error parsing jsonpath ${this.#text}, ${openPart(this.#text.slice(this.#at + 1))}`);
  }
}

/** What an action without an end leaves open. */
function openPart(action: string): string {
  const open = /^(?:[^'"[]|\[(?!\?\()[^\]]*\]|\[\?\([^\]]*\)\]|'[^']*'|"[^"]*")*/s.exec(action)?.[0] ?? "";
  const rest = action.slice(open.length);
  if (rest.startsWith("[?(")) return "unterminated filter";
  if (rest.startsWith("[")) return "unterminated array";
  return rest === "" ? "unclosed action" : "unterminated quoted string";
}

/** Words of an action: blanks separate them except inside quotes, brackets and parentheses. */
function splitBlanks(action: string): readonly string[] {
  const words: string[] = [];
  let depth = 0;
  let quote = "";
  let word = "";
  for (let index = 0; index < action.length; index += 1) {
    const char = action[index] ?? "";
    if (quote !== "") {
      if (char === "\\") word += action[index++] ?? "";
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "[" || char === "(") depth += 1;
    else if (char === "]" || char === ")") depth -= 1;
    else if (/\s/.test(char) && depth === 0) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    word += action[index] ?? "";
  }
  if (word !== "") words.push(word);
  return words;
}

function unquote(word: string): string {
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };
  return word.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/gs, (_, code: string) =>
    code.length > 1 ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  );
}

/** Parses one path (`$.items[?(@.x=="y")].a['b.c']..d`). */
export function parsePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < path.length) {
    const rest = path.slice(at);
    if (rest.startsWith("$") || rest.startsWith("@")) at += 1;
    else if (rest.startsWith("..")) {
      steps.push({ kind: "recursive" });
      at += path[at + 2] === "[" ? 2 : 1;
    } else if (rest.startsWith("[")) {
      const end = bracketEnd(path, at);
      steps.push(parseBracket(path.slice(at + 1, end).trim(), path));
      at = end + 1;
    } else {
      const field = /^\.?((?:\\.|[^.[\]\\\s])*)/s.exec(rest);
      const raw = field?.[1] ?? "";
      if ((field?.[0] ?? "") === "") throw new KubectlFailure(`error: error parsing jsonpath {${path}}, ${unrecognized(rest)}`);
      if (raw === "*") steps.push({ kind: "wildcard" });
      else if (raw !== "") steps.push({ kind: "field", name: raw.replaceAll(/\\(.)/gs, "$1") });
      at += field?.[0].length ?? 1;
    }
  }
  return steps;
}

/** Go's `%#U` of the character. */
function unrecognized(rest: string): string {
  const code = rest.codePointAt(0) ?? 0;
  return `unrecognized character in action: U+${code.toString(16).toUpperCase().padStart(4, "0")} '${String.fromCodePoint(code)}'`;
}

function bracketEnd(path: string, open: number): number {
  let depth = 0;
  let quote = "";
  for (let index = open; index < path.length; index += 1) {
    const char = path[index] ?? "";
    if (quote !== "") {
      if (char === "\\") index += 1;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "[") depth += 1;
    else if (char === "]") {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  throw new KubectlFailure(`error: error parsing jsonpath {${path}}, unterminated array`);
}

function parseBracket(inner: string, path: string): PathStep {
  const filter = /^\?\((.*)\)$/s.exec(inner);
  if (filter !== null) return parseFilter(filter[1] ?? "");
  if (inner === "*") return { kind: "wildcard" };
  const parts = splitOutsideQuotes(inner, ",");
  if (parts.length > 1) return { kind: "union", parts: parts.map((part) => [parseBracket(part.trim(), path)]) };
  if (/^'.*'$|^".*"$/s.test(inner)) return { kind: "field", name: unquote(inner) };
  const slice = /^(-?\d*)(:(-?\d*))?(:(-?\d+))?$/.exec(inner);
  if (slice === null || inner === "") throw new KubectlFailure(`error: error parsing jsonpath {${path}}, invalid array index ${inner}`);
  const number = (text: string | undefined): number | undefined => (text === undefined || text === "" ? undefined : Number(text));
  return { kind: "slice", from: number(slice[1]), to: number(slice[3]), step: number(slice[5]) ?? 1, isIndex: slice[2] === undefined };
}

function parseFilter(text: string): PathStep {
  const parts = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s.exec(text.trim());
  if (parts === null) return { kind: "filter", left: parseOperand(text.trim()), operator: "exists", right: undefined };
  return { kind: "filter", left: parseOperand((parts[1] ?? "").trim()), operator: parts[2] ?? "", right: parseOperand((parts[3] ?? "").trim()) };
}

function parseOperand(text: string): Operand {
  if (/^'.*'$|^".*"$/s.test(text)) return { kind: "literal", value: unquote(text) };
  if (/^-?\d+(\.\d+)?$/.test(text)) return { kind: "literal", value: Number(text) };
  if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
  return { kind: "path", steps: parsePath(text) };
}

function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let quote = "";
  let part = "";
  for (const char of text) {
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === separator) {
      parts.push(part);
      part = "";
      continue;
    }
    part += char;
  }
  return [...parts, part];
}
