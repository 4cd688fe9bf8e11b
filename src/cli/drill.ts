import { clockText } from "../core/run/clockText.ts";
import { formatDuration } from "../core/run/recoveryClock.ts";
import type { RunVerdict } from "../core/run/journalEvent.ts";
import type { Outcome } from "../core/run/outcome.ts";
import type { KernelClient, RunStatus } from "../core/protocol.ts";
import { cellRequest } from "../core/runbook/cellRequest.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { Route, type OptionChoices, type Stop } from "../core/runbook/route.ts";

/** How a rehearsal from the command line goes. */
export interface DrillWalk {
  readonly kernel: KernelClient;
  readonly document: RunbookDocument;
  readonly choices: OptionChoices;
  /** Runs no cell: what becomes of the fault when nobody does anything. */
  readonly isIdle: boolean;
  readonly print: (line: string) => void;
  /** Waits this long in the drill's time. */
  sleep(ms: number): Promise<void>;
}

/** How long the verification may take to be green often enough, after the last cell; milliseconds of the drill's time, of which the machine's own delays are many when it runs fast. */
const VERIFICATION_LIMIT_MS = 300_000;

/** Walks the runbook, whose fault is injected, to its verdict and prints each step with outcome and time against its budget. */
export async function walkDrill(walk: DrillWalk): Promise<RunVerdict> {
  const { kernel, document } = walk;
  const route = new Route(document, walk.choices);
  let stop = walk.isIdle ? undefined : route.first();
  let isBlocked = false;
  while (stop !== undefined) {
    const result = await runStop(stop, walk);
    walk.print(result.line);
    for (const message of result.messages) walk.print(`    ${message}`);
    if (result.isBroken && !route.hasAnotherWay(stop)) {
      isBlocked = true;
      break;
    }
    stop = route.next(stop, result.isSuccessful);
  }
  if (!isBlocked) await awaitRestored(walk);
  return kernel.request("endRun", { by: "machine" });
}

interface StopResult {
  readonly line: string;
  readonly messages: readonly string[];
  readonly isSuccessful: boolean;
  /** A change or an expectation failed: the way on is shut unless the runbook names another. */
  readonly isBroken: boolean;
}

async function runStop(stop: Stop, walk: DrillWalk): Promise<StopResult> {
  const outcomes: Outcome[] = [];
  const messages: string[] = [];
  for (const index of stop.cells) {
    const request = cellRequest(walk.document, index);
    if (request === undefined) continue;
    const { name } = request.cell;
    const outcome = await walk.kernel.request("runCell", { execution: `${name}-${index}`, ...request });
    outcomes.push(outcome);
    if (outcome.message !== undefined) messages.push(`${name}: ${outcome.status}: ${outcome.message}`);
    if (isBreak(outcome)) break;
  }
  const isSuccessful = outcomes.every((outcome) => outcome.status === "succeeded");
  const spent = (outcomes.at(-1)?.endedAt ?? 0) - (outcomes[0]?.startedAt ?? 0);
  const worst = outcomes.find(isBreak)?.status ?? (isSuccessful ? "succeeded" : "finding");
  const budget = stop.step.budgetMs === undefined ? "" : ` of ${formatDuration(stop.step.budgetMs)}${spent > stop.step.budgetMs ? " (over budget)" : ""}`;
  return { line: `${stop.step.title}: ${worst} in ${formatDuration(spent)}${budget}`, messages, isSuccessful, isBroken: outcomes.some(isBreak) };
}

function isBreak(outcome: Outcome): boolean {
  return outcome.status !== "succeeded" && outcome.status !== "finding";
}

/** Without a verification there is nothing to wait for: the verdict says so. */
async function awaitRestored(walk: DrillWalk): Promise<void> {
  if (walk.document.frontMatter.verification.length === 0) return;
  const began = (await walk.kernel.request("verify", {})).clock.now;
  for (;;) {
    const status: RunStatus = await walk.kernel.request("status", {});
    if (status.clock.restoredAt !== undefined || status.clock.now - began > VERIFICATION_LIMIT_MS) return;
    await walk.sleep(1000);
  }
}

/** The closing line: `PASS` or `FAIL`, recovery time and RTO. */
export function verdictLine(verdict: RunVerdict): string {
  const recovery = verdict.recoveryMs === undefined ? "not recovered" : `recovered in ${clockText(verdict.recoveryMs)}`;
  const objective = verdict.rtoMs === undefined ? "no RTO" : `RTO ${clockText(verdict.rtoMs)}`;
  const reasons = verdict.reasons.length === 0 ? "" : ` — ${verdict.reasons.join(" ")}`;
  return `${verdict.status === "passed" ? "PASS" : "FAIL"} ${recovery}, ${objective}${reasons}`;
}
