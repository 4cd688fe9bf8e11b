// npm run check: types, lint and unit tests; under a minute.
import { countsLine, lintStage, runStage, typesStage, unitStage } from "./lib/stages.ts";

const results = [await runStage(typesStage), await runStage(lintStage), await runStage(unitStage)];
const total = {
  passed: results.reduce((sum, result) => sum + result.passed, 0),
  failed: results.flatMap((result) => result.failed),
  skipped: results.flatMap((result) => result.skipped),
};
console.log(countsLine(total));
process.exit(total.failed.length === 0 && total.passed > 0 ? 0 : 1);
