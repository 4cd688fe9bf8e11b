import { planOperation } from "../core/command/planOperation.ts";
import type { AskParams, AskResult, HealthReport, KernelNotifications, OutputNotification, RunCellParams, RunStatus, WorldState } from "../core/protocol.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { runCell, type CellRunnerHost } from "../core/run/cellRunner.ts";
import type { JournalEvent, JournalRecord, RunVerdict } from "../core/run/journalEvent.ts";
import type { RecoveryPointEvidence } from "../core/run/recoveryPoint.ts";
import type { Outcome } from "../core/run/outcome.ts";
import { failedExpectation } from "../core/run/failureChoices.ts";
import { planCellText } from "../core/run/planCellText.ts";
import { createRedactor, type KnownSecrets, redact } from "../core/run/redaction.ts";
import { judgeRun, type WorldEvidence } from "../core/run/judgeRun.ts";
import { recoveryPointOf, suggestRecoveryPoint } from "../core/run/recoveryPoint.ts";
import { runStatus, type RunState } from "../core/run/runState.ts";
import { pinTarget } from "../core/run/targets.ts";
import { wholeOutputsOf } from "../core/run/wholeOutputText.ts";
import { probeVerification, requireVerification, type VerificationRound } from "../core/run/verification.ts";
import type { LookUp, LookUpAnswer } from "../core/language/facts.ts";
import { answerLookUp } from "../core/language/lookUp.ts";
import { readOnlyPorts } from "../core/preflight/readOnly.ts";
import type { PreflightReport } from "../core/preflight/report.ts";
import { runVariables } from "../core/run/runVariables.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import { createClock } from "../services/clock.ts";
import { controlWorld } from "../services/worldControl.ts";
import type { JournalFile } from "../services/journal/journalFile.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { OutputFiles } from "../services/journal/outputFiles.ts";
import type { RunFolder } from "../services/journal/runFolder.ts";
import { BackupWatch } from "./backupWatch.ts";
import { executeOperation } from "./executors.ts";
import { createRehearsal } from "./rehearsal.ts";
import type { ClosableToolPorts } from "./toolPorts.ts";
import { preflightOn } from "./preflight.ts";
import { FaultWatch } from "./faultWatch.ts";
import { RunEnvironment } from "./runEnvironment.ts";
import { RunHealth } from "./runHealth.ts";
import { RunRecord } from "./runRecord.ts";
import { VerificationWatch } from "./verificationWatch.ts";

/** What a run is made of. */
export interface RunParts {
  readonly folder: RunFolder;
  readonly journal: JournalFile;
  readonly records: readonly JournalRecord[];
  readonly outputs: OutputFiles;
  readonly document: RunbookDocument;
  readonly ports: ClosableToolPorts;
  /** The rehearsal world; `undefined` in an incident. */
  readonly world: WorldState | undefined;
  /** Addresses of all clusters that the world has now; one can come into being in a drill. */
  clusters(): readonly string[];
  readonly isUnattended: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  /** What the runbook shares with others; `undefined` where it names no facts, or they cannot be read. */
  readonly facts: Facts | undefined;
  /** Masked on screen and in the journal; filled by what the run reads and is told. */
  readonly secrets: KnownSecrets;
  ask(params: AskParams, signal: AbortSignal): Promise<AskResult>;
  /** Starts the rehearsal world again where it has died; does nothing in an incident. */
  keepWorld(): Promise<void>;
  /** Resolves when a front is connected. */
  attended(signal: AbortSignal): Promise<void>;
  /** Shows output to the fronts; resolves when more may come. */
  output(output: OutputNotification): Promise<void>;
  /** Resolves when the fronts have the output so far. */
  flushOutput(): Promise<void>;
  notify<Name extends Exclude<keyof KernelNotifications, "output">>(name: Name, params: KernelNotifications[Name]): void;
}

