import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { awsExecutors } from "../../../src/core/aws/executors.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { createObjectStore } from "../../../src/services/s3.ts";
import { CASES, CREDENTIALS, keptObject, LOCAL_FILES, REGION, startGoldenServer, type GoldenCase, type GoldenResult } from "../../golden/aws/fixture.ts";
import { runTool, toolPorts } from "./toolHarness.ts";

const recorded = JSON.parse(readFileSync(new URL("../../golden/aws/recorded.json", import.meta.url), "utf8")) as { readonly tool: string; readonly results: Readonly<Record<string, GoldenResult>> };

describe(`aws s3 in process, against what ${recorded.tool} printed`, () => {
  for (const golden of CASES) {
    it(golden.name, async () => {
      const expected = recorded.results[golden.name];
      assert.ok(expected !== undefined, "not recorded: run test/golden/aws/record.ts");
      assert.deepEqual(inOrder(golden, await execute(golden)), inOrder(golden, expected));
    });
  }
});

/** The tool copies a tree's files at the same time and prints a line as each is done; ours go one after the other. Folders of the test are random. */
function inOrder(golden: GoldenCase, result: GoldenResult): GoldenResult {
  const stdout = golden.args.includes("--recursive") && golden.args[1] === "cp" ? result.stdout.split("\n").sort().join("\n") : result.stdout;
  return { ...result, stdout, stderr: result.stderr.replaceAll(/\/tmp\/aws-(?:golden|check)-\w+/g, "/tmp/FOLDER") };
}

async function execute(golden: GoldenCase): Promise<GoldenResult> {
  const server = await startGoldenServer();
  const folder = mkdtempSync(join(tmpdir(), "aws-check-"));
  try {
    for (const [path, text] of Object.entries(LOCAL_FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const [service = "", verb = ""] = golden.args;
    const { operation: call } = planOperation(wordsOf(["aws", ...golden.args]));
    const store = createObjectStore({ endpoint: server.endpoint, region: REGION, credentials: CREDENTIALS });
    const executor = awsExecutors[`${service} ${verb}`];
    assert.ok(executor !== undefined);
    const result = await runTool(executor, call, toolPorts({ store, cwd: join(folder, "work"), zone: golden.zone }), golden.stdin ?? "");
    const files = Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile()).sort()
        .map((path) => [relative(folder, path), readFileSync(path).toString("base64")]),
    );
    return { ...result, files, ...(golden.kept === undefined ? {} : { kept: JSON.parse(JSON.stringify(await keptObject(server, golden.kept))) as object }) };
  } finally {
    rmSync(folder, { recursive: true });
    await server.close();
  }
}
