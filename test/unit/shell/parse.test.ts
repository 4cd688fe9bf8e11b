import assert from "node:assert/strict";
import * as fc from "fast-check";
import { severityOf } from "../../../src/core/problem.ts";
import { parseShell } from "../../../src/core/shell/parse.ts";

function assertProblems(text: string, expected: readonly (readonly [code: string, covered: string])[]): void {
  const found = parseShell(text).problems.map((problem) => [problem.code, text.slice(problem.start, problem.end)]);
  assert.deepEqual(found, expected);
}

describe("parseShell", () => {
  it("reads what runbooks are made of without a word", () => {
    for (const text of ["a | b && c || d; e", "X=1", 'X=$(a "$Y" | b)', "a > f 2>&1 < g", "cat <<EOF\n$X\nEOF", "for i in {1..3}; do echo $i; done", "a \\\n  b", "# only a comment", "", "grep x <<< \"$A\"", "! a"]) assertProblems(text, []);
  });

  it("says exactly where the syntax breaks", () => {
    assertProblems('echo "open', [["shell-syntax", '"']]);
    assertProblems("echo a | ", [["shell-syntax", " "]]);
    assertProblems("echo $(echo 'x)", [["shell-syntax", "$"], ["shell-syntax", "'"]]);
    assertProblems("echo ${`\\", [["shell-syntax", "$"], ["untyped-shell", "${`\\"]]);
  });

  it("names what is outside the typed subset", () => {
    for (const [text, covered] of [["if a; then b; fi", "if a; then b; fi"], ["while a; do b; done", "while a; do b; done"], ["f() { a; }", "f() { a; }"], ["(a)", "(a)"], ["a &", "a &"], ["a <(b)", "<(b)"], ["echo $((1+1))", "$((1+1))"], ["[[ a = b ]]", "[[ a = b ]]"], ["A=1 b", "A=1 b"], ["echo $1", "$1"], ["a | (b)", "a | (b)"]] as const) {
      const { problems, untyped } = parseShell(text);
      assert.deepEqual(problems.map((problem) => [problem.code, text.slice(problem.start, problem.end)]), [["untyped-shell", covered]], text);
      assert.equal(untyped.size, 1);
      assert.ok(problems.every((problem) => severityOf(problem) === "information"));
    }
  });

  it("refuses characters that cannot be seen", () => {
    assertProblems("kubectl delete pod a\u202Eb", [["hidden-character", "\u202E"]]);
    assertProblems("ec\u200Bho x", [["hidden-character", "\u200B"]]);
  });

  it("keeps an ampersand in an unquoted address, and offers the quotes", () => {
    const text = "curl https://h/p?a=1&b=2&c=3 -s\necho next";
    const { script, problems } = parseShell(text);
    assert.equal(script.commands.length, 2);
    assert.deepEqual(problems.map((problem) => [problem.code, problem.fix?.text]), [["unquoted-url", "'https://h/p?a=1&b=2&c=3'"]]);
    assert.equal(parseShell("curl https://h/a & echo b").problems[0]?.code, "untyped-shell");
  });

  it("offers the quotes where brackets in an address break the syntax", () => {
    const text = 'curl http://p/api?query=rate(x{s=~"5.."}[5m])';
    assert.deepEqual(parseShell(text).problems.map((problem) => [problem.code, problem.fix?.text]), [["unquoted-url", `'http://p/api?query=rate(x{s=~"5.."}[5m])'`], ["shell-syntax", undefined]]);
  });

  it("is total, and its spans lie inside the text", () => {
    const piece = fc.constantFrom("a", " ", "\n", '"', "'", "`", "$(", ")", "${", "}", "|", "&", ";", "<", ">", "<<E\n", "E\n", "for i in ", "do ", "done", "{1..", "\\", "#", "=", "https://h?a=1&b", "é", "\u202E");
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(""))), (text) => {
        for (const problem of parseShell(text).problems) assert.ok(problem.start >= 0 && problem.end >= problem.start && problem.end <= text.length, JSON.stringify([text, problem]));
      }),
      { numRuns: 400 },
    );
  });
});
