import * as vscode from "vscode";

/** Asks for one line that is not empty; `undefined` on Escape. `value` stands in it at first. */
export async function askText(title: string, prompt: string, value = ""): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({ title, prompt, value, ignoreFocusOut: true, validateInput: (value) => (value.trim() === "" ? "Write a few words." : undefined) });
  return text?.trim();
}
