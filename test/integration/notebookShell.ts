import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cellReference } from "../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";

/** What the cells of a notebook say, by their names. */
export function cellsOf(notebook: string): ReadonlyMap<string, string> {
  const document = parseRunbook(readFileSync(resolve(import.meta.dirname, `../../notebooks/${notebook}.runbook.md`), "utf8"));
  return new Map(document.cells.flatMap((cell, index) => (cell.command === undefined ? [] : [[cellReference(document, index).name, cell.kind === "query" ? cell.text : cell.command.commandText] as const])));
}

/** What a cell says; fails for one that the notebook does not have. */
export function cellText(cells: ReadonlyMap<string, string>, name: string): string {
  const text = cells.get(name);
  assert.ok(text !== undefined, name);
  return text;
}

/** What a script came to. */
export interface ShellRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs cells word for word in a real bash whose kubectl leads into one pod: whatever is executed there runs with the pod's programs and environment. */
export interface NotebookShell {
  /** Runs cells one after the other, as one script that ends at the first failure. */
  run(cells: readonly string[], variables?: Readonly<Record<string, string>>): Promise<ShellRun>;
  close(): void;
}

/** `programs` are shell scripts by name, those of the pod or, under `operator`, of the operator's machine. */
export function openNotebookShell(pod: { readonly programs: Readonly<Record<string, string>>; readonly environment?: Readonly<Record<string, string>>; readonly operator?: Readonly<Record<string, string>> }): NotebookShell {
  const folder = mkdtempSync(join(tmpdir(), "notebook-shell-"));
  const install = (place: string, programs: Readonly<Record<string, string>>): string => {
    mkdirSync(join(folder, place));
    for (const [name, script] of Object.entries(programs)) writeFileSync(join(folder, place, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return join(folder, place);
  };
  const inPod = install("pod", pod.programs);
  const environment = Object.entries(pod.environment ?? {}).map(([name, value]) => `${name}='${value}'`).join(" ");
  const onMachine = install("machine", { ...pod.operator, kubectl: `while [ "$1" != -- ]; do shift; done; shift\n${environment} PATH=${inPod}:/usr/bin:/bin exec "$@"` });
  return {
    run: async (cells, variables = {}) => {
      const child = spawn("bash", ["-ec", cells.join("\n")], { cwd: folder, env: { ...variables, PATH: `${onMachine}:/usr/bin:/bin` }, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      const exitCode = await new Promise<number>((done, reject) => child.once("error", reject).once("close", (code) => done(code ?? -1)));
      return { exitCode, stdout, stderr };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
