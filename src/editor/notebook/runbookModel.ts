import * as vscode from "vscode";
import type { CellPlan } from "../../core/command/plan.ts";
import type { RunCellParams } from "../../core/protocol.ts";
import type { PlannedRunbook, RunbookReader } from "../../core/reading.ts";
import { cellRequest } from "../../core/runbook/cellRequest.ts";
import type { DocumentCell, RunbookDocument, Step } from "../../core/runbook/document.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { contentOf } from "./serializer.ts";

/** An open notebook, read as the runbook that saving it would write. */
export class RunbookModel {
  readonly document: RunbookDocument;
  readonly #plans: PlannedRunbook["plans"];
  readonly #toCell: ReadonlyMap<number, vscode.NotebookCell>;
  readonly #toIndex: ReadonlyMap<vscode.NotebookCell, number>;

  /** `cells` are the notebook's at the time that it was read. */
  constructor({ document, plans }: PlannedRunbook, cells: readonly vscode.NotebookCell[]) {
    this.document = document;
    this.#plans = plans;
    const pairs = alignCells(document.cells, cells);
    this.#toCell = new Map(pairs);
    this.#toIndex = new Map(pairs.map(([index, cell]) => [cell, index]));
  }

  /** Index into `document.cells`; `undefined` for a cell that a save would merge into another. */
  indexOf(cell: vscode.NotebookCell): number | undefined {
    return this.#toIndex.get(cell);
  }

  cellAt(index: number): vscode.NotebookCell | undefined {
    return this.#toCell.get(index);
  }

  documentCell(cell: vscode.NotebookCell): DocumentCell | undefined {
    const index = this.indexOf(cell);
    return index === undefined ? undefined : this.document.cells[index];
  }

  /** What a cell would do, by its index; `undefined` for prose. */
  planAt(index: number): CellPlan | undefined {
    return this.#plans[index];
  }

  stepOf(cell: vscode.NotebookCell): Step | undefined {
    const step = this.documentCell(cell)?.step;
    return step === undefined ? undefined : this.document.steps[step];
  }

  /** What the kernel is asked to run for a cell. Throws `invalidInput` for a cell that holds no command. */
  request(cell: vscode.NotebookCell): Omit<RunCellParams, "execution"> {
    const index = this.indexOf(cell);
    const request = index === undefined ? undefined : cellRequest(this.document, index);
    if (request === undefined) {
      throw new RuntimeError("invalidInput", "Running the cell: it is not a command cell of the runbook as it would be saved.", { hint: "Give the cell a shell or SQL language and try again." });
    }
    return request;
  }
}

/** What the kernel is asked to run for a cell of another runbook than the run's: named after its own, with its own parameters' defaults. */
export function asGuest(request: Omit<RunCellParams, "execution">, { frontMatter }: RunbookDocument, fileName: string): Omit<RunCellParams, "execution"> {
  const defaults = frontMatter.parameters.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value] as const]));
  return { ...request, cell: { ...request.cell, name: `${frontMatter.id ?? fileName}/${request.cell.name}`, step: undefined }, defaults: Object.fromEntries(defaults) };
}

/** Models of open notebooks, one a notebook and version. */
export class RunbookModels {
  readonly #reader: RunbookReader;
  readonly #asked = new WeakMap<vscode.NotebookDocument, { readonly version: number; readonly model: Promise<RunbookModel> }>();
  readonly #known = new WeakMap<vscode.NotebookDocument, RunbookModel>();
  readonly #busy = new WeakMap<vscode.NotebookDocument, Promise<void>>();

  constructor(reader: RunbookReader) {
    this.#reader = reader;
  }

  /** The notebook as it is now, or newer where it changes meanwhile. Rejects where saving it would. */
  of(notebook: vscode.NotebookDocument): Promise<RunbookModel> {
    const asked = this.#asked.get(notebook);
    if (asked?.version === notebook.version) return asked.model;
    const model = this.#read(notebook, notebook.version);
    this.#asked.set(notebook, { version: notebook.version, model });
    // What failed is tried again by the next who asks; whoever asked is told.
    model.catch(() => this.#asked.get(notebook)?.model === model && this.#asked.delete(notebook));
    return model;
  }

  /** What was read of the notebook last, perhaps before its newest change; `undefined` before the first time. */
  known(notebook: vscode.NotebookDocument): RunbookModel | undefined {
    return this.#known.get(notebook);
  }

  /** One reading at a time: of what is typed meanwhile, only the newest is read. */
  async #read(notebook: vscode.NotebookDocument, version: number): Promise<RunbookModel> {
    await this.#busy.get(notebook);
    if (notebook.version !== version) return this.of(notebook);
    const cells = notebook.getCells();
    const planned = this.#reader.ask("plan", contentOf(notebook));
    this.#busy.set(notebook, planned.then(() => undefined, () => undefined));
    const model = new RunbookModel(await planned, cells);
    this.#known.set(notebook, model);
    return model;
  }
}

/**
 * Pairs the document's cells with the notebook's: in order, command cells with code cells and prose with Markdown cells. Prose that
 * a save would split or join can make the counts differ; command cells then still pair up by their own order.
 */
function alignCells(documentCells: readonly DocumentCell[], cells: readonly vscode.NotebookCell[]): [number, vscode.NotebookCell][] {
  const isSameShape = documentCells.length === cells.length && documentCells.every((cell, index) => isCommand(cell) === isCode(cells[index]));
  if (isSameShape) return cells.map((cell, index) => [index, cell]);
  const commands = [...documentCells.entries()].filter(([, cell]) => isCommand(cell));
  const codeCells = cells.filter((cell) => isCode(cell));
  return codeCells.flatMap((cell, order) => {
    const index = commands[order]?.[0];
    return index !== undefined && documentCells[index]?.text === cell.document.getText().replaceAll("\r\n", "\n") ? [[index, cell]] : [];
  });
}

function isCommand(cell: DocumentCell): boolean {
  return cell.command !== undefined;
}

function isCode(cell: vscode.NotebookCell | undefined): boolean {
  return cell?.kind === vscode.NotebookCellKind.Code;
}
