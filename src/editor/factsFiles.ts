import { basename } from "node:path";
import * as vscode from "vscode";
import type { Facts } from "../core/facts/facts.ts";
import { readFacts } from "../core/facts/readFacts.ts";
import type { FrontMatter } from "../core/runbook/document.ts";
import { decodeSource } from "../core/runbook/source.ts";
import { RuntimeError } from "../core/runtimeError.ts";

/** A facts file of the workspace. */
export interface FactsFile {
  readonly uri: vscode.Uri;
  readonly facts: Facts;
}

/** Reads the facts that a runbook names; `undefined` for one that names none. Rejects when the file cannot be read. */
export async function readRunbookFacts(runbook: vscode.Uri, frontMatter: FrontMatter): Promise<FactsFile | undefined> {
  const uri = factsUri(runbook, frontMatter);
  return uri === undefined ? undefined : readFactsFile(uri);
}

/** Where a runbook's facts are; `undefined` for one that names none. */
export function factsUri(runbook: vscode.Uri, frontMatter: FrontMatter): vscode.Uri | undefined {
  return frontMatter.facts === undefined ? undefined : vscode.Uri.joinPath(runbook, "..", frontMatter.facts);
}

/** Reads a facts file. Rejects when it cannot be read as text. */
export async function readFactsFile(uri: vscode.Uri): Promise<FactsFile> {
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
