import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { evaluateQuery } from "../../../src/core/aws/query/evaluate.ts";
import { judgeQuery } from "../../../src/core/aws/query/judgeQuery.ts";
import { parseQuery } from "../../../src/core/aws/query/parseQuery.ts";
import { QueryError } from "../../../src/core/aws/query/queryError.ts";
import type { Json } from "../../../src/core/kubectl/json.ts";
import { QUERIES, QUERY_DATA } from "../../golden/aws/queryFixture.ts";

type Answer = { readonly result: Json } | { readonly refusal: string };

const recorded = JSON.parse(readFileSync(new URL("../../golden/aws/recordedQueries.json", import.meta.url), "utf8")) as { readonly tool: string; readonly results: Readonly<Record<string, Answer>> };

function ask(query: string): Answer {
  try {
    return { result: evaluateQuery(parseQuery(query), QUERY_DATA) };
  } catch (error) {
    if (error instanceof QueryError) return { refusal: error.message };
    throw error;
  }
}

describe(`aws --query, against ${recorded.tool}`, () => {
  it("answers and refuses alike", () => {
    for (const query of QUERIES) assert.deepEqual(ask(query), recorded.results[query], `${query}: record with test/golden/aws/recordQueries.ts if it is new`);
  });

  it("answers or refuses any text, and says the same of it before it is asked", () => {
    const piece = fc.constantFrom(..."abc019 .[]{}()*?:,@&|!=<>-'\"`\\\n", "Sets", "Name", "sort_by(", "&TTL", "[?", "==", "'x'", "`1`");
    fc.assert(fc.property(fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join("")), (query) => {
      const [answer, verdict] = [ask(query), judgeQuery(query)];
      if (verdict.kind === "unreadable") assert.ok("refusal" in answer, query);
    }));
  });

  it("has a bound to what it reads", () => {
    assert.deepEqual(ask("(".repeat(50_000)), { refusal: "maximum recursion depth exceeded" });
  });

  const verdicts: readonly (readonly [query: string, kind: string, why?: string])[] = [
    ["Account", "inProcess"],
    ["Sets[?TTL > `60`]", "inProcess"],
    ["Sets[?Name == '1.0'].Name", "inProcess"],
    ["avg(Sets[].TTL)", "delegated"],
    ["{a: Sets[?to_number(Name) > `1`]}", "delegated"],
    ["Sets[?TTL > `1.0`]", "delegated"],
    ["Sets[?Name='a']", "unreadable", "Bad jmespath expression: Unknown token '='"],
    ["Sets[", "unreadable", "Invalid jmespath expression: Incomplete expression"],
    ["Sets]", "unreadable", 'Unexpected token: ]: Parse error at column 4, token "]" (RBRACKET)'],
    ["", "unreadable", "Invalid JMESPath expression: cannot be empty"],
  ];
  for (const [query, kind, why] of verdicts) it(`judges ${query === "" ? "nothing" : query}`, () => assert.deepEqual(judgeQuery(query), why === undefined ? { kind } : { kind, why }));
});
