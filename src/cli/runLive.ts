import type { AskParams, AskResult, KernelClient } from "../core/protocol.ts";
import { cellReference } from "../core/runbook/cellName.ts";
import type { RunbookDocument, Step } from "../core/runbook/document.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { verdictLine } from "./drill.ts";

/** A live run at a terminal. */
export interface LiveRun {
  readonly file: string;
  readonly document: RunbookDocument;
  /** Label or id of the step to begin with; `undefined` begins with the first cell. */
  readonly from: string | undefined;
  readonly driver: string;
  readonly kernel: KernelClient;
  print(line: string): void;
  write(text: string): void;
  ask(params: AskParams): Promise<AskResult>;
  /** What to do with a cell: `run`, `skip` or `end`. */
  choose(prompt: string): Promise<"run" | "skip" | "end">;
}

/** Walks the runbook's cells one by one; the person decides at each. Resolves with the exit code. */
export async function runLive(live: LiveRun): Promise<number> {
  const { kernel, document } = live;
  const first = firstCell(document, live.from);
  kernel.onAsk((params) => live.ask(params));
  kernel.on("output", (output) => live.write(output.text));
  const { run, targets } = await kernel.request("startRun", { mode: "incident", runbookPath: live.file, driver: live.driver, unattended: false, worldStatePath: undefined, parameters: {}, impactAt: undefined });
  live.print(`Run ${run}`);
  for (const target of targets) live.print(`  ${target.name}: ${target.address} as ${target.actor}`);
  let lastStep: number | undefined;
  for (const [index, cell] of document.cells.entries()) {
    if (index < first) continue;
    if (cell.command === undefined) continue;
    const step = cell.step === undefined ? undefined : document.steps[cell.step];
    if (cell.step !== lastStep && step !== undefined) live.print(`\n== ${step.title} ==`);
    lastStep = cell.step;
    const reference = cellReference(document, index);
    live.print(`\n[${reference.name}]\n${cell.text}`);
    const choice = await live.choose("Enter runs it, s skips it, e ends the run: ");
    if (choice === "end") break;
    if (choice === "skip") continue;
    const outcome = await kernel.request("runCell", {
      execution: `${reference.name}-${index}`, cell: reference, text: cell.command.via === undefined ? cell.command.commandText : cell.text, via: cell.command.via, timeoutMs: cell.command.timeoutMs,
    });
    live.print(`-- ${outcome.status}${outcome.message === undefined ? "" : `: ${outcome.message}`}`);
  }
  const verdict = await kernel.request("endRun", { by: "person" });
  live.print(verdict.status === "ended" ? `The run has ended. Export it with: dr-runbook export ${run}` : verdictLine(verdict));
  return 0;
}

function firstCell(document: RunbookDocument, from: string | undefined): number {
  if (from === undefined) return 0;
  const step = document.steps.find((candidate: Step) => candidate.id === from || candidate.label === from);
  if (step === undefined) throw new RuntimeError("notFound", `Starting at step ${from}: the runbook has no such step.`, { hint: `It has ${document.steps.filter((each) => each.kind === "step").map((each) => each.label ?? each.id).join(", ")}.` });
  return step.cells[0] ?? 0;
}
