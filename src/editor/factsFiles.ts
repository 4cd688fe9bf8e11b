import { basename } from "node:path";
import * as vscode from "vscode";
import type { Facts } from "../core/facts/facts.ts";
import { readFacts } from "../core/facts/readFacts.ts";
import type { FrontMatter } from "../core/runbook/document.ts";
import { decodeSource } from "../core/runbook/source.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { readRunbookFile, type RunbookFiles } from "./commands/runbookFiles.ts";
import { findCurrentNotebook } from "./run/runNotebook.ts";
import type { Runs } from "./run/runs.ts";

/** A facts file of the workspace. */
export interface FactsFile {
  readonly uri: vscode.Uri;
  readonly facts: Facts;
}

/**
 * The facts that count now: those of the run's runbook, without a run those of the notebook that is shown, else the first that a
 * runbook of the workspace names. `undefined` where none does. Rejects when the file cannot be read.
 */
export async function findFacts(runs: Runs, files: RunbookFiles): Promise<FactsFile | undefined> {
  const shown = runs.active?.status.runbookPath ?? findCurrentNotebook(runs.session)?.uri.fsPath;
  const own = shown === undefined ? undefined : await namedBy(vscode.Uri.file(shown));
  if (own !== undefined) return readFactsFile(own);
  const named = (await files.readAll()).flatMap(({ uri, document }) => factsUri(uri, document.frontMatter) ?? []);
  return named[0] === undefined ? undefined : readFactsFile(named[0]);
}

async function namedBy(runbook: vscode.Uri): Promise<vscode.Uri | undefined> {
  return factsUri(runbook, (await readRunbookFile(runbook)).frontMatter);
}

/** Where a runbook's facts are; `undefined` for one that names none. */
export function factsUri(runbook: vscode.Uri, frontMatter: FrontMatter): vscode.Uri | undefined {
  return frontMatter.facts === undefined ? undefined : vscode.Uri.joinPath(runbook, "..", frontMatter.facts);
}

async function readFactsFile(uri: vscode.Uri): Promise<FactsFile> {
  return { uri, facts: readFacts(await readText(uri)).facts };
}

/** Reads a file as UTF-8. Rejects with what to do about it. */
export async function readText(uri: vscode.Uri): Promise<string> {
  try {
    return decodeSource(await vscode.workspace.fs.readFile(uri));
  } catch (cause) {
    throw new RuntimeError("notFound", `Reading ${uri.fsPath}: ${cause instanceof Error ? cause.message : String(cause)}`, { hint: `Correct the path that names ${basename(uri.fsPath)}.`, cause });
  }
}
