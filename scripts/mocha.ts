// Runs test files in this process: node scripts/mocha.ts RESULT_FILE TIMEOUT_MS FILE...
// (npm test starts one of these for each stage; MOCHA_GREP chooses tests by title.)
// Property tests draw from a fixed seed, so that a run says the same twice; DR_RUNBOOK_SEED gives another.
import { configureGlobal } from "fast-check";
import { runMochaFiles } from "./lib/mochaRun.ts";

configureGlobal({ seed: Number(process.env["DR_RUNBOOK_SEED"] ?? 20_260_131) });

const [resultFile = "", timeoutMs = "", ...files] = process.argv.slice(2);
const grep = process.env["MOCHA_GREP"];
const result = await runMochaFiles(files, {
  resultFile,
  timeoutMs: Number(timeoutMs),
  write: (line) => console.log(line),
  ...(grep === undefined ? {} : { grep }),
});
// A handle that a test left open must not keep the stage alive.
process.exit(result.failed.length === 0 ? 0 : 1);
