import { userInfo } from "node:os";
import type { AskParams, AskResult, KernelClient, RunStatus } from "../core/protocol.ts";
import type { JournalRecord } from "../core/run/journalEvent.ts";
import { forecastText } from "../core/drills/forecast.ts";
import type { RunSummary } from "../core/drills/runSummary.ts";
import { forecastOption, forecastWords } from "../core/run/optionForecast.ts";
import type { Outcome } from "../core/run/outcome.ts";
import { stopsRun } from "../core/run/outcomeText.ts";
import { acknowledgeClock, openAcknowledgement } from "../core/run/acknowledgement.ts";
import { failedExpectation } from "../core/run/failureChoices.ts";
import { cellOfMove, failureWords, moveWords, nextMove, type NextMove } from "../core/run/nextMove.ts";
import { frontWords } from "../core/run/driving.ts";
import { commandCells, followProgress, optionsOf, statusOf } from "../core/run/progress.ts";
import { describeClock, greensText, remainingMs } from "../core/run/recoveryClock.ts";
import { cellReference } from "../core/runbook/cellName.ts";
import { cellRequest } from "../core/runbook/cellRequest.ts";
import type { RunbookDocument, Step } from "../core/runbook/document.ts";
import { RuntimeError, type RuntimeErrorCode } from "../core/runtimeError.ts";
import { verdictLine } from "./drill.ts";
import { reviewParameters } from "./parameters.ts";

/** Where a person reads and answers. */
export interface Terminal {
  readonly print: (line: string) => void;
  readonly write: (text: string) => void;
  /** Reads one line; `undefined` when the person closed the terminal's input. */
  read(prompt: string): Promise<string | undefined>;
  answer(params: AskParams, withdrawn: AbortSignal): Promise<AskResult>;
  /** Calls back when the person interrupts (Ctrl-C); returns what ends that. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

/** A run at a terminal: started here, or begun by another front. */
export interface LiveRun extends Terminal {
  readonly document: RunbookDocument;
  readonly kernel: KernelClient;
  /** Label or id of the step to begin with; `undefined` goes on where the run stands. */
  readonly from: string | undefined;
  /** Runs on record, for the forecast. */
  readonly history: readonly RunSummary[];
}

const MENU = "s skip the step · o take an option · g go to a step · n note · p parameters · v verify · r declare restored · q leave it running · e end: ";

/** Walks a run cell by cell; the person decides at each. Resolves with the exit code once the run has ended or is left running. */
export async function runLive(live: LiveRun): Promise<number> {
  const events = [...(await live.kernel.request("journal", {}))];
  live.kernel.on("event", (event) => void events.push(event));
  live.kernel.on("output", (output) => live.write(output.text));
  live.kernel.onAsk((params, withdrawn) => live.answer(params, withdrawn));
  live.kernel.on("seatChanged", (seat) => {
    if (!seat.isYours) live.print(`\n${seat.front === undefined ? "Nobody drives this run now: its front has gone." : `This run was taken over ${frontWords(seat.front)}.`} This terminal watches; t takes it over.`);
  });
  const terminal = new TerminalRun(live, events);
  return terminal.walk(live.from === undefined ? terminal.cellsBeforeSteps() : commandCells(live.document, findStep(live.document, live.from)));
}

class TerminalRun {
  readonly #live: LiveRun;
  readonly #events: readonly JournalRecord[];
  /** Cells to come before progress says what is next: those before the first step, or of a step that was gone to. */
  #queue: readonly number[] = [];

  constructor(live: LiveRun, events: readonly JournalRecord[]) {
    this.#live = live;
    this.#events = events;
  }

