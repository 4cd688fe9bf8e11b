import { labelKeyProblems, labelValueProblems } from "./labelRules.ts";

/** What a label must be for a selector to match: `key`, `!key`, `key=value`, `key in (a,b)`, `key>3`. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "exists" | "!" | "in" | "notin" | "gt" | "lt";
  readonly values: readonly string[];
}

/** A selector that cannot be read. The message is apimachinery's, which server and client print. */
export class SelectorProblem extends Error {}

/** Reads a label selector as apimachinery's `labels.Parse`. Throws `SelectorProblem`. */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  return new SelectorParser(text).requirements();
}

/** Whether labels meet all requirements. */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Readonly<Record<string, string>>): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
      case "in":
        return value !== undefined && values.includes(value);
      case "notin":
        return value === undefined || !values.includes(value);
      case "gt":
        return /^[-+]?\d+$/.test(value ?? "") && Number(value) > Number(values[0]);
      case "lt":
        return /^[-+]?\d+$/.test(value ?? "") && Number(value) < Number(values[0]);
    }
  });
}

const OPERATORS: Readonly<Record<string, LabelRequirement["operator"]>> = { in: "in", notin: "notin", "=": "in", "==": "in", "!=": "notin", ">": "gt", "<": "lt" };

class SelectorParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+/g) ?? [];
  }

  requirements(): readonly LabelRequirement[] {
    const all: LabelRequirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token === "") return all;
      if (!isWord(token) && token !== "!") throw new SelectorProblem(`found '${token}', expected: !, identifier, or 'end of string'`);
      all.push(this.#requirement());
      const after = this.#next();
      if (after === "") return all;
      if (after !== ",") throw new SelectorProblem(`found '${after}', expected: ',' or 'end of string'`);
      const following = this.#peek();
      if (!isWord(following) && following !== "!") throw new SelectorProblem(`found '${following}', expected: identifier after ','`);
    }
  }

  #requirement(): LabelRequirement {
    try {
      const isAbsent = this.#peek() === "!";
      if (isAbsent) this.#at += 1;
      const key = this.#word();
      checkKey(key);
      if (isAbsent) return { key, operator: "!", values: [] };
      if (["", ","].includes(this.#peek())) return { key, operator: "exists", values: [] };
      const word = this.#next();
      const operator = OPERATORS[word];
      if (operator === undefined) throw new SelectorProblem(`found '${word}', expected: in, notin, =, ==, !=, gt, lt`);
      const values = word === "in" || word === "notin" ? this.#list() : [["", ","].includes(this.#peek()) ? "" : this.#word()];
      return checked({ key, operator, values });
    } catch (error) {
      throw error instanceof SelectorProblem ? new SelectorProblem(`unable to parse requirement: ${error.message}`) : error;
    }
  }

  /** The values between parentheses, without doubles and sorted; an empty one stands for itself. */
  #list(): readonly string[] {
    const open = this.#next();
    if (open !== "(") throw new SelectorProblem(`found '${open}' expected: '('`);
    const first = this.#peek();
    if (!isWord(first) && first !== "," && first !== ")") throw new SelectorProblem(`found '${first}', expected: ',', ')' or identifier`);
    const values = [""];
    for (let before = ","; ; ) {
      const token = this.#next();
      if (token === ")") return [...new Set(values)].sort();
      if (token === ",") values.push("");
      else if (!isWord(token)) throw new SelectorProblem(before === "," ? `found '${token}', expected: ',', or identifier` : `found '${token}', expected: ',' or ')'`);
      else if (before !== ",") throw new SelectorProblem(`found '${token}', expected: ',' or ')'`);
      else values[values.length - 1] = token;
      before = token;
    }
  }

  #word(): string {
    const token = this.#next();
    if (!isWord(token)) throw new SelectorProblem(`found '${token}', expected: identifier`);
    return token;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? "";
  }

  #next(): string {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

function isWord(token: string): boolean {
  return token !== "" && !/[=!(),<>]/.test(token);
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const { key, operator, values } = requirement;
  const problems = values.flatMap((value, index) => {
    const place = `values[${String(index)}]`;
    const isNumber = !["gt", "lt"].includes(operator) || /^[-+]?\d+$/.test(value);
    return [...(isNumber ? [] : [`${place}: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`]), ...valueProblems(`${place}[${key}]`, value)];
  });
  if (problems.length > 0) throw new SelectorProblem(problems.length === 1 ? (problems[0] ?? "") : `[${problems.join(", ")}]`);
  return requirement;
}

function valueProblems(place: string, value: string): readonly string[] {
  const words = labelValueProblems(value);
  return words.length === 0 ? [] : [`${place}: Invalid value: ${JSON.stringify(value)}: ${words.join("; ")}`];
}

function checkKey(key: string): void {
  const words = labelKeyProblems(key);
  if (words.length > 0) throw new SelectorProblem(`<nil>: Invalid value: ${JSON.stringify(key)}: ${words.join("; ")}`);
}
