import { dirname, resolve } from "node:path";
import * as vscode from "vscode";
import { reportDue, type Due } from "../../core/communication/due.ts";
import { drillBook, type DrillBook, type FactsFile } from "../../core/drills/drillBook.ts";
import type { RunHistory, RunSummary } from "../../core/drills/runSummary.ts";
import type { RunbookFiles } from "../commands/runbookFiles.ts";
import { DisposableStore } from "../disposables.ts";
import type { ErrorReporter } from "../showError.ts";
import type { RunSession } from "./runSession.ts";
import type { Runs } from "./runs.ts";

/** Reads the runs that are on record. */
export type ReadHistory = () => Promise<RunHistory>;

/** How it stands now with the report of a run, by the facts of its runbook, where the book has that. */
export function reportOf(book: DrillBook, run: RunSummary): Due | undefined {
  return reportDue(run, book.runbooks.find(({ runs }) => runs.some((other) => other.run === run.run))?.communication, Date.now());
}

/** The runs on record, as this window knows them: read when asked, and again when a run begins or ends. */
export class DrillHistory implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #read: ReadHistory;
  readonly #files: RunbookFiles;
  readonly #errors: ErrorReporter;
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  #known: RunHistory = { runs: [], unreadable: [] };
  /** A run has begun or ended, or the history was read again. */
  readonly onDidChange = this.#changed.event;

  constructor(runs: Runs, files: RunbookFiles, errors: ErrorReporter, read: ReadHistory) {
    this.#read = read;
    this.#files = files;
    this.#errors = errors;
    let seen = "";
    this.#store.add(
      runs.onDidChange((session) => {
        const key = session === undefined ? "" : `${session.status.run} ${session.status.ended === undefined ? "open" : "ended"}`;
        if (key === seen) return;
        seen = key;
        void this.refresh();
      }),
    );
  }

  /** Reads the history anew. What prevents it is logged, and what was known stays. */
  async refresh(): Promise<RunHistory> {
    try {
      this.#known = await this.#read();
    } catch (error) {
      this.#errors.log("Reading the history of runs", error);
    }
    this.#changed.fire();
    return this.#known;
  }

  /** Past runs of the runbook that a session runs, as they were last read. */
  runsOf(session: RunSession): readonly RunSummary[] {
    const own = this.#known.runs.find((run) => run.run === session.status.run);
    return this.#known.runs.filter((run) => run.run !== session.status.run && (run.runbookPath === session.status.runbookPath || run.runbook === own?.runbook));
  }

  /** The workspace's runbooks with their runs, and the schedule and figures of the facts that they name. */
  async readBook(): Promise<{ readonly book: DrillBook; readonly history: RunHistory }> {
    const history = await this.#read();
    this.#known = history;
    const runbooks = (await this.#files.readAll()).map(({ uri, document }) => ({ path: uri.fsPath, document }));
    const paths = new Set(runbooks.flatMap(({ path, document }) => (document.frontMatter.facts === undefined ? [] : [resolve(dirname(path), document.frontMatter.facts)])));
    const facts = (await Promise.all([...paths].map((path) => this.#readFacts(path)))).flat();
    const book = drillBook({ runbooks, facts, history: history.runs, now: Date.now(), resolve: (file, relative) => resolve(dirname(file), relative) });
    return { book, history };
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Facts that cannot be read must not hide the runbooks; lint says what is wrong in them. */
  async #readFacts(path: string): Promise<readonly FactsFile[]> {
    try {
      return [{ path, facts: await this.#files.readFacts(vscode.Uri.file(path)) }];
    } catch (error) {
      this.#errors.log(`Reading ${path}`, error);
      return [];
    }
  }
}
