import * as vscode from "vscode";
import type { AskParams, AskResult } from "../../core/protocol.ts";
import { undoText } from "../../core/run/gate.ts";
import type { GateQuestion, RunMode } from "../../core/run/journalEvent.ts";

const OUTPUT_LINES = 6;
/** Lines of up to 84 characters, cut between words where there are any. */
const LINES = /.{1,84}(?:\s|$)|.{1,84}/gu;

interface Choice extends vscode.QuickPickItem {
  /** `undefined` for a line that only informs: accepting it does nothing. */
  readonly answer?: boolean;
}

/**
 * Puts the kernel's questions to the person, one at a time. No is the default everywhere, Escape is No, and a click elsewhere leaves
 * the question open.
 */
export class Asker implements vscode.Disposable {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #open = new Set<vscode.CancellationTokenSource>();

  /** Asks after the questions before it are answered, and closes a question that is withdrawn. */
  ask(question: AskParams, mode: RunMode, withdrawn: AbortSignal): Promise<AskResult> {
    const answer = this.#tail.then(() => (withdrawn.aborted ? undefined : this.#askNow(question, mode, withdrawn)));
    // The next question is asked also when this one failed; its own caller has the error.
    this.#tail = answer.catch(() => undefined);
    return answer;
  }

  dispose(): void {
    for (const source of this.#open) source.cancel();
  }

  async #askNow(question: AskParams, mode: RunMode, withdrawn: AbortSignal): Promise<AskResult> {
    const source = new vscode.CancellationTokenSource();
    this.#open.add(source);
    withdrawn.addEventListener("abort", () => source.cancel(), { once: true });
    try {
      switch (question.kind) {
        case "gate":
          return await askGate(question.question, mode, source.token);
        case "manual":
          return await askManual(question.text, question.output, source.token);
        case "secret": {
          const value = await vscode.window.showInputBox({ title: "Secret", prompt: question.prompt, password: true, ignoreFocusOut: true }, source.token);
          return value === undefined ? undefined : { kind: "secret", value };
        }
        case "unwritable":
          return await askUnwritable(question.problem, source.token);
      }
    } finally {
      this.#open.delete(source);
      source.dispose();
    }
  }
}

async function askGate(question: GateQuestion, mode: RunMode, token: vscode.CancellationToken): Promise<AskResult> {
  const title = `${mode === "incident" ? "LIVE" : "DRILL"} ${question.alias}: ${question.title}`;
  const isDestroying = question.typed !== undefined;
  const yes = isDestroying ? `$(flame) Yes: type the target's name next` : "$(play) Yes: run it";
  const isAgreed = await pickAnswer(title, "$(circle-slash) No: do not run it, stop here", yes, gateDetails(question), token);
  if (isAgreed !== true) return { kind: "gate", answer: "no", typed: undefined };
  if (question.typed === undefined) return { kind: "gate", answer: "yes", typed: undefined };
  const alias = question.typed;
  const typed = await vscode.window.showInputBox(
    {
      title,
      prompt: `This loses data for good: ${question.why}. Type ${alias} to run it there; Escape is No.`,
      placeHolder: alias,
      ignoreFocusOut: true,
      validateInput: (value) => (value === alias ? undefined : `Type ${alias} exactly, or press Escape for No.`),
    },
    token,
  );
  return typed === alias ? { kind: "gate", answer: "yes", typed } : { kind: "gate", answer: "no", typed };
}

/** What, where, as whom, how many, why, undo. */
function gateDetails(question: GateQuestion): readonly Choice[] {
  const objects = question.objects.length === 0 ? "none named" : `${question.objects.length}: ${question.objects.join(", ")}`;
  const where = question.alias === question.target ? question.target : `${question.alias} (${question.target})`;
  return [
    ...question.moved.flatMap((line) => detailLines("$(warning) Moved since you were asked", line)),
    ...detailLines("$(terminal) What", question.request),
    ...detailLines("$(server-environment) Where", question.address === "" ? where : `${where} · ${question.address}`),
    ...detailLines("$(account) As whom", question.actor === "" ? "unknown" : question.actor),
    ...detailLines("$(symbol-array) Objects", objects),
    ...detailLines("$(info) Why this is asked", `${RISK_WORDS[question.risk]}: ${question.why}`),
    ...detailLines("$(discard) Undo", undoText(question)),
  ];
}

/** A labelled line, and further ones where the text is too long for one: a QuickPick cuts lines off, and nothing of a request may be hidden. */
function detailLines(label: string, text: string): readonly Choice[] {
  const chunks = text.trimEnd().split("\n").flatMap((line) => line.match(LINES) ?? [""]);
  return chunks.map((detail, index) => ({ label: index === 0 ? label : "$(blank)", detail }));
}

const RISK_WORDS: Readonly<Record<GateQuestion["risk"], string>> = {
  read: "only reads",
  change: "changes state",
  destroy: "destroys data or evidence",
  undetermined: "nobody has judged what this does",
};

async function askManual(text: string, output: string, token: vscode.CancellationToken): Promise<AskResult> {
  const lines = output.trimEnd().split("\n").slice(-OUTPUT_LINES);
  const details: Choice[] = lines.filter((line) => line.trim() !== "").map((line) => ({ label: line }));
  const isMet = await pickAnswer(`Expected: ${text}. Is it so?`, "$(circle-slash) No: it is not met", "$(check) Yes: I have seen that it is met", details, token);
  return isMet === undefined ? undefined : { kind: "manual", met: isMet };
}

async function askUnwritable(problem: string, token: vscode.CancellationToken): Promise<AskResult> {
  const details = detailLines("$(warning) The record cannot be written", problem);
  const consequence = detailLines("$(info) If you go on", "The record is kept in memory and written as soon as the disk takes it. If the kernel dies before, it is lost.");
  const isAgreed = await pickAnswer("The run cannot be recorded. Go on?", "$(circle-slash) No: stop here", "$(play) Yes: go on, recording in memory", [...details, ...consequence], token);
  return { kind: "unwritable", goOn: isAgreed === true };
}

/** A QuickPick with No first and active, Yes below, and lines to read. `y` and Enter, or Down and Enter, is Yes; `undefined` is Escape. */
function pickAnswer(title: string, no: string, yes: string, details: readonly Choice[], token: vscode.CancellationToken): Promise<boolean | undefined> {
  const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
  const pick = vscode.window.createQuickPick<Choice>();
  const noItem: Choice = { label: no, answer: false, alwaysShow: true };
  const yesItem: Choice = { label: yes, answer: true, alwaysShow: true };
  const separator: Choice = { label: "", kind: vscode.QuickPickItemKind.Separator };
  pick.title = title;
  pick.placeholder = "Enter is No. Press Down or type y for Yes.";
  pick.ignoreFocusOut = true;
  pick.items = [noItem, yesItem, separator, ...details.map((detail) => ({ ...detail, alwaysShow: true }))];
  pick.activeItems = [noItem];
  pick.onDidChangeValue((value) => {
    pick.activeItems = [/^y(es?)?$/i.test(value) ? yesItem : noItem];
  });
  pick.onDidAccept(() => {
    const answer = pick.activeItems[0]?.answer;
    if (answer === undefined) return;
    resolve(answer);
    pick.hide();
  });
  const withdrawn = token.onCancellationRequested(() => pick.hide());
  pick.onDidHide(() => {
    resolve(undefined);
    withdrawn.dispose();
    pick.dispose();
  });
  pick.show();
  return promise;
}
