import { writeFileSync } from "node:fs";
import { format } from "node:util";
import Mocha from "mocha";

/** What a mocha run came to. Titles are full titles, the suites' included. */
export interface SuiteResult {
  readonly passed: number;
  /** Title and reason, one line each. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

export interface SuiteOptions {
  readonly timeoutMs: number;
  /** Gets the report: failures in full, and tests of a second or more by name. */
  readonly write: (line: string) => void;
  /** Runs only tests whose full title matches. */
  readonly grep?: string;
  /** Where the result is written as JSON at the end. */
  readonly resultFile: string;
}

/** Characters of a failure's message in the summary. */
const LONGEST_REASON = 300;

class QuietReporter extends Mocha.reporters.Base {}

/** Runs test files in this process and writes their result. Says little while all is well. */
export async function runMochaFiles(files: readonly string[], options: SuiteOptions): Promise<SuiteResult> {
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: options.timeoutMs, slow: 1000, reporter: QuietReporter, ...(options.grep === undefined ? {} : { grep: options.grep }) });
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]): void => options.write(format(...parts));
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const failures: Mocha.Test[] = [];
  const skipped: string[] = [];
  let passed = 0;
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("pass", (test) => {
      passed += 1;
      if ((test.duration ?? 0) >= 1000) options.write(`  passed  ${test.fullTitle()} (${seconds(test.duration ?? 0)})`);
    });
    runner.on("pending", (test) => {
      skipped.push(test.fullTitle());
      options.write(`  skipped ${test.fullTitle()}`);
    });
    runner.on("fail", (test, error: unknown) => {
      test.err ??= error instanceof Error ? error : new Error(String(error));
      failures.push(test);
      options.write(`  FAILED  ${test.fullTitle()}`);
    });
  });
  if (failures.length > 0) Mocha.reporters.Base.list(failures);
  const result: SuiteResult = { passed, failed: failures.map(lineOf), skipped };
  writeFileSync(options.resultFile, JSON.stringify(result));
  return result;
}

/** The end of a long run is often all that is kept of it, so it says why, too. */
function lineOf(test: Mocha.Test): string {
  return `${test.fullTitle()}: ${(test.err?.message ?? "no reason given").replaceAll(/\s+/gu, " ").slice(0, LONGEST_REASON)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
