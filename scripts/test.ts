// npm test: everything that must hold, stage by stage. Options: --all (slow tests too), --only NAME,NAME (some stages).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packExtension } from "./lib/pack.ts";
import { root } from "./lib/paths.ts";
import { countsLine, lintStage, nodeStage, runStage, type Stage, type StageResult, sumOf, testFiles, typesStage, unitStage } from "./lib/stages.ts";

const isCi = process.env["CI"] === "true";
const isAll = process.argv.includes("--all");
const only = process.argv.includes("--only") ? (process.argv[process.argv.indexOf("--only") + 1] ?? "").split(",") : undefined;

const stages: readonly Stage[] = [
  typesStage,
  lintStage,
  unitStage,
  {
    name: "build",
    limitSeconds: 240,
    run: async () => {
      await packExtension();
      return undefined;
    },
  },
  // These mostly wait for world time: two of them left a machine of two cores idle for half of theirs. A drill has processes of its own beside its test.
  nodeStage("integration", "test/integration", { limitSeconds: isAll ? 5400 : 2100, timeoutMs: 60_000, isSlowIncluded: isAll, processes: 3 }),
  {
    name: "editor",
    limitSeconds: 600,
    run: async (limitMs) => {
      if (testFiles("test/editor", true).length === 0) {
        console.log("  no tests here yet");
        return { passed: 0, failed: [], skipped: [] };
      }
      const { runEditorTests } = await import("./host/editorTests.ts");
      return runEditorTests(limitMs);
    },
  },
  nodeStage("ui", "test/ui", { limitSeconds: 1800, timeoutMs: 180_000, isSlowIncluded: isAll }),
  nodeStage("drill", "test/drill", { limitSeconds: isAll ? 3600 : 1500, timeoutMs: 120_000, isSlowIncluded: isAll, processes: 2 }),
];

if (process.argv.includes("--all")) {
  // Only the long run waits for a Kubernetes that has to be built first.
  process.env["DR_RUNBOOK_BUILD_KUBERNETES"] ??= "1";
  // The long run looks where the short one has not.
  process.env["DR_RUNBOOK_SEED"] ??= String(Date.now() % 2 ** 31);
  console.log(`property tests: DR_RUNBOOK_SEED=${process.env["DR_RUNBOOK_SEED"]}`);
}

const started = performance.now();
const results: StageResult[] = [];
const installSeconds = Number(process.env["DR_RUNBOOK_INSTALL_SECONDS"] ?? 0);
for (const stage of stages) {
  if (only !== undefined && !only.includes(stage.name)) continue;
  results.push(await runStage(stage));
  // What follows would only test an earlier build.
  if (stage.name === "build" && results.at(-1)?.failed.length === 1) break;
}

const total = sumOf(results);
const unlisted = isCi || isAll ? total.skipped.filter((title) => !allowedSkips().has(title)) : [];
if (unlisted.length > 0) console.log(`skipped without standing in test/allowed-skips.json, which counts as failed:\n${unlisted.map((title) => `  ${title}`).join("\n")}`);
if (total.failed.length > 0) console.log(`failed:\n${total.failed.map((title) => `  ${title}`).join("\n")}`);
const times = [["install", installSeconds] as const, ...results.map((result) => [result.name, result.seconds] as const)];
console.log(`seconds: ${times.map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`).join(", ")}, together ${((performance.now() - started) / 1000 + installSeconds).toFixed(1)}`);
console.log(countsLine({ ...total, failed: [...total.failed, ...unlisted] }));
process.exit(total.failed.length + unlisted.length === 0 && total.passed > 0 ? 0 : 1);

/** The written list of tests that CI and the long run may skip, with the reason of each. */
function allowedSkips(): Set<string> {
  const list: unknown = JSON.parse(readFileSync(join(root, "test/allowed-skips.json"), "utf8"));
  if (typeof list !== "object" || list === null) throw new Error("test/allowed-skips.json: must be an object of full titles and reasons");
  return new Set(Object.keys(list));
}
