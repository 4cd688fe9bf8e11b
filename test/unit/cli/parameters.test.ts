import assert from "node:assert/strict";
import { askMissingParameters, readParameters, requireParameters } from "../../../src/cli/parameters.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const RUNBOOK = parseRunbook(`---
parameters:
  REGION: { type: string, description: The region that fails, pattern: '[a-z]+-[a-z]+-\\d' }
  REPLICAS: { type: integer }
  ZONE: { type: string, default: a }
  TOKEN: { type: secret, description: Of the paging service }
---
`);

describe("parameters on the command line", () => {
  it("are read by name, and refused where the runbook does not take them", () => {
    assert.deepEqual(readParameters(["REGION=eu-central-1", "ZONE=b=c"], RUNBOOK), { REGION: "eu-central-1", ZONE: "b=c" });
    const refused: readonly (readonly [string, RegExp, RegExp])[] = [
      ["REGION", /must be NAME=VALUE/, /REGION=eu-central-1/],
      ["REGIO=x", /no such parameter/, /REGION, REPLICAS, ZONE\.$/],
      ["REPLICAS=two", /two is no value/, /whole number/],
      ["REGION=x", /x is no value/, /must match/],
      ["TOKEN=abc", /it is a secret/, /asks for it/],
    ];
    for (const [text, message, hint] of refused) assert.throws(() => readParameters([text], RUNBOOK), { message, hint });
    assert.throws(() => readParameters(["TOKEN=abc"], RUNBOOK), (error: Error) => !error.message.includes("abc"));
  });

  it("are missing where nobody can be asked, each with its cure; defaults and secrets are not", () => {
    assert.throws(() => requireParameters("x.runbook.md", RUNBOOK, { REGION: "eu-west-1" }), { code: "invalidInput", message: "Drilling x.runbook.md: REPLICAS has no value, and nobody is there to be asked.", hint: "Add --parameter REPLICAS=VALUE, or give a default in the front matter." });
    assert.throws(() => requireParameters("x.runbook.md", RUNBOOK, {}), { message: /REGION, REPLICAS have no value/, hint: /--parameter REGION=VALUE --parameter REPLICAS=VALUE/ });
    requireParameters("x.runbook.md", RUNBOOK, { REGION: "eu-west-1", REPLICAS: "3" });
  });

  it("are asked for one by one until they are right, those that were given left out", async () => {
    const said: string[] = [];
    const answers = ["", "two", "2", undefined];
    const read = async (prompt: string): Promise<string | undefined> => {
      said.push(prompt);
      return answers.shift();
    };
    const terminal = { read, print: (line: string) => void said.push(line) };
    assert.deepEqual(await askMissingParameters(RUNBOOK, { REGION: "eu-west-1" }, terminal), { REGION: "eu-west-1", REPLICAS: "2" });
    const question = "REPLICAS: An integer that the runbook needs. ";
    assert.deepEqual(said, [question, "A value is needed.", question, "It must be a whole number.", question]);
    assert.equal(await askMissingParameters(RUNBOOK, {}, terminal), undefined, "the input was closed");
  });
});