  /** Cells that stand before the first step and have not been run. */
  cellsBeforeSteps(): readonly number[] {
    const { document } = this.#live;
    const started = new Set(this.#events.flatMap((event) => (event.type === "cellStarted" ? [event.cell.name] : [])));
    const first = Math.min(...document.steps.flatMap((step) => (step.kind === "step" ? step.cells : [])));
    return document.cells.flatMap((cell, index) => (index < first && cell.command !== undefined && started.size === 0 ? [index] : []));
  }

  async walk(queue: readonly number[]): Promise<number> {
    this.#queue = queue;
    for (;;) {
      const status = await this.#live.kernel.request("status", {});
      if (status.ended !== undefined) return this.#finish(status);
      const move = nextMove(this.#live.document, status);
      if (this.#queue.length === 0 && move.kind === "takeOption" && (await this.#chooseOption(move.options, status))) continue;
      const cell = this.#queue[0] ?? (move.kind === "takeOption" ? undefined : cellOfMove(move));
      this.#show(cell, move, status);
      const menu = [...(this.#live.kernel.seat.isYours ? [] : ["t take over"]), ...(cell === undefined ? [] : ["Enter runs it"]), ...(this.#failedExecution(cell, status) === undefined ? [] : ["x override the expectation"]), ...(openAcknowledgement(status.clock) === undefined ? [] : ["a acknowledge"]), MENU].join(" · ");
      const line = await this.#live.read(menu);
      if (await this.#orSay(() => this.#act(line, cell, status), "notDriving")) return 0;
    }
  }

  /** Does what the person chose. True when the terminal is done with the run. */
  async #act(line: string | undefined, cell: number | undefined, status: RunStatus): Promise<boolean> {
    const { kernel, print } = this.#live;
    switch (line?.trim().toLowerCase()) {
      case "":
        if (cell !== undefined) await this.#run(cell);
        return false;
      case undefined:
      case "q":
        print(`The run goes on: attach again with dr-runbook run ${status.runbookPath}, or in the editor. Run ${status.run}`);
        return true;
      case "s":
        await this.#skip(this.#queue.length > 0 ? this.#stepOf(cell) : followProgress(this.#live.document, status).current);
        return false;
      case "a":
        await kernel.request("markClock", { mark: "acknowledged", at: undefined, reason: `by ${status.driver}` });
        return false;
      case "t":
        await kernel.request("takeOver", { driver: userInfo().username });
        return false;
      case "x":
        await this.#override(cell, status);
        return false;
      case "o":
        await this.#chooseOption(this.#live.document.steps.filter((step) => step.kind === "option"), status);
        return false;
      case "g":
        await this.#goTo(status);
        return false;
      case "n":
        await this.#withText("Note: ", (text) => kernel.request("addNote", { text }));
        return false;
      case "p":
        await reviewParameters(this.#live.document, kernel, `parameters-${this.#events.length}`, this.#live);
        return false;
      case "v":
        await this.#orSay(() => kernel.request("verify", {}));
        return false;
      case "r":
        if (status.mode === "drill") print("This stops the clock, and goes into the log. A drill passes only when the verification has seen it (v).");
        await this.#withText("How do you know that service is restored? ", (reason) => kernel.request("markClock", { mark: "restored", at: undefined, reason }));
        return false;
      case "e":
        if (/^y(es)?$/i.test((await this.#live.read("End the run? [y/N] ")) ?? "")) await kernel.request("endRun", { by: "person" });
        return false;
      default:
        print("That is none of the letters below.");
        return false;
    }
  }

  #show(cell: number | undefined, move: NextMove, status: RunStatus): void {
    const { document, print } = this.#live;
    const step = this.#stepOf(cell);
    const unacknowledged = openAcknowledgement(status.clock);
    const clock = `[${describeClock(status.clock).text}${this.#forecast(status)}${unacknowledged === undefined ? "" : `, not acknowledged: ${acknowledgeClock(unacknowledged)}`}${greensText(status.clock)}]`;
    if (cell === undefined) print(`\n${clock} ${moveWords(move, document, () => "undetermined")}`);
    else print(`${move.kind === "decide" && move.cell === cell ? `\n${failureWords(move.failure)}` : ""}\n${clock} ${step === undefined ? "" : `${step.title}: `}${cellReference(document, cell).name}\n${document.cells[cell]?.text ?? ""}`);
  }

  /** What past drills let expect; nothing without any. */
  #forecast({ clock, runbookPath }: RunStatus): string {
    const { document, history } = this.#live;
    const words = forecastText(this.#events, clock, history.filter((run) => run.runbookPath === runbookPath || run.runbook === document.frontMatter.id), document);
    return words === "" ? "" : `, ${words}`;
  }

  #stepOf(cell: number | undefined): Step | undefined {
    return cell === undefined ? undefined : this.#live.document.steps.find((step) => step.cells.includes(cell));
  }

  async #run(index: number): Promise<void> {
    const { document, kernel, print, onInterrupt } = this.#live;
    const request = cellRequest(document, index);
    if (request === undefined) return;
    const execution = `${request.cell.name}-${this.#events.length}`;
    const stopListening = onInterrupt(() => void kernel.request("cancelCell", { execution }));
    let outcome: Outcome;
    try {
      outcome = await kernel.request("runCell", { execution, ...request });
    } finally {
      stopListening();
    }
    print(`-- ${outcome.status}${outcome.message === undefined ? "" : `: ${outcome.message}`}`);
    if (!stopsRun(outcome) && this.#queue[0] === index) this.#queue = this.#queue.slice(1);
  }

  /** The execution of this cell that ended by an expectation. */
  #failedExecution(cell: number | undefined, status: RunStatus): string | undefined {
    const last = cell === undefined ? undefined : statusOf(this.#live.document, cell, status);
    return last === undefined || failedExpectation(last) === undefined ? undefined : last.execution;
  }

  async #override(cell: number | undefined, status: RunStatus): Promise<void> {
    const execution = this.#failedExecution(cell, status);
    if (execution === undefined) {
      this.#live.print("No expectation has failed here.");
      return;
    }
    await this.#withText("Go on although it was not met: why? ", async (reason) => {
      await this.#live.kernel.request("overrideExpectation", { execution, reason });
      if (this.#queue[0] === cell) this.#queue = this.#queue.slice(1);
    });
  }

  /** True when one was taken. */
  async #chooseOption(options: readonly Step[], status: RunStatus): Promise<boolean> {
    const { document, kernel, print } = this.#live;
    for (const [index, option] of options.entries()) print(`  ${index + 1}  ${option.title}: ${forecastWords(forecastOption(document, option), remainingMs(status.clock))}`);
    const option = options[Number(await this.#live.read(`Which option? [1-${options.length}] `)) - 1];
    const step = document.steps[option?.parent ?? -1];
    if (option === undefined || step === undefined || !optionsOf(document, step).includes(option)) {
      print("No option was taken.");
      return false;
    }
    await kernel.request("takeOption", { step: step.id, option: option.id });
    this.#queue = commandCells(document, option);
    return true;
  }

  async #skip(step: Step | undefined): Promise<void> {
    if (step === undefined) return;
    await this.#withText(`Skip ${step.title}: why? `, (reason) => this.#live.kernel.request("skipStep", { step: step.id, reason }));
    this.#queue = [];
  }

  async #goTo(status: RunStatus): Promise<void> {
    const wanted = await this.#live.read("To which step? ");
    if (wanted === undefined) return;
    await this.#orSay(async () => {
      const step = findStep(this.#live.document, wanted.trim());
      this.#queue = commandCells(this.#live.document, step);
      const options = optionsOf(this.#live.document, step);
      if (this.#queue.length === 0 && options.length > 0) await this.#chooseOption(options, status);
    });
  }

  /** What cannot be done is said, gives `undefined`, and the run goes on. With `code` only what fails for this reason, the rest is thrown. */
  async #orSay<Result>(action: () => Promise<Result>, code?: RuntimeErrorCode): Promise<Result | undefined> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof RuntimeError) || (code !== undefined && error.code !== code)) throw error;
      this.#live.print(`${error.message} ${error.hint}`);
      return undefined;
    }
  }

  async #withText(prompt: string, action: (text: string) => Promise<unknown>): Promise<void> {
    const text = (await this.#live.read(prompt))?.trim() ?? "";
    if (text === "") this.#live.print("Nothing was recorded: a few words are needed.");
    else await action(text);
  }

  #finish({ run, ended }: RunStatus): number {
    if (ended !== undefined) this.#live.print(ended.status === "ended" ? `The run has ended. Export it with: dr-runbook export ${run}` : verdictLine(ended));
    return 0;
  }
}

/** The step of this label or id. Throws `notFound`, naming those that there are. */
export function findStep(document: RunbookDocument, wanted: string): Step {
  const step = document.steps.find((candidate) => candidate.id === wanted || candidate.label === wanted);
  if (step !== undefined) return step;
  throw new RuntimeError("notFound", `Going to step ${wanted}: the runbook has no such step.`, { hint: `It has ${document.steps.filter((each) => each.kind === "step").map((each) => each.label ?? each.id).join(", ")}.` });
}
