import assert from "node:assert/strict";
import { isLinkTo, parseAlertLink } from "../../../src/core/runbook/alertLink.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { assignmentsText, needsReview, parameterProblem } from "../../../src/core/runbook/parameters.ts";
import { parametersOf, readQuickActions } from "../../../src/core/runbook/quickActions.ts";
import { readSymptoms } from "../../../src/core/runbook/symptoms.ts";
import { hasSameDefaults } from "../../../src/core/run/targets.ts";
import type { TargetSpec } from "../../../src/core/runbook/document.ts";

describe("how a run is started", () => {
  it("reads the symptoms of a runbook", () => {
    const symptoms = (text: string): readonly string[] => readSymptoms(parseRunbook(text));
    assert.deepEqual(symptoms("# X\n\n## Symptoms\n\n- Errors: \"refused\"\n- `/health` is **down**, see [here](x)\n  - as children\n1. One\n\n## Detection\n\n- not this\n"), ['Errors: "refused"', "/health is down, see here", "as children", "One"]);
    assert.deepEqual(symptoms("# X\n\nSymptoms: none\n"), []);
    assert.deepEqual(symptoms("# X\n\n## Symptoms\n\nNo list.\n"), []);
  });

  it("gathers the cells of each quick action in order", () => {
    const fence = (info: string): string => `\`\`\`bash ${info}\necho\n\`\`\`\n\n`;
    const document = parseRunbook(`# X\n\n${fence('{action: "B"}')}${fence("")}${fence('{action: "A"}')}${fence('{name: x, action: "B"}')}${fence("{action: 3}")}${fence("{name: both, action: [B, A, B, 3]}")}`);
    const codeCells = document.cells.flatMap(({ command }, index) => (command === undefined ? [] : [index]));
    const actions = readQuickActions(document).map(({ name, cells }) => [name, cells.map((index) => codeCells.indexOf(index))]);
    assert.deepEqual(actions, [["B", [0, 3, 5]], ["A", [2, 5]]]);
  });

  it("finds the parameters that an action's cells use, secrets left out", () => {
    const cells = '```bash {name: a, action: A}\necho "$ZONE" ${LAG} $PIN $ZONES\n```\n\n```bash {name: b}\necho $OTHER\n```\n\n```sql {name: c, action: A, via: "kubectl exec -i $POD -- mysql"}\nSELECT 1;\n```\n';
    const document = parseRunbook(`---\nparameters:\n  POD: { default: db-0 }\n  OTHER: {}\n  ZONE: {}\n  PIN: { type: secret }\n  LAG: { type: integer }\n---\n# X\n\n${cells}`);
    const [action] = readQuickActions(document);
    assert.deepEqual(action === undefined ? [] : parametersOf(document, action).map(({ name }) => name), ["POD", "ZONE", "LAG"]);
  });

  it("says what is wrong with a parameter's value, and sets any other", () => {
    const spec = { name: "X", type: "integer", description: undefined, default: undefined, pattern: undefined } as const;
    assert.deepEqual(["5", "-1", "", "5s"].map((value) => parameterProblem(spec, value)), [undefined, undefined, "It must be a whole number.", "It must be a whole number."]);
    assert.deepEqual(["v1.0.5", "1.0.5", "v1.0.5x"].map((value) => parameterProblem({ ...spec, type: "string", pattern: String.raw`v\d+\.\d+\.\d+` }, value)), [undefined, String.raw`It must match v\d+\.\d+\.\d+.`, String.raw`It must match v\d+\.\d+\.\d+.`]);
    assert.equal(assignmentsText({ A: "app=x,tier=y", B: "it's $HOME; rm -rf /" }), "A='app=x,tier=y'\nB='it'\\''s $HOME; rm -rf /'");
  });

  it("shows the values before a run where a link gave some, or a default is made up and the run is live", () => {
    const specs = (usual: string | undefined): Parameters<typeof needsReview>[0] => [{ name: "ZONE", type: "string", description: undefined, default: usual, pattern: undefined }];
    assert.deepEqual(["Z1234567890ABC", "CHANGE_ME", "<your-zone>", "Z0987654321KLM", undefined].map((usual) => needsReview(specs(usual), {}, true)), [true, true, true, false, false]);
    assert.deepEqual([needsReview(specs("Z1234567890ABC"), {}, false), needsReview(specs("Z0987654321KLM"), { ZONE: "Z1" }, false), needsReview(specs("Z0987654321KLM"), { OTHER: "Z1" }, true)], [false, true, false]);
  });

  it("reads an alert's link, whatever editor it is for", () => {
    for (const scheme of ["vscode", "vscode-insiders", "code-oss"]) {
      assert.deepEqual(parseAlertLink(` ${scheme}://dr-runbook.dr-runbook/open?runbook=db&step=step-2&param.DB_POD=mysql-0&param.NOTE=a%20b%26c&windowId=_blank\n`), { runbook: "db", step: "step-2", parameters: { DB_POD: "mysql-0", NOTE: "a b&c" } });
    }
    assert.deepEqual(parseAlertLink("vscode://dr-runbook.dr-runbook/open?runbook=db"), { runbook: "db", step: undefined, parameters: {} });
    for (const [text, message] of [["", /not a link/], ["hello", /not a link/], ["https://example.com/?runbook=x", /not a link/], ["vscode://dr-runbook.dr-runbook/open?step=x", /names no runbook/]] as const) assert.throws(() => parseAlertLink(text), message);
  });

  it("finds a link's runbook by id or file", () => {
    const link = (runbook: string) => ({ runbook, step: undefined, parameters: {} });
    for (const name of ["the-id", "01-db.runbook.md", "01-db.runbook", "01-db"]) assert.ok(isLinkTo(link(name), "the-id", "01-db.runbook.md"), name);
    for (const name of ["01", "other"]) assert.ok(!isLinkTo(link(name), undefined, "01-db.runbook.md"), name);
  });

  it("lets cells of another runbook into a run only where what they leave unsaid means the same", () => {
    const cluster = (context: string, namespace = "shop"): TargetSpec => ({ kind: "kubernetes", name: context, alias: context, context, namespace });
    const account = (region: string): TargetSpec => ({ kind: "aws", name: region, alias: region, profile: undefined, region, account: undefined, buckets: [] });
    const http: TargetSpec = { kind: "http", name: "h", alias: "h", url: "https://h" };
    for (const [other, run, expected] of [
      [[cluster("a")], [cluster("a"), account("x")], true],
      [[], [cluster("a")], true],
      [[http], [cluster("a")], true],
      [[cluster("b"), cluster("a")], [cluster("a"), cluster("b")], false],
      [[cluster("a", "other")], [cluster("a")], false],
      [[cluster("a")], [], false],
      [[cluster("a"), account("y")], [cluster("a"), account("x")], false],
      [[account("x")], [cluster("a")], false],
    ] as const) assert.equal(hasSameDefaults(other, run), expected, JSON.stringify([other, run]));
  });
});
