import * as vscode from "vscode";
import type { Due } from "../../core/communication/due.ts";
import type { RunSummary } from "../../core/drills/runSummary.ts";
import type { LogFormat } from "../../core/log/printLog.ts";
import type { RunbookReader } from "../../core/reading.ts";
import type { JournalEvent, JournalRecord, RunMode } from "../../core/run/journalEvent.ts";
import { runKind } from "../../core/run/runKind.ts";
import type { RunbookDocument } from "../../core/runbook/document.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { RunbookFiles } from "../commands/runbookFiles.ts";
import { reportOf, type DrillHistory } from "./drillHistory.ts";
import type { RunSession } from "./runSession.ts";
import type { Runs } from "./runs.ts";

/** A message that went out, or was written down. */
export type Message = Omit<Extract<JournalEvent, { readonly type: "messagePrepared" }>, "type">;

/** A run that a log or a message is made of: one that a kernel of this window has, or one on record. */
export interface RecordedRun {
  readonly run: string;
  readonly title: string;
  readonly mode: RunMode;
  readonly runbookPath: string;
  /** The run's time: now, or when it ended. */
  readonly now: number;
  /** The runbook as it is now; an empty one where it is gone: steps then go by their ids. */
  document(): Promise<RunbookDocument>;
  journal(): Promise<readonly JournalRecord[]>;
  printLog(format: LogFormat): Promise<string>;
  /** Adds a message to the journal, also after the run's end. */
  record(message: Message): Promise<void>;
}

/** The journals of runs that no kernel has. */
export interface JournalStore {
  read(run: string): Promise<readonly JournalRecord[]>;
  /** Rejects with `runLocked` while a kernel has the run. */
  append(run: string, event: JournalEvent): Promise<void>;
}

/** Finds the run that is meant: that of this window, or without one, of those on record the one that the person chooses. */
export class RecordedRuns {
  readonly #runs: Runs;
  readonly #history: DrillHistory;
  readonly #files: RunbookFiles;
  readonly #reader: RunbookReader;
  readonly #store: JournalStore;

  constructor(runs: Runs, history: DrillHistory, files: RunbookFiles, reader: RunbookReader, store: JournalStore) {
    this.#runs = runs;
    this.#history = history;
    this.#files = files;
    this.#reader = reader;
    this.#store = store;
  }

  /** `undefined` when the person chooses none. */
  async choose(title: string): Promise<RecordedRun | undefined> {
    const { session } = this.#runs;
    if (session !== undefined) return this.find(session.status.run);
    const { book, history } = await this.#history.readBook();
    const { runs } = history;
    if (runs.length === 0) throw new RuntimeError("notFound", `${title}: no run is on record.`, { hint: "Start a drill or an incident first." });
    const items = runs.toReversed().map((summary) => ({ label: summary.title, description: runWords(summary), detail: reportWords(reportOf(book, summary)), run: summary.run }));
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder: "Of which run?", matchOnDescription: true, ignoreFocusOut: true });
    return picked === undefined ? undefined : this.find(picked.run);
  }

  /** The run of this name. Rejects with `notFound` where none is on record. */
  async find(run: string): Promise<RecordedRun> {
    const { session } = this.#runs;
    if (session?.isConnected === true && session.status.run === run) return this.#live(session);
    const summary = (await this.#history.refresh()).runs.find((other) => other.run === run);
    if (summary === undefined) throw new RuntimeError("notFound", `Reading run ${run}: it is not on record, or its journal cannot be relied on.`, { hint: "Check it with Runbook: Verify Incident Log…" });
    const records = await this.#store.read(run);
    return {
      run, title: summary.title, mode: summary.mode, runbookPath: summary.runbookPath, now: records.at(-1)?.at ?? summary.startedAt,
      document: () => this.#files.readIfThere(summary.runbookPath),
      journal: async () => records,
      printLog: async (format) => this.#reader.ask("printLog", await this.#files.textIfThere(summary.runbookPath), records, format),
      record: (message) => this.#store.append(run, { type: "messagePrepared", ...message }),
    };
  }

  #live(session: RunSession): RecordedRun {
    const { run, title, mode, runbookPath } = session.status;
    return {
      run, title, mode, runbookPath, now: session.clock.now,
      document: () => this.#files.readIfThere(runbookPath),
      journal: () => session.client.request("journal", {}),
      printLog: async (format) => (await session.client.request("exportRun", { format })).text,
      record: (message) => session.change("recordMessage", message),
    };
  }
}

/** `2026-01-31 14:02 UTC, incident`. */
function runWords(run: RunSummary): string {
  const kind = runKind(run);
  const state = run.verdict === undefined ? "not ended" : kind === "drill" ? `drill ${run.verdict.status}` : kind;
  return `${new Date(run.startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC, ${state}`;
}

function reportWords(due: Due | undefined): string {
  return due === undefined ? "" : `${due.isOverdue ? "$(warning) " : ""}The report is ${due.words}.`;
}
