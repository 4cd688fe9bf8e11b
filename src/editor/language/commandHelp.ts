import * as vscode from "vscode";
import { planCell } from "../../core/command/planCell.ts";
import { cellFacts, cellNames } from "../../core/language/cellFacts.ts";
import { completeCommand, liveItems, type CompletionItem, type ItemKind, type LiveRequest } from "../../core/language/completion.ts";
import type { LanguageFacts, LookUpAnswer } from "../../core/language/facts.ts";
import { isFrontMatterCell } from "../../core/runbook/frontMatterBlock.ts";
import { completeVerification } from "../../core/language/frontMatterCompletion.ts";
import { hoverAt } from "../../core/language/hover.ts";
import { completeSql, tablesOf } from "../../core/language/sqlCompletion.ts";
import { hoverSql } from "../../core/language/sqlHover.ts";
import { defaultValues } from "../../core/plan/variableValues.ts";
import { commandOffsetToText, selectCommandLines, commandTextOf, textOffsetToCommand } from "../../core/runbook/commandLines.ts";
import type { RunbookDocument } from "../../core/runbook/document.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";
import { textOf, toOffset, toRange } from "./ranges.ts";

/** How long an answer of a target is used again while someone types, milliseconds. */
const FRESH_MS = 5000;

interface Place {
  readonly document: RunbookDocument;
  readonly cell: vscode.NotebookCell;
  readonly isFrontMatter: boolean;
  /** The command line that a query cell is the input of; empty elsewhere. */
  readonly via: string;
  readonly facts: LanguageFacts;
}

/** Completion and hover in command and query cells, from the schema table, the runbook, and the targets of the run that is open. */
export class CommandHelp implements vscode.CompletionItemProvider, vscode.HoverProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Promise<LookUpAnswer> }>();

  constructor(runs: Runs, models: RunbookModels, errors: ErrorReporter) {
    this.#runs = runs;
    this.#models = models;
    this.#errors = errors;
    const selector = { notebookType: NOTEBOOK_TYPE };
    this.#store.add(vscode.languages.registerCompletionItemProvider(selector, this, " ", "-", "=", "/", "$", "{", ":"));
    this.#store.add(vscode.languages.registerHoverProvider(selector, this));
  }

  async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionList | undefined> {
    const text = textOf(document);
    const offset = toOffset(document, position);
    const place = await this.#placeOf(document);
    if (place === undefined) return undefined;
    if (place.cell.kind === vscode.NotebookCellKind.Markup) {
      if (!place.isFrontMatter) return undefined;
      return new vscode.CompletionList(completeVerification(text, offset, cellNames(place.document)).map((item) => toItem(document, text, item, (at) => at)));
    }
    if (document.languageId === "sql") {
      const facts = { tables: tablesOf(place.document), isMySql: /\b(?:mysql|mariadb)\b/.test(place.via) };
      return new vscode.CompletionList(completeSql(text, offset, facts).map((item) => toItem(document, text, item, (at) => at)));
    }
    if (document.languageId !== "shellscript") return undefined;
    const at = textOffsetToCommand(text, offset);
    if (at === undefined) return undefined;
    const { items, live } = completeCommand(commandTextOf(selectCommandLines(text)), at, place.facts);
    const names = live === undefined ? [] : liveItems(live, await this.#ask(live, place.cell.notebook));
    // What a target knows changes with what is typed (a key's folder), so the list is asked for again.
    return new vscode.CompletionList([...items, ...names.filter(({ label }) => !items.some((item) => item.label === label))].map((item) => toItem(document, text, item, (end) => commandOffsetToText(text, end))), live !== undefined);
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const text = textOf(document);
    const offset = toOffset(document, position);
    const place = await this.#placeOf(document);
    if (place !== undefined && document.languageId === "sql") {
      const sql = hoverSql(text, offset);
      return sql === undefined ? undefined : new vscode.Hover(new vscode.MarkdownString(sql.markdown), toRange(document, text, sql.start, sql.end));
    }
    const at = textOffsetToCommand(text, offset);
    if (place === undefined || at === undefined || document.languageId !== "shellscript") return undefined;
    const command = commandTextOf(selectCommandLines(text));
    const variables = new Set(place.facts.variables.map(({ name }) => name));
    const hover = hoverAt(command, at, planCell(command, { variables, values: defaultValues(place.document), expectations: [] }), place.facts);
    if (hover === undefined) return undefined;
    return new vscode.Hover(new vscode.MarkdownString(hover.markdown), toRange(document, text, commandOffsetToText(text, hover.start), commandOffsetToText(text, hover.end)));
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #placeOf(document: vscode.TextDocument): Promise<Place | undefined> {
    const cell = vscode.workspace.notebookDocuments.filter((open) => open.notebookType === NOTEBOOK_TYPE).flatMap((open) => open.getCells()).find((one) => one.document === document);
    if (cell === undefined) return undefined;
    const model = await this.#models.of(cell.notebook);
    const own = model.documentCell(cell);
    const index = model.indexOf(cell) ?? model.document.cells.length - 1;
    return { document: model.document, cell, isFrontMatter: own !== undefined && isFrontMatterCell(own), via: own?.command?.via ?? "", facts: cellFacts(model.document, index) };
  }

  /** Names from the run's targets; none without a run of this runbook, or when they do not answer in time. */
  async #ask({ lookUp }: LiveRequest, notebook: vscode.NotebookDocument): Promise<readonly string[]> {
    const { active } = this.#runs;
    if (active === undefined || active.status.runbookPath !== notebook.uri.fsPath) return [];
    const key = `${active.status.run} ${JSON.stringify(lookUp)}`;
    const known = this.#answers.get(key);
    const isFresh = known !== undefined && Date.now() - known.at < FRESH_MS;
    const answer = isFresh ? known.answer : active.client.request("lookUp", lookUp);
    if (!isFresh) {
      this.#answers.clear();
      this.#answers.set(key, { at: Date.now(), answer });
    }
    try {
      const { names, problem } = await answer;
      if (problem !== undefined) this.#errors.info(`Completion: ${problem}`);
      return names;
    } catch (error) {
      this.#errors.log("Completion from the run's targets", error);
      return [];
    }
  }
}

const KINDS: Readonly<Record<ItemKind, vscode.CompletionItemKind>> = {
  command: vscode.CompletionItemKind.Function, verb: vscode.CompletionItemKind.Method, flag: vscode.CompletionItemKind.Property, value: vscode.CompletionItemKind.EnumMember, context: vscode.CompletionItemKind.Module,
  namespace: vscode.CompletionItemKind.Folder, type: vscode.CompletionItemKind.Class, object: vscode.CompletionItemKind.Reference, container: vscode.CompletionItemKind.Unit, bucket: vscode.CompletionItemKind.Folder,
  key: vscode.CompletionItemKind.File, variable: vscode.CompletionItemKind.Variable, cell: vscode.CompletionItemKind.Reference,
};

function toItem(document: vscode.TextDocument, text: string, { kind, label, detail, documentation, insert, start, end }: CompletionItem, place: (offset: number) => number): vscode.CompletionItem {
  const item = new vscode.CompletionItem({ label, description: detail }, KINDS[kind]);
  item.insertText = insert;
  item.filterText = insert;
  item.range = toRange(document, text, place(start), place(end));
  if (documentation !== "") item.documentation = documentation;
  // A value is wanted at once: `deployment/`, `--namespace=`, `DROP TABLE `.
  if (/[/=: ]$/.test(insert)) item.command = { command: "editor.action.triggerSuggest", title: "Suggest the value" };
  return item;
}
