import type { DoubleQuotedChild, ParameterExpansionPart, ParsedScript, Word, WordPart } from "unbash";

/** What expansions read from and write to. */
export interface ExpansionContext {
  variable(name: string): string | undefined;
  assign(name: string, value: string): void;
  readonly parameters: readonly string[];
  readonly zero: string;
  readonly lastCode: number;
  /** The output of a command substitution. */
  substitute(script: ParsedScript): Promise<string>;
}

/** Expands words and splits unquoted expansions at blanks. Globs stay as they are. */
export async function expandWords(context: ExpansionContext, words: readonly Word[]): Promise<string[]> {
  const result: string[] = [];
  for (const word of words) result.push(...(await expandWord(context, word)));
  return result;
}

/** The fields one word becomes: none, one or more. */
export async function expandWord(context: ExpansionContext, word: Word): Promise<string[]> {
  if (word.parts === undefined) return [word.value];
  const builder = new FieldBuilder();
  for (const part of word.parts) await expandPart(context, part, builder);
  return builder.fields();
}

/** Gathers fields: `text` goes on with the present one, `split` may begin new ones. */
class FieldBuilder {
  readonly #fields: string[] = [];
  #current: string | undefined;

  text(text: string): void {
    this.#current = (this.#current ?? "") + text;
  }

  split(text: string): void {
    const pieces = text.split(/[ \t\n]+/u);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.end();
      if (piece !== "") this.text(piece);
    }
  }

  list(items: readonly string[]): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) this.end();
      this.text(item);
    }
  }

  end(): void {
    if (this.#current !== undefined) this.#fields.push(this.#current);
    this.#current = undefined;
  }

  fields(): string[] {
    this.end();
    return this.#fields;
  }
}

async function expandPart(context: ExpansionContext, part: WordPart, builder: FieldBuilder): Promise<void> {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      builder.text(part.value);
      return;
    case "DoubleQuoted":
    case "LocaleString":
      await expandQuoted(context, part.parts, builder);
      return;
    case "SimpleExpansion":
      if (part.text === "$@" || part.text === "$*") builder.split(context.parameters.join(" "));
      else builder.split(simpleValue(context, part.text.slice(1)));
      return;
    case "ParameterExpansion":
    case "CommandExpansion":
    case "ArithmeticExpansion":
      builder.split(await childText(context, part));
      return;
    case "Glob":
    case "ProcessSubstitution":
    case "ExtendedGlob":
    case "BraceExpansion":
      builder.text(part.text);
  }
}

async function expandQuoted(context: ExpansionContext, parts: readonly DoubleQuotedChild[], builder: FieldBuilder): Promise<void> {
  if (parts.length === 1 && parts[0]?.text === "$@") {
    builder.list(context.parameters);
    return;
  }
  builder.text("");
  for (const part of parts) builder.text(await childText(context, part));
}

async function childText(context: ExpansionContext, part: DoubleQuotedChild): Promise<string> {
  switch (part.type) {
    case "Literal":
      return part.value;
    case "SimpleExpansion":
      return simpleValue(context, part.text.slice(1));
    case "ParameterExpansion":
      return parameterValue(context, part);
    case "CommandExpansion":
      return part.script === undefined ? "" : context.substitute(part.script);
    case "ArithmeticExpansion":
      // Numbers are not computed here; the text shows that it was not done.
      return part.text;
  }
}

function simpleValue(context: ExpansionContext, name: string): string {
  if (name === "@" || name === "*") return context.parameters.join(" ");
  if (name === "#") return String(context.parameters.length);
  if (name === "?") return String(context.lastCode);
  if (name === "$") return "1";
  if (name === "0") return context.zero;
  if (/^\d+$/u.test(name)) return context.parameters[Number(name) - 1] ?? "";
  return context.variable(name) ?? "";
}

async function parameterValue(context: ExpansionContext, part: ParameterExpansionPart): Promise<string> {
  const value = simpleValue(context, part.parameter);
  if (part.prefix === "#") return String(value.length);
  const { operation } = part;
  if (operation?.type !== "Default") return value;
  const isMissing = operation.operator.startsWith(":") ? value === "" : context.variable(part.parameter) === undefined;
  const operand = async (): Promise<string> => (await expandWord(context, operation.operand)).join(" ");
  const kind = operation.operator.replace(":", "");
  if (kind === "+") return isMissing ? "" : operand();
  if (!isMissing) return value;
  const text = await operand();
  if (kind === "=") context.assign(part.parameter, text);
  return text;
}
