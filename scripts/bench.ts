// npm run bench: what the product costs, each figure beside a peer's in the same run; a table and then one line of JSON. Uses loopback only
// (a kubectl that is nowhere on the machine is fetched first). Exits 1 when something could not be measured or is above a
// limit that was promised.
import { activation } from "./bench/activation.ts";
import { type Comparison, jsonOf, missedLimits, tableOf } from "./bench/comparison.ts";
import { exportRun } from "./bench/exportRun.ts";
import { hostBlocks } from "./bench/hostBlocks.ts";
import { journal } from "./bench/journal.ts";
import { kubectlStep } from "./bench/kubectlStep.ts";
import { largeCluster } from "./bench/largeCluster.ts";
import { loadTime } from "./bench/loadTime.ts";
import { openFile } from "./bench/openFile.ts";
import { preflight } from "./bench/preflight.ts";
import { packageSize } from "./bench/packageSize.ts";
import { restoreStream } from "./bench/restoreStream.ts";
import { s3List } from "./bench/s3List.ts";
import { worldCost } from "./bench/worldCost.ts";
import { packExtension } from "./lib/pack.ts";

// Ending by a signal runs the exit hooks, which end what was started.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

const measures: readonly (readonly [name: string, measure: () => Promise<Comparison | Comparison[]>])[] = [
  ["kubectl step", kubectlStep],
  ["large cluster", largeCluster],
  ["preflight", preflight],
  ["drill world", worldCost],
  ["opening a file", openFile],
  ["load time", loadTime],
  ["activation", activation],
  ["extension host", hostBlocks],
  ["package size", packageSize],
  ["journal", journal],
  ["export", exportRun],
  ["s3 ls", s3List],
  ["restore stream", restoreStream],
];

const comparisons: Comparison[] = [];
const failed: string[] = [];
// What is measured is the release build, of the files as they are now.
await packExtension();
for (const [name, measure] of measures) {
  try {
    const start = performance.now();
    comparisons.push(...[await measure()].flat());
    console.log(`${name}: measured in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed.push(name);
    console.log(`${name}: NOT MEASURED: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`\n${tableOf(comparisons)}\n\n${jsonOf(comparisons, failed)}`);
const missed = missedLimits(comparisons);
for (const line of missed) console.log(`MISSED: ${line}`);
process.exit(failed.length === 0 && missed.length === 0 ? 0 : 1);
