// npm run check: types, lint and unit tests; under a minute.
import { countsLine, lintStage, runStage, sumOf, typesStage, unitStage } from "./lib/stages.ts";

const results = [await runStage(typesStage), await runStage(lintStage), await runStage(unitStage)];
const total = sumOf(results);
console.log(countsLine(total));
process.exit(total.failed.length === 0 && total.passed > 0 ? 0 : 1);
