import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { printJson, printSarif, printText, type LintedFile } from "../../../src/core/lint/printFindings.ts";
import { lint } from "./check.ts";

const SOURCE = "# Ä\r\n\r\nRestart it if needed, **TODO**.\r\n\r\n```bash\r\nkubectl get pods (all)\r\n```\r\n";
const FILES: readonly LintedFile[] = [
  { path: "some folder/a.runbook.md", source: SOURCE, findings: lint(SOURCE) },
  { path: "clean.runbook.md", source: "", findings: [] },
];

/** What SARIF 2.1.0 (OASIS) requires of the properties that are written here. */
const SARIF_SCHEMA = {
  type: "object", required: ["version", "runs"],
  properties: {
    $schema: { type: "string" }, version: { const: "2.1.0" },
    runs: { type: "array", minItems: 1, items: {
      type: "object", required: ["tool", "results"], additionalProperties: false,
      properties: {
        columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
        tool: { type: "object", required: ["driver"], properties: { driver: {
          type: "object", required: ["name"], additionalProperties: false,
          properties: { name: { type: "string" }, version: { type: "string" }, rules: { type: "array", uniqueItems: true, items: {
            type: "object", required: ["id"], additionalProperties: false,
            properties: { id: { type: "string" }, shortDescription: { type: "object", required: ["text"] }, defaultConfiguration: { type: "object", properties: { level: { enum: ["none", "note", "warning", "error"] } } } },
          } } },
        } } },
        results: { type: "array", items: {
          type: "object", required: ["message"], additionalProperties: false,
          properties: {
            ruleId: { type: "string" }, ruleIndex: { type: "integer", minimum: 0 }, level: { enum: ["none", "note", "warning", "error"] },
            message: { type: "object", required: ["text"], properties: { text: { type: "string", minLength: 1 } } },
            locations: { type: "array", items: { type: "object", required: ["physicalLocation"], properties: { physicalLocation: {
              type: "object", required: ["artifactLocation"], additionalProperties: false,
              properties: {
                artifactLocation: { type: "object", properties: { uri: { type: "string", pattern: "^[^ \\\\]+$" } } },
                region: { type: "object", additionalProperties: false, required: ["startLine"], properties: { startLine: { type: "integer", minimum: 1 }, startColumn: { type: "integer", minimum: 1 }, endLine: { type: "integer", minimum: 1 }, endColumn: { type: "integer", minimum: 1 } } },
              },
            } } } },
          },
        } },
      },
    } },
  },
};

describe("printed findings", () => {
  it("are a line each, as compilers print them", () => {
    const lines = printText(FILES).split("\n");
    assert.ok(lines.includes('some folder/a.runbook.md:3:12: warning vague-wording: "if needed" leaves the decision to whoever is tired. Say when: name what is seen, or the number.'), lines.join("\n"));
    assert.ok(lines.some((line) => line.startsWith("some folder/a.runbook.md:6:18: error shell-syntax: ")), lines.join("\n"));
  });

  it("are JSON with both ends of each place", () => {
    const { version, files } = JSON.parse(printJson(FILES)) as { version: number; files: { path: string; findings: { code: string; line: number; column: number; endLine: number; endColumn: number; start: number; end: number }[] }[] };
    assert.deepEqual([version, files.map(({ path }) => path)], [1, ["some folder/a.runbook.md", "clean.runbook.md"]]);
    const todo = files[0]?.findings.find(({ code }) => code === "unfinished-text");
    assert.deepEqual([todo?.line, todo?.column, todo?.endLine, todo?.endColumn], [3, 25, 3, 29]);
    assert.equal(SOURCE.slice(todo?.start, todo?.end), "TODO");
  });

  it("are SARIF 2.1.0, each result with its rule", () => {
    const log = JSON.parse(printSarif(FILES)) as { runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }[] };
    const validate = new Ajv2020({ strict: false }).compile(SARIF_SCHEMA);
    assert.ok(validate(log), JSON.stringify(validate.errors));
    const [run] = log.runs;
    assert.ok((run?.results.length ?? 0) >= 3);
    for (const { ruleId, ruleIndex } of run?.results ?? []) assert.equal(run?.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.equal(validate({ version: "2.1.0", runs: [{ tool: {} }] }), false);
  });
});
