import { pythonRepr, pythonText } from "../pythonText.ts";
import type { Comparison, QueryNode } from "./nodes.ts";
import { QueryError } from "./queryError.ts";
import { tokenize, type QueryToken, type TokenKind } from "./tokens.ts";

/** How strongly each token binds what stands before it. */
const BINDING: Readonly<Record<TokenKind, number>> = {
  eof: 0, unquoted_identifier: 0, quoted_identifier: 0, literal: 0, rbracket: 0, rparen: 0, comma: 0, rbrace: 0, number: 0, current: 0, expref: 0, colon: 0,
  pipe: 1, or: 2, and: 3, eq: 5, gt: 5, lt: 5, gte: 5, lte: 5, ne: 5, flatten: 9, star: 20, filter: 21, dot: 40, not: 45, lbrace: 50, lbracket: 55, lparen: 60,
};
/** Tokens that bind less end a projection. */
const PROJECTION_STOP = 10;
const MAX_DEPTH = 200;
const AFTER_DOT: readonly TokenKind[] = ["quoted_identifier", "unquoted_identifier", "lbracket", "lbrace"];
const IDENTITY: QueryNode = { kind: "identity" };

/**
 * Reads a JMESPath expression as the AWS command line does, by the same grammar (a Pratt parser, after Python's jmespath 1.x): a dialect
 * with more to it would let a cell pass here that the tool refuses. Throws `QueryError` in the tool's words.
 */
export function parseQuery(expression: string): QueryNode {
  const parser = new QueryParser(expression);
  return parser.whole();
}

