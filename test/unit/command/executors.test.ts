import assert from "node:assert/strict";
import { LOCAL_TOOLS } from "../../../src/core/command/schema/table.ts";
import { awsExecutors } from "../../../src/core/aws/executors.ts";
import { filterExecutors } from "../../../src/core/filters/registry.ts";
import { kubectlExecutors } from "../../../src/core/kubectl/executors.ts";

describe("the schema table", () => {
  it("says in process only where there is an executor", () => {
    const own = new Set(["curl", "jq"]);
    const missing = LOCAL_TOOLS.filter((tool) => !own.has(tool.tool)).flatMap((tool) => {
      const executors = tool.tool === "kubectl" ? kubectlExecutors : tool.tool === "aws" ? awsExecutors : filterExecutors;
      return tool.commands.filter((command) => command.engine !== "delegated" && executors[command.verb === "" ? tool.tool : command.verb] === undefined).map((command) => `${tool.tool} ${command.verb}`);
    });
    assert.deepEqual(missing, []);
  });
});
