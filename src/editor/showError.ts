import * as vscode from "vscode";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import type { CommandId } from "./contributions.ts";

const SHOW_LOG: CommandId = "dr-runbook.showLog";
const TAKE_OVER: CommandId = "dr-runbook.takeOver";

/** The only place that shows errors to people and writes them to the extension's log. */
export class ErrorReporter implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel("DR Runbook", { log: true });

  /** Shows an error once, with its cure and a way to the log. Cancelling is not an error and shows nothing. */
  show(doing: string, error: unknown): void {
    if (error instanceof vscode.CancellationError) return;
    this.log(doing, error);
    const hint = hintOf(error);
    const text = hint === "" ? messageOf(error) : `${messageOf(error)} ${hint}`;
    const ways = [...(error instanceof RuntimeError && error.code === "notDriving" ? [{ title: "Take Over…", command: TAKE_OVER }] : []), { title: "Show Log", command: SHOW_LOG }];
    void vscode.window.showErrorMessage(`${doing}: ${text}`, ...ways).then(async (way) => {
      if (way !== undefined) await vscode.commands.executeCommand(way.command);
    });
  }

  /** Writes an error to the log only: for the background, where a toast every few seconds would bury the screen. */
  log(doing: string, error: unknown): void {
    const stack = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
    this.#channel.error(`${doing}: ${messageOf(error)}${stack}`);
  }

  info(text: string): void {
    this.#channel.info(text);
  }

  reveal(): void {
    this.#channel.show();
  }

  /** Runs `action` and shows what it throws; resolves with `undefined` then. */
  async guard<T>(doing: string, action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      this.show(doing, error);
      return undefined;
    }
  }

  dispose(): void {
    this.#channel.dispose();
  }
}

/** What a person can do about it; empty where nothing is known. The kernel's errors carry their hint in `data`. */
function hintOf(error: unknown): string {
  if (error instanceof RuntimeError) return error.hint;
  if (!(error instanceof Error) || !("data" in error)) return "";
  const { data } = error;
  return typeof data === "object" && data !== null && "hint" in data && typeof data.hint === "string" ? data.hint : "";
}