/** One run: executes cells one at a time, keeps the journal, the clock and the verification. */
export class Run {
  readonly #parts: RunParts;
  readonly #environment: RunEnvironment;
  readonly #record: RunRecord;
  readonly #over = new AbortController();
  readonly #health: RunHealth;
  /** `undefined` in an incident. */
  readonly #faults: FaultWatch | undefined;
  readonly #executions = new Map<string, AbortController>();
  readonly #watch: VerificationWatch;
  #isStatusDue = false;
  #queue: Promise<unknown> = Promise.resolve();
  #backups: BackupWatch | undefined;
  #ending: Promise<RunVerdict> | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
    const { document, facts, journal, parameters, ports, records, world } = parts;
    this.#record = new RunRecord({
      journal, records, ask: (question) => this.#ask(question, this.#over.signal),
      onKept: (record) => {
        parts.notify("event", record);
        this.#tellStatus();
      },
    });
    this.#environment = new RunEnvironment({ specs: document.frontMatter.parameters, given: parameters, records });
    this.#faults = world === undefined ? undefined : new FaultWatch({ now: () => ports.clock.now(), ask: async () => (await controlWorld(world, "faults", {})).faults });
    this.#health = new RunHealth({ targets: document.frontMatter.targets, facts, ports, onChange: () => parts.notify("healthChanged", {}) });
    this.#over.signal.addEventListener("abort", () => this.#health.stop());
    this.#watch = new VerificationWatch({ clock: ports.clock, state: () => this.#state, probe: (signal) => this.#probe(signal), record: (event) => this.record(event) }, (problem) =>
      parts.output({ execution: "", statement: 0, stream: "note", text: `The verification stopped: ${messageOf(problem)}\n` }),
    );
  }

  get #state(): RunState {
    return this.#record.state;
  }

  get status(): RunStatus {
    return runStatus(this.#state, this.#parts.ports.clock.now(), this.#record.unwritten);
  }

  get records(): readonly JournalRecord[] {
    return this.#record.records;
  }

  /** Text as it may be shown and journalled. */
  redact(text: string): string {
    return redact(text, this.#parts.secrets);
  }

  /** True while a statement may be changing something. */
  get isBusy(): boolean {
    return this.#executions.size > 0;
  }

  /** Pins every target of the runbook. */
  async pinTargets(): Promise<void> {
    for (const spec of this.#parts.document.frontMatter.targets) {
      await this.record({ type: "targetPinned", target: await pinTarget(spec, this.#parts.ports, this.#over.signal) });
    }
    this.#watchBackups();
  }

  /** After a crash: executions whose end was not journalled are unknown, and a verification that was being watched is watched again. */
  async resume(reason: string): Promise<void> {
    const leftOver = await this.#parts.outputs.leftOver(new Set(this.records.flatMap(wholeOutputsOf).map(({ path }) => path)));
    await this.record({ type: "resumed", interrupted: this.#state.open, reason, ...(leftOver.length === 0 ? {} : { leftOver }) });
    if (this.#state.isWatched) this.#startWatch();
    else this.#watchIfVerified();
    this.#watchBackups();
  }

  /** Once for events that came to the disk together. */
  #tellStatus(): void {
    if (this.#isStatusDue) return;
    this.#isStatusDue = true;
    queueMicrotask(() => {
      this.#isStatusDue = false;
      this.#parts.notify("status", this.status);
    });
  }

  /** Journals an event, then tells the fronts. */
  record(event: JournalEvent): Promise<void> {
    return this.#record.append(event);
  }

  /** Runs a cell after the ones before it. */
  runCell(params: RunCellParams): Promise<Outcome> {
    if (this.#state.ended !== undefined) throw new RuntimeError("invalidInput", "Running a cell: the run has ended.", { hint: "Start a new run." });
    const cancel = new AbortController();
    this.#executions.set(params.execution, cancel);
    const signal = AbortSignal.any([cancel.signal, this.#over.signal]);
    const outcome = this.#queue.then(async () => {
      this.#environment.prepare(this.#state.impactAt, this.#parts.ports.clock.now(), params.defaults ?? {});
      await this.#askSecrets(params, signal);
      const ended = await runCell(params, this.#cellHost(), signal);
      await this.#parts.flushOutput();
      return ended;
    });
    const done = outcome.finally(() => {
      this.#executions.delete(params.execution);
      this.#watchIfVerified();
    });
    // The queue goes on after a cell whose journal could not be written; its caller has the error.
    this.#queue = done.catch(() => undefined).then(() => this.#faults?.look());
    return done;
  }

  /** Asks for the secret parameters that a cell names and this kernel does not have. */
  async #askSecrets({ execution, text }: RunCellParams, signal: AbortSignal): Promise<void> {
    for (const { name, description } of this.#environment.missingSecrets(text)) {
      const answer = await this.#ask({ kind: "secret", execution, prompt: `${name}: ${description ?? "a secret that the runbook needs"}` }, signal);
      if (answer?.kind === "secret") this.#environment.variables.set(name, answer.value);
    }
  }

  /** Ends a cell's statement. True when there was one to cancel. */
  cancel(execution: string): boolean {
    const cancel = this.#executions.get(execution);
    cancel?.abort(new Error("Cancelled by a person."));
    return cancel !== undefined;
  }

  /** Goes on although the expectation that ended this execution was not met: a person says why, and the cell counts as done. */
  async overrideExpectation(execution: string, reason: string): Promise<RunStatus> {
    const cell = this.#state.cells.find((candidate) => candidate.execution === execution);
    const failed = cell === undefined ? undefined : failedExpectation(cell);
    if (failed === undefined) throw new RuntimeError("invalidInput", "Overriding an expectation: this execution did not end by one, or its cell has been run again.", { hint: "See what the cell came to last, and decide on that." });
    const { statement, expected, actual } = failed;
    await this.record({ type: "expectationOverridden", execution, statement, expected, actual, reason: this.redact(reason), by: this.#state.driver });
    return this.status;
  }

  /** Probes the verification at once and goes on watching it. Throws `invalidInput` where the runbook names none: nothing a machine could ask is never green. */
  async verifyNow(): Promise<RunStatus> {
    requireVerification(this.#parts.document);
    await this.#watch.stop();
    const round = await this.#probe(this.#over.signal);
    await this.record({ type: "verificationChecked", green: round.isGreen, consecutive: round.isGreen ? this.#state.greens + 1 : 0, detail: round.detail });
    this.#startWatch();
    return this.status;
  }

  /** Reads the targets' health; a recovery point that is newer than those before goes into the journal. */
  async health(of: "everything" | "clusters"): Promise<HealthReport> {
    const report = await this.#health.read(of, this.#state.rpoMs, this.#over.signal);
    if (report.recoveryPoint !== undefined) await this.#found(report.recoveryPoint);
    return report;
  }

  async #found({ pointAt, evidence }: RecoveryPointEvidence): Promise<void> {
    if (this.#state.ended !== undefined || pointAt <= (this.#state.newestPointAt ?? -Infinity)) return;
    await this.#record.appendIfWritable({ type: "recoveryPointFound", pointAt, evidence });
  }

  /** Looks for recovery points from now on, whether or not somebody looks at the health. */
  #watchBackups(): void {
    if (this.#state.ended !== undefined || !this.#health.hasRecoveryPoints) return;
    this.#backups = new BackupWatch({
      clock: this.#parts.ports.clock, attended: (signal) => this.#parts.attended(signal),
      read: (signal) => this.#health.recoveryPoint(signal), found: (point) => this.#found(point),
    });
  }

  /** Names for completion, from the run's own targets. */
  lookUp(lookUp: LookUp): Promise<LookUpAnswer> {
    return answerLookUp(lookUp, readOnlyPorts(this.#parts.ports), createClock(undefined), this.#over.signal);
  }

  /** What the variables hold now, those left out that hold a secret: by their name, or by what is known to be one. */
  variables(): Readonly<Record<string, string>> {
    const all = { ...Object.fromEntries(this.#environment.open()), ...runVariables(this.#state.impactAt, this.#parts.ports.clock.now()) };
    const isOpen = ([name, value]: readonly [string, string]): boolean => /^[A-Za-z_]\w*$/.test(name) && this.redact(`${name}=${value}`) === `${name}=${value}`;
    return Object.fromEntries(Object.entries(all).filter(isOpen));
  }

  /** Checks a runbook against the run's own targets, with what its variables hold now. Changes nothing. */
  preflight(document: RunbookDocument): Promise<PreflightReport> {
    const { document: started, ports, world } = this.#parts;
    // The targets that were pinned count, whatever the text says now.
    const checked = { ...document, frontMatter: { ...document.frontMatter, targets: started.frontMatter.targets } };
    return preflightOn(checked, { ports, world, variables: this.#environment.open(), parameters: Object.fromEntries(this.#environment.variables) }, this.#over.signal);
  }

  /** Ends the run and says how it went; a second call gives the same verdict. */
  end(by: "person" | "machine"): Promise<RunVerdict> {
    const { ended } = this.#state;
    if (ended !== undefined) return Promise.resolve(ended);
    this.#ending ??= this.#end(by).finally(() => {
      this.#ending = undefined;
    });
    return this.#ending;
  }

  async #end(by: "person" | "machine"): Promise<RunVerdict> {
    // Nothing of the recovery comes after the end (messages to others may): what the watch still has to say comes before it.
    await this.#watch.stop();
    await this.#backups?.stop();
    const world = await this.#worldEvidence();
    await this.#markDataLoss();
    const verdict = judgeRun(this.#state, this.#parts.document.frontMatter, world);
    await this.record({ type: "runEnded", by, verdict });
    this.#over.abort(new Error("The run has ended."));
    return verdict;
  }

  /** How the faults stand, `undefined` in an incident. A world that does not answer may have died since the last cell: it is started again and asked once more. */
  async #worldEvidence(): Promise<WorldEvidence | undefined> {
    const first = await this.#faults?.look();
    if (first?.kind !== "silent") return first;
    await this.#parts.keepWorld();
    return this.#faults?.look();
  }

  /** In a drill the world knows what was lost. One that does not know marks nothing: the verdict says that it is unknown. */
  async #markDataLoss(): Promise<void> {
    const { world } = this.#parts;
    const { impactAt } = this.#state;
    if (world === undefined || impactAt === undefined) return;
    const loss = await controlWorld(world, "dataLoss", {}).catch((error: unknown) => ({ kind: "unknown" as const, reason: messageOf(error) }));
    const point = recoveryPointOf(loss, impactAt, suggestRecoveryPoint(this.records));
    if (point !== undefined) await this.record({ type: "recoveryPointMarked", ...point, by: "machine" });
  }

  /** Stops the watch and closes the files; the run itself can be resumed. */
  async close(): Promise<void> {
    this.#over.abort(new Error("The kernel is closing."));
    await this.#backups?.stop();
    await this.#queue;
    await this.#parts.ports.close();
    await this.#parts.journal.close();
    this.#parts.folder.release();
  }

  #cellHost(): CellRunnerHost {
    const { document, ports, world } = this.#parts;
    const targets = (): RunState["targets"] => this.#state.targets;
    const rehearsal = world === undefined ? undefined : createRehearsal(world, ports.clock);
    return {
      mode: this.#state.mode, isUnattended: this.#parts.isUnattended, specs: document.frontMatter.targets, ports,
      // A target that comes into being in a cell is pinned for the statements after it.
      get targets() {
        return targets();
      },
      environment: this.#environment.variables, redact: (text) => this.redact(text), redactStream: () => createRedactor(this.#parts.secrets),
      record: (event) => this.record(event),
      attended: (signal) => this.#parts.attended(signal),
      ask: (params, signal) => this.#ask(params, signal),
      output: (output) => this.#parts.output(output),
      keepOutput: (cell, stream) => this.#parts.outputs.open(cell, stream),
      plan: (words, input) => planOperation(words, input),
      planCell: (text, via) => planCellText(text, via, new Set(this.#environment.variables.keys())),
      isRehearsed: async (operation) => (await rehearsal?.isKnown(operation.argv)) === true,
      execute: (operation, io, callPorts, signal) => executeOperation(operation, io, callPorts, { targets: document.frontMatter.targets, isDrill: world !== undefined, ...(rehearsal === undefined ? {} : { rehearsal }) }, signal),
    };
  }

  /** An unattended drill answers the gate itself, and only for what is proved to be the world. */
  async #ask(params: AskParams, signal: AbortSignal): Promise<AskResult> {
    const { world, isUnattended } = this.#parts;
    if (!isUnattended) {
      const answer = await this.#parts.ask(params, signal);
      if (answer?.kind === "secret") this.#parts.secrets.add(answer.value);
      return answer;
    }
    if (params.kind !== "gate" || world === undefined) return undefined;
    const pinned = this.#state.targets.find((target) => target.name === params.question.target);
    const isWorld = pinned !== undefined && (pinned.kind === "kubernetes" ? this.#parts.clusters().includes(pinned.address) : true);
    return isWorld ? { kind: "gate", answer: "yes", typed: params.question.typed } : undefined;
  }

  /** Starts watching once every verification cell has succeeded in this run. */
  #watchIfVerified(): void {
    const wanted = this.#parts.document.frontMatter.verification;
    const isVerified = wanted.length > 0 && wanted.every((name) => this.#state.cells.some((cell) => cell.cell.name === name && cell.outcome?.status === "succeeded"));
    if (isVerified) this.#startWatch();
  }

  #startWatch(): void {
    if (this.#state.ended === undefined) this.#watch.start(this.#over.signal);
  }

  async #probe(signal: AbortSignal): Promise<VerificationRound> {
    await this.#faults?.look();
    return probeVerification(this.#parts.document, { ...this.#cellHost(), environment: new Map(this.#environment.variables) }, signal);
  }
}