class QueryParser {
  readonly #expression: string;
  readonly #tokens: readonly QueryToken[];
  #at = 0;
  #depth = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = tokenize(expression);
  }

  whole(): QueryNode {
    const node = this.#parse(0);
    const token = this.#token();
    return token.kind === "eof" ? node : this.#fail(token, `Unexpected token: ${pythonText(token.value)}`);
  }

  #parse(binding: number): QueryNode {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new QueryError("maximum recursion depth exceeded");
    let left = this.#prefix(this.#next());
    while (binding < BINDING[this.#token().kind]) left = this.#suffix(left, this.#next());
    this.#depth -= 1;
    return left;
  }

  /** What a token means at the beginning of an expression. */
  #prefix(token: QueryToken): QueryNode {
    switch (token.kind) {
      case "literal":
        return { kind: "literal", value: token.value, isFraction: token.isFraction ?? false };
      case "unquoted_identifier":
        return { kind: "field", name: pythonText(token.value) };
      case "quoted_identifier":
        if (this.#token().kind === "lparen") this.#fail({ ...this.#token(), start: 0 }, "Quoted identifier not allowed for function names.");
        return { kind: "field", name: pythonText(token.value) };
      case "current":
        return IDENTITY;
      case "star":
        return this.#projection("values", IDENTITY, this.#token().kind === "rbracket" ? IDENTITY : this.#rest(BINDING.star));
      case "filter":
        return this.#filter(IDENTITY);
      case "flatten":
        return this.#projection("items", { kind: "flatten", of: IDENTITY }, this.#rest(BINDING.flatten));
      case "lbracket":
        return this.#bracketed();
      case "lbrace":
        return this.#object();
      case "lparen": {
        const node = this.#parse(0);
        this.#expect("rparen");
        return node;
      }
      case "not":
        return { kind: "not", of: this.#parse(BINDING.not) };
      case "expref":
        return { kind: "reference", to: this.#parse(BINDING.expref) };
      case "eof":
        return this.#failIncomplete();
      case "number": case "dot": case "comma": case "colon": case "rbracket": case "rparen": case "rbrace": case "pipe": case "or": case "and": case "eq": case "ne": case "lt": case "lte": case "gt": case "gte":
        return this.#fail(token, "invalid token");
    }
  }

  /** What a token means after an expression. */
  #suffix(left: QueryNode, token: QueryToken): QueryNode {
    switch (token.kind) {
      case "dot":
        if (this.#token().kind !== "star") return chain(left, this.#afterDot(BINDING.dot));
        this.#next();
        return this.#projection("values", left, this.#rest(BINDING.dot));
      case "pipe":
        return chain(left, this.#parse(BINDING.pipe));
      case "and": case "or":
        return { kind: token.kind, left, right: this.#parse(BINDING[token.kind]) };
      case "eq": case "ne": case "lt": case "lte": case "gt": case "gte":
        return this.#comparison(left, token.kind);
      case "flatten":
        return this.#projection("items", { kind: "flatten", of: left }, this.#rest(BINDING.flatten));
      case "filter":
        return this.#filter(left);
      case "lbracket":
        if (this.#isIndexAhead()) return this.#index(left);
        this.#expect("star");
        this.#expect("rbracket");
        return this.#projection("items", left, this.#rest(BINDING.star));
      case "lparen":
        return this.#call(left);
      case "eof": case "unquoted_identifier": case "quoted_identifier": case "literal": case "rbracket": case "rparen": case "comma": case "rbrace": case "number": case "current": case "expref": case "colon": case "star": case "not": case "lbrace":
        return this.#fail(token, "invalid token");
    }
  }

  #comparison(left: QueryNode, operator: Comparison): QueryNode {
    return { kind: "comparison", operator, left, right: this.#parse(BINDING[operator]) };
  }

  #projection(over: "items" | "values", of: QueryNode, each: QueryNode, filter?: QueryNode): QueryNode {
    return { kind: "projection", over, of, each, filter };
  }

  #filter(of: QueryNode): QueryNode {
    const condition = this.#parse(0);
    this.#expect("rbracket");
    return this.#projection("items", of, this.#token().kind === "flatten" ? IDENTITY : this.#rest(BINDING.filter), condition);
  }

  /** `[0]`, `[1:2]`, `[*]` or `[a, b]` at the beginning. */
  #bracketed(): QueryNode {
    if (this.#isIndexAhead()) return this.#index(IDENTITY);
    if (this.#token().kind !== "star" || this.#token(1).kind !== "rbracket") return this.#list();
    this.#at += 2;
    return this.#projection("items", IDENTITY, this.#rest(BINDING.star));
  }

  #isIndexAhead(): boolean {
    return this.#token().kind === "number" || this.#token().kind === "colon";
  }

  #index(left: QueryNode): QueryNode {
    if (this.#token().kind === "colon" || this.#token(1).kind === "colon") return this.#projection("items", chain(left, this.#slice()), this.#rest(BINDING.star));
    const index = Number(this.#next().value);
    this.#expect("rbracket");
    return chain(left, { kind: "index", index });
  }

  #slice(): QueryNode {
    const parts: (number | undefined)[] = [undefined, undefined, undefined];
    let part = 0;
    for (let token = this.#token(); token.kind !== "rbracket"; token = this.#token()) {
      if (token.kind === "colon") part += 1;
      if ((token.kind !== "colon" && token.kind !== "number") || part === 3) this.#fail(token, "syntax error");
      if (token.kind === "number") parts[part] = Number(token.value);
      this.#next();
    }
    this.#expect("rbracket");
    const [from, to, step] = parts;
    return { kind: "slice", from, to, step: step ?? 1 };
  }

  #call(left: QueryNode): QueryNode {
    // The name and the bracket have been taken.
    const before = this.#token(-2);
    if (left.kind !== "field") this.#fail(before, `Invalid function name '${pythonText(before.value)}'`);
    const args: QueryNode[] = [];
    while (this.#token().kind !== "rparen") {
      args.push(this.#parse(0));
      if (this.#token().kind === "comma") this.#next();
    }
    this.#next();
    return { kind: "call", name: left.name, args };
  }

  #list(): QueryNode {
    const items = [this.#parse(0)];
    while (this.#token().kind !== "rbracket") {
      this.#expect("comma");
      items.push(this.#parse(0));
    }
    this.#next();
    return { kind: "list", items };
  }

  #object(): QueryNode {
    const fields: (readonly [string, QueryNode])[] = [];
    for (;;) {
      const name = this.#expect("quoted_identifier", "unquoted_identifier");
      this.#expect("colon");
      fields.push([pythonText(name.value), this.#parse(0)]);
      if (this.#token().kind === "comma") this.#next();
      else if (this.#token().kind === "rbrace") break;
    }
    this.#next();
    return { kind: "object", fields };
  }

  /** What a projection does with each of its values. */
  #rest(binding: number): QueryNode {
    const token = this.#token();
    if (BINDING[token.kind] < PROJECTION_STOP) return IDENTITY;
    if (token.kind === "lbracket" || token.kind === "filter") return this.#parse(binding);
    if (token.kind !== "dot") this.#fail(token, "syntax error");
    this.#next();
    return this.#afterDot(binding);
  }

  #afterDot(binding: number): QueryNode {
    const token = this.#token();
    if (token.kind === "quoted_identifier" || token.kind === "unquoted_identifier" || token.kind === "star") return this.#parse(binding);
    if (token.kind !== "lbracket" && token.kind !== "lbrace") this.#fail(token, `Expecting: ${pythonRepr(AFTER_DOT)}, got: ${token.kind}`);
    this.#next();
    return token.kind === "lbracket" ? this.#list() : this.#object();
  }

  #token(ahead = 0): QueryToken {
    return this.#tokens[this.#at + ahead] ?? { kind: "eof", value: "", start: Array.from(this.#expression).length };
  }

  #next(): QueryToken {
    const token = this.#token();
    this.#at += 1;
    return token;
  }

  #expect(...kinds: readonly TokenKind[]): QueryToken {
    const token = this.#next();
    if (kinds.includes(token.kind)) return token;
    if (token.kind === "eof") this.#failIncomplete();
    return this.#fail(token, `Expecting: ${kinds.length === 1 ? kinds.join("") : pythonRepr(kinds)}, got: ${token.kind}`);
  }

  #fail(token: QueryToken, reason: string): never {
    throw new QueryError(`${reason}: Parse error at column ${String(token.start)}, token "${pythonText(token.value)}" (${token.kind.toUpperCase()}), for expression:\n"${this.#expression}"\n${" ".repeat(token.start + 1)}^`);
  }

  #failIncomplete(): never {
    throw new QueryError(`Invalid jmespath expression: Incomplete expression:\n"${this.#expression}"\n${" ".repeat(Array.from(this.#expression).length + 1)}^`);
  }
}

function chain(left: QueryNode, right: QueryNode): QueryNode {
  return { kind: "chain", steps: left.kind === "chain" ? [...left.steps, right] : [left, right] };
}
