import type { ClockPort } from "../ports.ts";
import { cellRequest } from "../runbook/cellRequest.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { RuntimeError } from "../runtimeError.ts";
import { runCell, type CellRunnerHost } from "./cellRunner.ts";
import type { JournalEvent } from "./journalEvent.ts";
import { GREENS_NEEDED, type RunState } from "./runState.ts";

/** Between two rounds of probes, milliseconds of the run's time: close while recovering, wider once restored. */
const RECOVERING_INTERVAL_MS = 5_000;
const RESTORED_INTERVAL_MS = 15_000;

/** What one round of the verification cells found. */
export interface VerificationRound {
  readonly isGreen: boolean;
  readonly detail: string;
}

/** What the watch needs of its run. */
export interface VerificationHost {
  readonly clock: ClockPort;
  state(): RunState;
  /** Runs every verification cell once, reads only. */
  probe(signal: AbortSignal): Promise<VerificationRound>;
  record(event: JournalEvent): Promise<void>;
}

/**
 * Watches the verification until the signal aborts: enough greens in a row mark the service restored, at the time of the first of
 * them; a red one afterwards reopens the clock.
 */
export async function watchVerification(host: VerificationHost, signal: AbortSignal): Promise<void> {
  let firstGreenAt: number | undefined;
  while (!signal.aborted) {
    const at = host.clock.now();
    const round = await host.probe(signal);
    if (signal.aborted) return;
    const before = host.state();
    const consecutive = round.isGreen ? before.greens + 1 : 0;
    firstGreenAt = round.isGreen ? (firstGreenAt ?? at) : undefined;
    await host.record({ type: "verificationChecked", green: round.isGreen, consecutive, detail: round.detail });
    // In a drill what a machine has seen goes before what a person said.
    const isOpen = before.restoredAt === undefined || (before.mode === "drill" && before.restoredBy === "person");
    if (consecutive >= GREENS_NEEDED && isOpen) {
      await host.record({ type: "clockMarked", mark: "restored", markedAt: firstGreenAt ?? at, by: "machine", reason: `The verification was green ${consecutive} times in a row.` });
    } else if (!round.isGreen && before.restoredAt !== undefined) {
      await host.record({ type: "clockMarked", mark: "reopened", markedAt: at, by: "machine", reason: round.detail });
    }
    await host.clock.sleep(host.state().restoredAt === undefined ? RECOVERING_INTERVAL_MS : RESTORED_INTERVAL_MS, signal);
  }
}

/** Throws `invalidInput` where a runbook names no verification: what nobody can ask is never green. */
export function requireVerification({ frontMatter }: RunbookDocument): void {
  if (frontMatter.verification.length > 0) return;
  throw new RuntimeError("invalidInput", "Verifying recovery: the runbook names no verification, so no machine can tell whether service is restored.", {
    hint: "Declare it restored yourself, with a reason (Mark Recovery Clock…, or r in a terminal). For the next time, list the cells that prove it under verification in the front matter.",
  });
}

/**
 * Runs each verification cell once beside the run: nobody is asked and nothing is shown or journalled. Green is only what a machine has
 * seen: a cell that runs nothing proves nothing, and what only a person can judge stays open.
 */
export async function probeVerification(document: RunbookDocument, run: CellRunnerHost, signal: AbortSignal): Promise<VerificationRound> {
  const { verification } = document.frontMatter;
  if (verification.length === 0) return { isGreen: false, detail: "The runbook names no verification." };
  for (const name of verification) {
    const index = document.cells.findIndex((cell) => cell.command?.name === name);
    const request = cellRequest(document, index);
    if (request === undefined) return { isGreen: false, detail: `The runbook has no cell named ${name}.` };
    const events: JournalEvent[] = [];
    const outcome = await runCell({ execution: `verify-${name}`, ...request }, besideRun(run, events), signal);
    const problem = outcome.status === "succeeded" ? gapIn(events) : (outcome.message ?? outcome.status);
    if (problem !== undefined) return { isGreen: false, detail: `${name}: ${problem}` };
  }
  return { isGreen: true, detail: verification.join(", ") };
}

/** What would be journalled goes into `events`. */
function besideRun(run: CellRunnerHost, events: JournalEvent[]): CellRunnerHost {
  return {
    ...run, attended: async () => undefined, ask: async () => undefined, output: async () => undefined, keepOutput: () => undefined,
    record: async (event) => {
      events.push(event);
    },
  };
}

/** Why a cell that succeeded has shown nothing. */
function gapIn(events: readonly JournalEvent[]): string | undefined {
  if (!events.some(({ type }) => type === "statementOutcome")) return "It runs no command, so it shows nothing.";
  const open = events.find((event) => event.type === "expectationChecked" && event.result === "unverified");
  return open?.type === "expectationChecked" ? `Only a person can tell whether "${open.expected}" is met.` : undefined;
}
