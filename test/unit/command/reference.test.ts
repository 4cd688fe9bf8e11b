import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { drillPage } from "../../../scripts/lib/drillPage.ts";
import { fidelityPage } from "../../../scripts/lib/fidelity.ts";
import { commandsReference } from "../../../src/core/command/reference.ts";
import { COMMAND_PROBLEMS } from "../../../src/core/command/problems.ts";
import { assertGolden } from "./golden.ts";

const docs = new URL("../../../docs/", import.meta.url);

describe("docs", () => {
  it("COMMANDS.md is what the schema table says", () => {
    assertGolden(new URL("COMMANDS.md", docs), commandsReference());
  });

  it("FIDELITY.md is what the test run recorded", () => {
    assertGolden(new URL("FIDELITY.md", docs), fidelityPage());
  });

  it("DRILL.md is what the test run recorded, with a reason for each difference", () => {
    assertGolden(new URL("DRILL.md", docs), drillPage());
  });

  it("ERRORS.md has a row for each command problem", () => {
    const text = readFileSync(new URL("ERRORS.md", docs), "utf8");
    const missing = Object.keys(COMMAND_PROBLEMS).filter((code) => !text.includes(`\`${code}\``));
    assert.deepEqual(missing, []);
  });
});
