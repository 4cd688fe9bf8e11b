import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "./children.ts";
import type { SuiteResult } from "./mochaRun.ts";
import { installed, root } from "./paths.ts";

/** What a stage came to: a mocha stage counts its tests, another stage counts only when it fails. */
export interface StageResult extends SuiteResult {
  readonly name: string;
  readonly seconds: number;
}

/** One stage of `npm test` or `npm run check`. */
export interface Stage {
  readonly name: string;
  readonly limitSeconds: number;
  /** Resolves with the tests that ran, or undefined where the stage is not a suite. Rejects when the stage failed. */
  readonly run: (limitMs: number) => Promise<SuiteResult | undefined>;
}

/** Failure of a stage as a person should read it. */
export class StageFailure extends Error {}

/** Runs one stage, prints its line, and turns a rejection into one failure. */
export async function runStage(stage: Stage): Promise<StageResult> {
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  console.log(`${stage.name}: started (limit ${stage.limitSeconds} s)`);
  try {
    const result = await stage.run(stage.limitSeconds * 1000);
    const seconds = elapsed();
    const counts = result === undefined ? "ok" : countsLine(result);
    console.log(`${stage.name}: ${counts} in ${seconds.toFixed(1)} s`);
    return { name: stage.name, seconds, passed: 0, failed: [], skipped: [], ...result };
  } catch (error) {
    const seconds = elapsed();
    console.log(error instanceof StageFailure ? error.message : String(error instanceof Error ? error.stack : error));
    console.log(`${stage.name}: FAILED in ${seconds.toFixed(1)} s`);
    return { name: stage.name, seconds, passed: 0, failed: [stage.name], skipped: [] };
  }
}

/** Several suites' results as one. */
export function sumOf(results: readonly SuiteResult[]): SuiteResult {
  return {
    passed: results.reduce((sum, result) => sum + result.passed, 0),
    failed: results.flatMap((result) => result.failed),
    skipped: results.flatMap((result) => result.skipped),
  };
}

/** `N passed, N failed, N skipped` */
export function countsLine(result: SuiteResult): string {
  return `${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`;
}

/** Runs a command whose output matters only when it fails. */
export async function runQuietly(argv: readonly string[], limitMs: number): Promise<void> {
  const result = await runCommand(argv, { cwd: root, limitMs, show: "capture" });
  if (result.isTimedOut) throw new StageFailure(`${argv.join(" ")}: not done within ${limitMs / 1000} s\n${result.output}`);
  if (result.code !== 0) throw new StageFailure(result.output.trimEnd());
}

/** Type check of the whole project and, with its stricter library, of core. */
export const typesStage: Stage = {
  name: "types",
  limitSeconds: 120,
  run: async (limitMs) => {
    const tsc = [process.execPath, installed("typescript/bin/tsc")];
    await runQuietly([...tsc, "-p", "src/core"], limitMs);
    await runQuietly([...tsc, "-p", "."], limitMs);
    return undefined;
  },
};

/** Type-aware lint, layer rules included. */
export const lintStage: Stage = {
  name: "lint",
  limitSeconds: 120,
  run: async (limitMs) => {
    await runQuietly([process.execPath, installed("oxlint/bin/oxlint"), "--type-aware", "--quiet", "src", "test", "scripts", "esbuild.js"], limitMs);
    return undefined;
  },
};

/** How a stage runs a folder of tests. */
export interface NodeStageOptions {
  readonly limitSeconds: number;
  /** Of one test, where it sets none itself. */
  readonly timeoutMs: number;
  /** Whether `*.slow.test.ts` run too. Left out: they do. */
  readonly isSlowIncluded?: boolean;
  /** How many files run side by side, each in a process of its own: for tests that mostly wait. Left out: all files in one process. */
  readonly processes?: number;
}

/** A stage that runs a folder's `*.test.ts`, in a Node of its own or in several side by side. */
export function nodeStage(name: string, folder: string, options: NodeStageOptions): Stage {
  const { processes } = options;
  return {
    name,
    limitSeconds: options.limitSeconds,
    run: async (limitMs) => {
      const files = testFiles(folder, options.isSlowIncluded ?? true);
      if (processes === undefined) return runTestFiles(files, limitMs, options.timeoutMs);
      const deadline = performance.now() + limitMs;
      const results: SuiteResult[] = [];
      // From the end: what waits longest (the drill world) comes late in the alphabet.
      const work = async (): Promise<void> => {
        for (let file = files.pop(); file !== undefined; file = files.pop()) results.push(await runTestFiles([file], deadline - performance.now(), options.timeoutMs));
      };
      await Promise.all(Array.from({ length: processes }, work));
      return sumOf(results);
    },
  };
}

/** Unit, golden and property tests: no servers, no processes. */
export const unitStage: Stage = nodeStage("unit", "test/unit", { limitSeconds: 240, timeoutMs: 30_000 });

/** A folder's test files, sorted. */
export function testFiles(folder: string, isSlowIncluded: boolean): string[] {
  const files = globSync(`${folder}/**/*.test.ts`, { cwd: root }).toSorted();
  return files.filter((file) => isSlowIncluded || !file.endsWith(".slow.test.ts")).map((file) => join(root, file));
}

async function runTestFiles(files: readonly string[], limitMs: number, timeoutMs: number): Promise<SuiteResult> {
  if (files.length === 0) {
    console.log("  no tests here yet");
    return { passed: 0, failed: [], skipped: [] };
  }
  const folder = mkdtempSync(join(tmpdir(), "dr-runbook-tests-"));
  try {
    const resultFile = join(folder, "result.json");
    const argv = [process.execPath, "--disable-warning=ExperimentalWarning", join(root, "scripts/mocha.ts"), resultFile, String(timeoutMs), ...files];
    const ended = await runCommand(argv, { cwd: root, limitMs, show: "inherit" });
    if (ended.isTimedOut) throw new StageFailure(`not done within ${limitMs / 1000} s`);
    const result = readSuiteResult(resultFile);
    if (result === undefined) throw new StageFailure(`the suite ended without a result (${ended.signal ?? `exit code ${ended.code ?? "unknown"}`})`);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads a suite's own result; undefined when it did not get so far as to write one. */
export function readSuiteResult(file: string): SuiteResult | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // No file: the suite was ended or crashed before its end, which the caller reports.
    return undefined;
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("passed" in value) || !("failed" in value) || !("skipped" in value)) return undefined;
  const { passed, failed, skipped } = value;
  if (typeof passed !== "number" || !isTitles(failed) || !isTitles(skipped)) return undefined;
  return { passed, failed, skipped };
}

function isTitles(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((title) => typeof title === "string");
}
