import type { Expression, Grouping, Matcher, Matching, Selector, ValueType } from "./ast.ts";
import { AGGREGATIONS, COMPARISONS, FUNCTIONS, PRECEDENCE, SET_OPERATORS, UNSUPPORTED_FUNCTIONS } from "./functionTable.ts";
import { durationMs, parseError, tokenize, type Token } from "./lexer.ts";

const NO_MATCHING: Matching = { grouping: { kind: "without", labels: [] }, many: undefined, include: [] };
/** `-2 ^ 2` is -(2 ^ 2), and `-a * b` is (-a) * b. */
const UNARY_PRECEDENCE = 5;
const TYPE_WORDS: Readonly<Record<ValueType, string>> = { scalar: "scalar", string: "string", vector: "instant vector", matrix: "range vector" };

/** Reads a query. Throws `PromqlError` (`bad_data`) with Prometheus' position and, where it is simple, its words. */
export function parseQuery(query: string): Expression {
  return new Parser(query).whole();
}

/** What an expression evaluates to. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
      return expression.rangeMs === undefined ? "vector" : "matrix";
    case "subquery":
      return "matrix";
    case "aggregate":
      return "vector";
    case "call":
      return FUNCTIONS.get(expression.name)?.result ?? "vector";
    case "negate":
      return typeOf(expression.of);
    case "binary":
      return typeOf(expression.left) === "scalar" && typeOf(expression.right) === "scalar" ? "scalar" : "vector";
  }
}

class Parser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokenize(query);
  }

  whole(): Expression {
    if (this.#peek().kind === "end") throw this.#fail("no expression found in input");
    const expression = this.#binary(0);
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: "end", text: "", start: this.#query.length };
  }

  #fail(message: string, token = this.#peek()): Error {
    return parseError(this.#query, token.start, message);
  }

  #unexpected(): Error {
    const { kind, text } = this.#peek();
    return this.#fail(kind === "end" ? "unexpected end of input" : `unexpected ${kind === "word" ? "identifier " : kind === "sign" ? "" : `${kind} `}${JSON.stringify(text)}`);
  }

  #take(...texts: readonly string[]): string | undefined {
    const { kind, text } = this.#peek();
    const found = texts.find((candidate) => (kind === "sign" ? candidate === text : kind === "word" && candidate === text.toLowerCase()));
    if (found !== undefined) this.#index += 1;
    return found;
  }

  #expect(sign: string): void {
    if (this.#take(sign) === undefined) throw this.#unexpected();
  }

  #takeKind(kind: Token["kind"]): string {
    const token = this.#peek();
    if (token.kind !== kind) throw this.#unexpected();
    this.#index += 1;
    return token.text;
  }

  #binary(weakest: number): Expression {
    let left = this.#unary();
    for (;;) {
      const token = this.#peek();
      const operator = token.kind === "word" ? token.text.toLowerCase() : token.kind === "sign" ? token.text : "";
      const precedence = PRECEDENCE.get(operator);
      if (precedence === undefined || precedence < weakest) return left;
      this.#index += 1;
      const isBool = this.#take("bool") !== undefined;
      if (isBool && !COMPARISONS.has(operator)) throw this.#fail("bool modifier can only be used on comparison operators", token);
      const matching = this.#matching();
      const right = this.#binary(operator === "^" ? precedence : precedence + 1);
      left = this.#checked({ kind: "binary", operator, left, right, isBool, matching }, token);
    }
  }

  #checked(expression: Extract<Expression, { kind: "binary" }>, at: Token): Expression {
    const types = [typeOf(expression.left), typeOf(expression.right)];
    if (types.some((type) => type === "matrix" || type === "string")) throw this.#fail("binary expression must contain only scalar and instant vector types", at);
    if (SET_OPERATORS.has(expression.operator) && types.includes("scalar")) throw this.#fail(`set operator ${JSON.stringify(expression.operator)} not allowed in binary scalar expression`, at);
    if (COMPARISONS.has(expression.operator) && !expression.isBool && !types.includes("vector")) throw this.#fail("comparisons between scalars must use BOOL modifier", at);
    return expression;
  }

  #matching(): Matching {
    const word = this.#take("on", "ignoring");
    if (word === undefined) return NO_MATCHING;
    const grouping: Grouping = { kind: word === "on" ? "by" : "without", labels: this.#labelList() };
    const group = this.#take("group_left", "group_right");
    const include = group !== undefined && this.#peek().text === "(" ? this.#labelList() : [];
    return { grouping, many: group === undefined ? undefined : group === "group_left" ? "left" : "right", include };
  }

  #labelList(): readonly string[] {
    this.#expect("(");
    const labels: string[] = [];
    while (this.#take(")") === undefined) {
      labels.push(this.#takeKind("word"));
      if (this.#take(",") === undefined && this.#peek().text !== ")") throw this.#unexpected();
    }
    return labels;
  }

  #unary(): Expression {
    const token = this.#peek();
    const sign = this.#take("-", "+");
    if (sign === undefined) return this.#postfix();
    const of = this.#binary(UNARY_PRECEDENCE + 1);
    const type = typeOf(of);
    if (type !== "scalar" && type !== "vector") throw this.#fail(`unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(TYPE_WORDS[type])}`, token);
    return sign === "+" ? of : { kind: "negate", of };
  }

  #postfix(): Expression {
    let expression = this.#primary();
    for (;;) {
      const token = this.#peek();
      if (this.#take("[") !== undefined) expression = this.#range(expression, token);
      else if (this.#take("offset") !== undefined) expression = this.#offset(expression, token);
      else if (this.#take("@") !== undefined) throw this.#fail("the drill world's Prometheus does not evaluate the @ modifier", token);
      else return expression;
    }
  }

  #range(of: Expression, token: Token): Expression {
    const rangeMs = durationMs(this.#takeKind("duration"));
    if (this.#take(":") === undefined) {
      this.#expect("]");
      if (of.kind !== "selector" || of.rangeMs !== undefined) throw this.#fail("ranges only allowed for vector selectors", token);
      return { ...of, rangeMs };
    }
    const stepMs = this.#peek().kind === "duration" ? durationMs(this.#takeKind("duration")) : undefined;
    this.#expect("]");
    if (typeOf(of) !== "vector") throw this.#fail(`subquery is only allowed on instant vector, got ${TYPE_WORDS[typeOf(of)]} instead`, token);
    return { kind: "subquery", of, rangeMs, stepMs, offsetMs: 0 };
  }

  #offset(of: Expression, token: Token): Expression {
    const isNegative = this.#take("-") !== undefined;
    const ms = durationMs(this.#takeKind("duration"));
    if (of.kind !== "selector" && of.kind !== "subquery") throw this.#fail("offset modifier must be preceded by an instant vector selector or range vector selector or a subquery", token);
    return { ...of, offsetMs: isNegative ? -ms : ms };
  }

  #primary(): Expression {
    const token = this.#peek();
    switch (token.kind) {
      case "number":
        this.#index += 1;
        return { kind: "number", value: Number(token.text) };
      case "duration":
        this.#index += 1;
        return { kind: "number", value: durationMs(token.text) / 1000 };
      case "string":
        this.#index += 1;
        return { kind: "string", value: token.text };
      case "word":
        this.#index += 1;
        return this.#named(token);
      case "sign":
      case "end":
        break;
    }
    if (token.text === "{") return this.#selector(undefined, token);
    if (this.#take("(") === undefined) throw this.#unexpected();
    const inner = this.#binary(0);
    this.#expect(")");
    return inner;
  }

  #named(token: Token): Expression {
    const word = token.text.toLowerCase();
    if (/^[+-]?inf$/u.test(word)) return { kind: "number", value: Number.POSITIVE_INFINITY };
    if (word === "nan") return { kind: "number", value: Number.NaN };
    const isAggregation = AGGREGATIONS.has(word) && (this.#peek().text === "(" || ["by", "without"].includes(this.#peek().text.toLowerCase()));
    if (isAggregation) return this.#aggregate(word, token);
    if (this.#peek().kind === "sign" && this.#peek().text === "(") return this.#call(token);
    return this.#selector(token.text, token);
  }

  #aggregate(operator: string, token: Token): Expression {
    let grouping = this.#grouping();
    const args = this.#arguments();
    grouping ??= this.#grouping();
    const wanted = AGGREGATIONS.get(operator) === true ? 2 : 1;
    const of = args.at(-1);
    if (args.length !== wanted || of === undefined) throw this.#fail(`wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`, token);
    if (typeOf(of) !== "vector") throw this.#fail(`expected type instant vector in aggregation expression, got ${TYPE_WORDS[typeOf(of)]}`, token);
    return { kind: "aggregate", operator, of, parameter: wanted === 2 ? args[0] : undefined, grouping: grouping ?? { kind: "by", labels: [] } };
  }

  #grouping(): Grouping | undefined {
    const kind = this.#take("by", "without");
    return kind === undefined ? undefined : { kind: kind === "by" ? "by" : "without", labels: this.#labelList() };
  }

  #arguments(): readonly Expression[] {
    this.#expect("(");
    const args: Expression[] = [];
    while (this.#take(")") === undefined) {
      args.push(this.#binary(0));
      if (this.#take(",") === undefined && this.#peek().text !== ")") throw this.#unexpected();
    }
    return args;
  }

  #call(token: Token): Expression {
    const name = token.text;
    const signature = FUNCTIONS.get(name);
    if (UNSUPPORTED_FUNCTIONS.has(name)) throw this.#fail(`the drill world's Prometheus does not evaluate the function ${JSON.stringify(name)}`, token);
    if (signature === undefined) throw this.#fail(`unknown function with name ${JSON.stringify(name)}`, token);
    const args = this.#arguments();
    const { parameters, optional } = signature;
    if (args.length < parameters.length - optional || args.length > parameters.length) {
      throw this.#fail(`expected ${optional > 0 ? "at least " : ""}${parameters.length - optional} argument(s) in call to ${JSON.stringify(name)}, got ${args.length}`, token);
    }
    for (const [index, argument] of args.entries()) {
      const [wanted, given] = [parameters[index] ?? "vector", typeOf(argument)];
      if (wanted !== given) throw this.#fail(`expected type ${TYPE_WORDS[wanted]} in call to function ${JSON.stringify(name)}, got ${TYPE_WORDS[given]}`, token);
    }
    return { kind: "call", name, args };
  }

  #selector(name: string | undefined, token: Token): Selector {
    const matchers: Matcher[] = name === undefined ? [] : [matcher("__name__", "=", name)];
    if (this.#take("{") !== undefined) {
      while (this.#take("}") === undefined) {
        matchers.push(this.#matcher());
        if (this.#take(",") === undefined && this.#peek().text !== "}") throw this.#unexpected();
      }
    }
    if (matchers.every((each) => each.matches(""))) throw this.#fail("vector selector must contain at least one non-empty matcher", token);
    return { kind: "selector", matchers, rangeMs: undefined, offsetMs: 0 };
  }

  #matcher(): Matcher {
    const label = this.#takeKind("word");
    const token = this.#peek();
    const operator = this.#take("=", "!=", "=~", "!~");
    if (operator === undefined) throw this.#unexpected();
    const value = this.#takeKind("string");
    try {
      return matcher(label, operator as Matcher["operator"], value);
    } catch (error) {
      if (error instanceof SyntaxError) throw this.#fail(`error parsing regexp: ${error.message}`, token);
      throw error;
    }
  }
}

/** A matcher; throws `SyntaxError` for a broken regular expression. Patterns match the whole value, as Prometheus' do. */
function matcher(label: string, operator: Matcher["operator"], value: string): Matcher {
  if (operator === "=") return { label, operator, value, matches: (given) => given === value };
  if (operator === "!=") return { label, operator, value, matches: (given) => given !== value };
  const [, flags = "", source = ""] = /^(\(\?i\))?(.*)$/su.exec(value) ?? [];
  const pattern = new RegExp(`^(?:${source})$`, flags === "" ? "su" : "isu");
  return { label, operator, value, matches: (given) => pattern.test(given) === (operator === "=~") };
}
