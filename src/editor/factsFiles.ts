import { basename } from "node:path";
import * as vscode from "vscode";
import type { Facts } from "../core/facts/facts.ts";
import type { FrontMatter } from "../core/runbook/document.ts";
import { decodeSource } from "../core/runbook/source.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import type { RunbookFiles } from "./commands/runbookFiles.ts";
import { findCurrentNotebook } from "./run/runNotebook.ts";
import type { Runs } from "./run/runs.ts";

/** A facts file of the workspace. */
export interface FactsFile {
  readonly uri: vscode.Uri;
  readonly facts: Facts;
}

/**
 * The facts that count: those of the runbook at `path`; without one, those of the run's runbook, without a run those of the notebook that
 * is shown, else the first that a runbook of the workspace names. `undefined` where none does. Rejects when the file cannot be read.
 */
export async function findFacts(runs: Runs, files: RunbookFiles, path?: string): Promise<FactsFile | undefined> {
  const shown = path ?? runs.active?.status.runbookPath ?? findCurrentNotebook(runs.session)?.uri.fsPath;
  const own = shown === undefined ? undefined : factsUri(vscode.Uri.file(shown), (await files.read(vscode.Uri.file(shown))).frontMatter);
  if (own !== undefined) return readFactsFile(own, files);
  const named = (await files.readAll()).flatMap(({ uri, document }) => factsUri(uri, document.frontMatter) ?? []);
  return named[0] === undefined ? undefined : readFactsFile(named[0], files);
}

/** Where a runbook's facts are; `undefined` for one that names none. */
export function factsUri(runbook: vscode.Uri, frontMatter: FrontMatter): vscode.Uri | undefined {
  return frontMatter.facts === undefined ? undefined : vscode.Uri.joinPath(runbook, "..", frontMatter.facts);
}

async function readFactsFile(uri: vscode.Uri, files: RunbookFiles): Promise<FactsFile> {
  return { uri, facts: await naming(uri, () => files.readFacts(uri)) };
}

/** Reads a file as UTF-8. Rejects with what to do about it. */
export async function readText(uri: vscode.Uri): Promise<string> {
  return naming(uri, async () => decodeSource(await vscode.workspace.fs.readFile(uri)));
}

async function naming<T>(uri: vscode.Uri, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new RuntimeError("notFound", `Reading ${uri.fsPath}: ${cause instanceof Error ? cause.message : String(cause)}`, { hint: `Correct the path that names ${basename(uri.fsPath)}.`, cause });
  }
}
