// Runs test files in this process: node scripts/mocha.ts RESULT_FILE TIMEOUT_MS FILE...
// (npm test starts one of these for each stage; MOCHA_GREP chooses tests by title.)
import { runMochaFiles } from "./lib/mochaRun.ts";

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
