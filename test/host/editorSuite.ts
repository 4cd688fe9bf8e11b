import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runMochaFiles } from "../../scripts/lib/mochaRun.ts";
import { appendFileSync } from "node:fs";

/**
 * What VS Code calls inside the extension host: runs the bundled suites beside this file. The host has no output of ours (its console
 * does not leave it), so the report goes to the file that the runner follows. Rejects when a test failed.
 */
export async function run(): Promise<void> {
  const output = process.env["DR_RUNBOOK_TEST_OUTPUT"];
  const resultFile = process.env["DR_RUNBOOK_TEST_RESULT"];
  if (output === undefined || resultFile === undefined) throw new Error("DR_RUNBOOK_TEST_OUTPUT and DR_RUNBOOK_TEST_RESULT must name files: run npm test");
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.js")).toSorted();
  const grep = process.env["MOCHA_GREP"];
  const result = await runMochaFiles(files.map((file) => join(import.meta.dirname, file)), {
    resultFile,
    timeoutMs: 60_000,
    write: (line) => appendFileSync(output, `${line}\n`),
    ...(grep === undefined ? {} : { grep }),
  });
  if (result.failed.length > 0) throw new Error(`${result.failed.length} tests failed`);
}
