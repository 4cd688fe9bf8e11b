import type { Operation, Risk } from "../command/operation.ts";
import { worseRisk, type CellPlan } from "../command/plan.ts";
import type { ByteStream, FilePort, Stdio, ToolPorts } from "../ports.ts";
import type { RunCellParams } from "../protocol.ts";
import type { StatementInfo, StatementResult } from "../shell/host.ts";
import type { CellRunnerHost } from "./cellRunner.ts";
import { checkStatementExpectations } from "./expectations.ts";
import { passGate } from "./gate.ts";
import type { OperationSummary } from "./journalEvent.ts";
import type { Outcome } from "./outcome.ts";
import { judgeStatement } from "./statementOutcome.ts";
import { StatementStream } from "./statementStream.ts";
import { chooseTarget } from "./targets.ts";
import { STREAM_WORDS } from "./wholeOutputText.ts";

/** How long `logs -f` follows unless the cell says otherwise, milliseconds of the run's time. */
const FOLLOW_LIMIT_MS = 30_000;
/** Limit of a read unless the cell says otherwise. Waits have their own `--timeout`. */
const READ_LIMIT_MS = 60_000;

/** The pipeline that is running: what it may do, and what came of it so far. */
interface Running {
  readonly info: StatementInfo;
  readonly risk: Risk;
  readonly startedAt: number;
  readonly limitMs: number | undefined;
  readonly follows: boolean;
  readonly limit: AbortController;
  readonly stopLimit: AbortController;
  readonly files: { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** What a silenced tool would have said of its failure. */
  hiddenFailure: string;
  /** How much of its input the change has read; `undefined` where it has none. */
  inputBytes: number | undefined;
}

/** What a plan statement printed and answered. */
interface Seen {
  readonly index: number;
  stdout: string;
  readonly found: Set<string>;
  httpStatus: number | undefined;
  exitCode: number | undefined;
}

/**
 * Stands between the interpreter and the world for one cell: asks the gate, journals intent and outcome, sets limits, keeps the
 * output, and checks expectations before the next statement starts.
 */
export class StatementGovernor {
  readonly #params: RunCellParams;
  readonly #plan: CellPlan;
  readonly #host: CellRunnerHost;
  readonly #signal: AbortSignal;
  readonly #outcomes: Outcome[] = [];
  /** Indices of the plan's statements of which a call was started. */
  readonly #started = new Set<number>();
  #running: Running | undefined;
  #streams: readonly StatementStream[] = [];
  /** What the last plan statement printed and answered, until its expectations are checked. */
  #unsettled: Seen | undefined;
  /** The same, of the one before. */
  #seen: Seen | undefined;
  /** The expectations of all statements before this index were looked at. */
  #settledTo = 0;
  #recorded: Promise<unknown> = Promise.resolve();

  /** `started` resolves when the start of the cell is on the disk. */
  constructor(params: RunCellParams, plan: CellPlan, host: CellRunnerHost, signal: AbortSignal, started: Promise<void>) {
    this.#params = params;
    this.#plan = plan;
    this.#host = host;
    this.#signal = signal;
    this.#recordLater(started);
  }

  /** Resolves when all that was journalled so far is on the disk. Rejects when it could not be. */
  async recorded(): Promise<void> {
    await this.#recorded;
  }

  /** The run's files; what is written there waits for what was journalled before. */
  get files(): FilePort {
    const { files } = this.#host.ports;
    return {
      ...files,
      write: async (path, body, options) => {
        await this.recorded();
        return files.write(path, body, options);
      },
    };
  }

