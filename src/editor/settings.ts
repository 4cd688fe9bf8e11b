import * as vscode from "vscode";
import { SETTINGS, type ContextKey, type SettingId, type SettingValue } from "./contributions.ts";

/** A setting's value; the default where a person set a value of another type. */
export function readSetting<Id extends SettingId>(id: Id): SettingValue<Id> {
  const fallback = SETTINGS[id];
  const value = vscode.workspace.getConfiguration().get<unknown>(id);
  return (typeof value === typeof fallback ? value : fallback) as SettingValue<Id>;
}

/** Sets a context key of our `when` clauses. */
export async function setContext(key: ContextKey, value: boolean): Promise<void> {
  await vscode.commands.executeCommand("setContext", key, value);
}
