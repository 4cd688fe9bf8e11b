import assert from "node:assert/strict";
import { checkExpectation } from "../../../src/core/run/expectation.ts";
import type { Expectation } from "../../../src/core/runbook/document.ts";
import { readExpectation } from "../../../src/core/runbook/expectations.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { expectProblems, fixed } from "./check.ts";

const fence = (text: string): string => `\`\`\`bash\n${text}\n\`\`\`\n`;

describe("expectation words", () => {
  const table: readonly (readonly [string, unknown])[] = [
    ['"UP"', { kind: "output", text: '"UP"' }],
    ["PONG", { kind: "output", text: "PONG" }],
    ["'two words'", { kind: "output", text: "two words" }],
    ["`OK`", { kind: "output", text: "OK" }],
    ["200", { kind: "output", text: "200" }],
    ["200 OK with JWT token", { kind: "httpStatus", status: 200, rest: "with JWT token" }],
    ["201 Created", { kind: "httpStatus", status: 201, rest: "" }],
    ["429 Too Many Requests", { kind: "httpStatus", status: 429, rest: "" }],
    ["HTTP 503", { kind: "httpStatus", status: 503, rest: "" }],
    ["HTTP/1.1 200 OK", { kind: "httpStatus", status: 200, rest: "" }],
    ["429 after 3 attempts", { kind: "manual", text: "429 after 3 attempts" }],
    ["200 Okay", { kind: "manual", text: "200 Okay" }],
    ["exit code 1", { kind: "exitCode", code: 1 }],
    ["exit 0", { kind: "exitCode", code: 0 }],
    ['contains "Running"', { kind: "contains", text: "Running" }],
    ["output contains 3 rows", { kind: "contains", text: "3 rows" }],
    ["Service restored in 15 minutes", { kind: "manual", text: "Service restored in 15 minutes" }],
  ];
  for (const [words, expected] of table) it(words, () => assert.deepEqual(readExpectation(words), expected));
});

describe("expectation comments", () => {
  it("have offsets into the command text", () => {
    const command = parseRunbook(fence("a\n  # Expected: PONG  \nb\n# expected: 201 Created")).cells[0]?.command;
    assert.deepEqual(command?.expectations.map(({ kind, start, end }) => [kind, command.commandText.slice(start, end)]), [["output", "# Expected: PONG"], ["httpStatus", "# expected: 201 Created"]]);
  });

  const table: readonly (readonly [string, string, readonly string[]])[] = [
    ["a comment at the end of a command is none", "curl x  # Should be faster (cached)", []],
    ["one at the end of a command is named", "curl x # Expected: 3", ["expectation-trailing: # Expected: 3"]],
    ["Expect:", "a\n# Expect: PONG", ["expectation-near-miss: # Expect: PONG"]],
    ["Expected output:", "a\n# Expected output: PONG", ["expectation-near-miss: # Expected output: PONG"]],
    ["Expected -", "a\n# Expected - PONG", ["expectation-near-miss: # Expected - PONG"]],
    ["Exepcted:", "a\n# Exepcted: PONG", ["expectation-near-miss: # Exepcted: PONG"]],
    ["no command above", "# Expected: PONG\na", ["expectation-without-statement: # Expected: PONG"]],
    ["no words", "a\n# Expected:", ["expectation-empty: # Expected:"]],
    ["inside a quotation", "a '\n# Expected: PONG\n'", []],
    ["inside a here-document", "a <<EOF\n# Expect: PONG\nEOF", []],
    ["an ordinary comment", "a\n# This is expected: it takes a while\n# Detected: nothing", []],
  ];
  for (const [name, text, problems] of table) it(name, () => expectProblems(fence(text), problems));

  it("are cured by their fix, in lists too", () => {
    assert.equal(fixed(fence("a\n# Expect: PONG")), fence("a\n# Expected: PONG"));
    assert.equal(fixed("1. x\n   ```bash\n   a\n   # Expects: PONG\n   ```\n"), "1. x\n   ```bash\n   a\n   # Expected: PONG\n   ```\n");
  });

  it("say what is left to a person", () => {
    expectProblems(fence("a\n# Expected: 200 OK with token\n# Expected: it works"), ["expectation-partly-checked: # Expected: 200 OK with token", "expectation-manual: # Expected: it works"], true);
  });
});

describe("checking expectations", () => {
  const place = { start: 0, end: 0 };
  const seen = { stdout: "", found: new Set<string>(), httpStatus: undefined, exitCode: 0 };
  const table: readonly (readonly [Expectation, Partial<typeof seen> | { httpStatus: number }, string, string])[] = [
    [{ kind: "output", text: '"UP"', ...place }, { stdout: '"UP"\n' }, "met", '"UP"'],
    [{ kind: "output", text: '"UP"', ...place }, { stdout: "UP\r\n" }, "met", "UP"],
    [{ kind: "output", text: "PONG", ...place }, { stdout: "PONG PONG\n" }, "notMet", "PONG PONG"],
    [{ kind: "output", text: "UP", ...place }, { stdout: "null\n" }, "notMet", "null"],
    [{ kind: "output", text: "UP", ...place }, {}, "notMet", "no output"],
    [{ kind: "contains", text: "Running", ...place }, { stdout: "a 1/1 Running\n" }, "met", "a 1/1 Running"],
    [{ kind: "httpStatus", status: 200, ...place }, { httpStatus: 200 }, "met", "HTTP 200"],
    [{ kind: "httpStatus", status: 200, ...place }, { httpStatus: 503 }, "notMet", "HTTP 503"],
    [{ kind: "httpStatus", status: 200, ...place }, { stdout: "200 OK" }, "notMet", "no HTTP response"],
    [{ kind: "exitCode", code: 1, ...place }, { exitCode: 1 }, "met", "exit code 1"],
    [{ kind: "exitCode", code: 0, ...place }, { exitCode: 2 }, "notMet", "exit code 2"],
    [{ kind: "manual", text: "looks well", ...place }, { stdout: "looks well" }, "manual", "looks well"],
  ];
  for (const [expectation, what, result, actual] of table) {
    it(`${JSON.stringify(expectation)} on ${JSON.stringify(what)} is ${result}`, () => {
      const check = checkExpectation(expectation, { ...seen, ...what });
      assert.deepEqual([check.result, check.actual], [result, actual]);
    });
  }
});