  /** Outcomes of the statements so far, in order. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** Checks what the statement before left open, asks the gate, and journals the intent. */
  async before(info: StatementInfo): Promise<"run" | "stop"> {
    if (this.#unsettled !== undefined && this.#unsettled.index !== info.index && (await this.settle()) === "stop") return "stop";
    if ((await this.#settlePassedOver(info.index)) === "stop") return "stop";
    await this.#host.attended(this.#signal);
    const risk = info.operations.reduce<Risk>((worst, operation) => worseRisk(worst, operation.risk), "read");
    const gate = await passGate({ execution: this.#params.execution, info, risk }, this.#host, this.#signal);
    if (gate.kind === "refused") {
      const now = this.#host.ports.clock.now();
      this.#outcomes.push({ status: "refused", exitCode: undefined, reason: "refused", message: gate.message, startedAt: now, endedAt: now });
      return "stop";
    }
    const intent = this.#host.record({
      type: "statementIntent", execution: this.#params.execution, statement: info.index, text: this.#host.redact(info.text), risk: gate.risk, operations: info.operations.map((operation) => this.#summarize(operation)),
    });
    this.#recordLater(intent);
    // A read changes nothing: it need not wait for the disk before it begins, only before it shows or writes something. What another program does is not seen.
    if (gate.risk !== "read" || info.operations.some(({ engine }) => engine !== "inProcess")) await this.recorded();
    this.#start(info, gate.risk);
    this.#running?.files.push(...gate.evidence);
    return "run";
  }

  /** Runs one call under the statement's limit. */
  async execute(operation: Operation, io: Stdio, signal: AbortSignal): Promise<number> {
    const running = this.#running;
    const { files } = this;
    const both = running === undefined ? signal : AbortSignal.any([signal, running.limit.signal]);
    const ports: ToolPorts = {
      ...this.#host.ports,
      onHttpStatus: (status) => {
        if (this.#unsettled !== undefined) this.#unsettled.httpStatus = status;
      },
      onHiddenFailure: (text) => {
        if (running !== undefined) running.hiddenFailure += text;
      },
      files: {
        ...files,
        write: async (path, body, options) => {
          const file = await files.write(path, body, options);
          running?.files.push(file);
          return file;
        },
      },
    };
    return this.#host.execute(operation, running === undefined || operation.risk === "read" ? io : withCountedInput(io, running), ports, both);
  }

  /** Shows and keeps output; what nobody may see is masked first. */
  async write(name: "stdout" | "stderr", chunk: Uint8Array): Promise<void> {
    await this.recorded();
    await this.#streams.find((stream) => stream.name === name)?.write(chunk);
  }

  /** Journals what a statement came to. */
  async after(info: StatementInfo, result: StatementResult): Promise<"continue" | "stop"> {
    const running = this.#running;
    if (running === undefined) return "stop";
    running.stopLimit.abort();
    await this.recorded();
    const kept = await Promise.all(this.#streams.map((stream) => stream.end()));
    const [stdout, stderr] = kept.map(({ text }) => text);
    const whole = kept.flatMap((stream) => stream.whole ?? []);
    const outcome = judgeStatement(result, {
      risk: running.risk, waits: info.operations.some((operation) => operation.waits), follows: running.follows,
      timedOutAfterMs: running.limit.signal.aborted ? running.limitMs : undefined, startedAt: running.startedAt, endedAt: this.#host.ports.clock.now(), stderr: `${stderr ?? ""}${this.#host.redact(running.hiddenFailure)}`, inputBytes: running.inputBytes,
    });
    const recorded = this.#host.record({
      type: "statementOutcome", execution: this.#params.execution, statement: info.index, outcome, stdout: stdout ?? "", stderr: stderr ?? "",
      files: [...running.files, ...result.files].map((file) => ({ path: file.path, bytes: file.bytes, sha256: file.sha256 })),
      ...(whole.length === 0 ? {} : { whole }),
    });
    this.#recordLater(recorded);
    this.#running = undefined;
    if (this.#unsettled !== undefined) {
      this.#unsettled.exitCode = result.exitCode;
      if (!info.isSubstitution) {
        this.#unsettled.stdout += stdout ?? "";
        for (const text of kept[0]?.found ?? []) this.#unsettled.found.add(text);
      }
    }
    for (const { stream, missing } of whole) if (missing !== undefined) await this.#note(info.index, `The whole ${STREAM_WORDS[stream]} could not be kept: ${missing}.`);
    if (info.isTested) return "continue";
    this.#outcomes.push(outcome);
    if (outcome.message !== undefined) await this.#note(info.index, outcome.message);
    return outcome.status === "succeeded" || outcome.status === "finding" ? "continue" : "stop";
  }

  /** Checks the expectations of the statement that ended last. `stop` when one was not met. */
  async settle(): Promise<"continue" | "stop"> {
    const seen = this.#unsettled;
    this.#unsettled = undefined;
    this.#seen = seen;
    const isOver = this.#outcomes.some((outcome) => outcome.status !== "succeeded" && outcome.status !== "finding");
    if (seen === undefined || isOver) return isOver ? "stop" : "continue";
    const expectations = this.#plan.statements[seen.index]?.expectations ?? [];
    const failure = await checkStatementExpectations({ execution: this.#params.execution, statement: seen.index, seen, expectations }, this.#host, this.#signal);
    if (failure === undefined) return "continue";
    const now = this.#host.ports.clock.now();
    this.#outcomes.push({ status: "failed", exitCode: seen.exitCode, reason: "expectation", message: failure, startedAt: now, endedAt: now });
    await this.#note(seen.index, failure);
    return "stop";
  }

  /** The cell is at its end: checks what is left. */
  async finish(): Promise<void> {
    if ((await this.settle()) === "continue") await this.#settlePassedOver(this.#plan.statements.length);
  }

  /**
   * Checks the expectations of statements before `end` that never came to run. Those of `a || b` are about what of the two ran last;
   * what never ran otherwise (a loop over nothing) has met nothing.
   */
  async #settlePassedOver(end: number): Promise<"continue" | "stop"> {
    for (; this.#settledTo < end; this.#settledTo += 1) {
      const index = this.#settledTo;
      if (this.#started.has(index) || this.#plan.statements[index]?.expectations.length === 0) continue;
      const seen = this.#isContinued(index) ? this.#seen : undefined;
      this.#unsettled = { ...(seen ?? { stdout: "", found: new Set<string>(), httpStatus: undefined, exitCode: undefined }), index };
      if ((await this.settle()) === "stop") return "stop";
    }
    return "continue";
  }

  /** Whether `&&` or `||` stands before a statement. */
  #isContinued(index: number): boolean {
    const { start = 0 } = this.#plan.statements[index] ?? {};
    return this.#params.via === undefined && /(?:&&|\|\|)\s*$/u.test(this.#params.text.slice(this.#plan.statements[index - 1]?.end ?? 0, start));
  }

  #start(info: StatementInfo, risk: Risk): void {
    this.#started.add(info.index);
    const follows = info.operations.some((operation) => operation.flags["follow"] === true || operation.flags["watch"] === true);
    const waits = info.operations.some((operation) => operation.waits);
    const limitMs = risk === "read" ? (this.#params.timeoutMs ?? (follows ? FOLLOW_LIMIT_MS : waits ? undefined : READ_LIMIT_MS)) : undefined;
    const running: Running = { info, risk, startedAt: this.#host.ports.clock.now(), limitMs, follows, limit: new AbortController(), stopLimit: new AbortController(), files: [], hiddenFailure: "", inputBytes: undefined };
    this.#running = running;
    const owner = { execution: this.#params.execution, cell: this.#params.cell.name, statement: info.index };
    const wanted = (this.#plan.statements[info.index]?.expectations ?? []).flatMap((expectation) => (expectation.kind === "contains" ? [expectation.text] : []));
    this.#streams = [new StatementStream("stdout", owner, this.#host, wanted), new StatementStream("stderr", owner, this.#host)];
    this.#unsettled ??= { index: info.index, stdout: "", found: new Set(), httpStatus: undefined, exitCode: undefined };
    if (limitMs === undefined) return;
    this.#host.ports.clock.sleep(limitMs, running.stopLimit.signal, "limit").then(
      () => running.limit.abort(new Error("The statement's time was up.")),
      // Rejects only when the statement ended first, which is what it waits for.
      () => undefined,
    );
  }

  /** What the next thing that is shown or changed waits for. */
  #recordLater(recorded: Promise<void>): void {
    this.#recorded = Promise.all([this.#recorded, recorded]);
    // Who waits has the error.
    this.#recorded.catch(() => undefined);
  }

  async #note(statement: number, text: string): Promise<void> {
    await this.recorded();
    await this.#host.output({ execution: this.#params.execution, statement, stream: "note", text: `${this.#host.redact(text)}\n` });
  }

  #summarize(operation: Operation): OperationSummary {
    const choice = chooseTarget(operation.destination, this.#host.specs);
    return {
      tool: operation.tool, verb: operation.verb, argv: operation.argv.map((word) => this.#host.redact(word)), engine: operation.engine, risk: operation.risk,
      target: choice.kind === "target" ? choice.spec.name : undefined,
    };
  }
}

/** Counts what a change takes of its input, so that its failure can say how far it got. */
function withCountedInput(io: Stdio, running: Running): Stdio {
  const { stdin } = io;
  if (stdin === undefined) return io;
  running.inputBytes = 0;
  async function* counted(input: ByteStream): AsyncGenerator<Uint8Array> {
    for await (const chunk of input) {
      yield chunk;
      running.inputBytes = (running.inputBytes ?? 0) + chunk.byteLength;
    }
  }
  return { ...io, stdin: counted(stdin) };
}
