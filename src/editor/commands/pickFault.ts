import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import type { FaultDescription } from "../../core/protocol.ts";
import { checkFault, parametersText, parseFault, type FaultSpec } from "../../core/runbook/drillCase.ts";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";

/** Faults that a world can be given. Throws `invalidInput` when its state file has none to read. */
export async function readFaults(worldStatePath: string): Promise<readonly FaultDescription[]> {
  const state: unknown = JSON.parse(await readFile(worldStatePath, "utf8"));
  if (typeof state !== "object" || state === null || !("faults" in state) || !Array.isArray(state.faults)) {
    throw new RuntimeError("invalidInput", `Reading the world's state ${worldStatePath}: it lists no faults.`, { hint: "Start the drill again." });
  }
  return state.faults.filter(isFault);
}

interface FaultChoice extends vscode.QuickPickItem {
  /** Name of the fault; `""` for none, `"?"` for one that is not named. */
  readonly fault: string;
}

/** The drill chooses, and says what at its end. */
export const SURPRISE: FaultChoice = { label: "$(question) Surprise me", detail: "One of the scenario's faults, which the report names at the end. Finding out what broke is part of the drill.", fault: "?" };
/** The drill begins with everything well. */
export const NO_FAULT: FaultChoice = { label: "$(circle-slash) Nothing yet", detail: "The world starts healthy; inject a fault later.", fault: "" };

/** Lets the person choose a fault, and its parameters where it has some; the runbook's own comes first, then `others`. `undefined` when nothing is chosen. */
export async function pickFault(faults: readonly FaultDescription[], preferred: string | undefined, title: string, ...others: readonly FaultChoice[]): Promise<FaultSpec | undefined> {
  const choices = faults.map((fault): FaultChoice => ({
    label: `$(bug) ${fault.title}`, description: fault.name === preferred ? `${fault.name}, the runbook's own` : fault.name, detail: fault.description, fault: fault.name,
  }));
  const items = [...choices.filter((choice) => choice.fault === preferred), ...others, ...choices.filter((choice) => choice.fault !== preferred)];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: "Choose the fault to inject", ignoreFocusOut: true, matchOnDescription: true });
  const chosen = faults.find(({ name }) => name === picked?.fault);
  if (picked === undefined || chosen === undefined || Object.keys(chosen.parameters).length === 0) return picked === undefined ? undefined : { fault: picked.fault, parameters: {} };
  return askFault(chosen);
}

/** Asks how strong a fault shall be; its usual parameters are there to be accepted. */
async function askFault(fault: FaultDescription): Promise<FaultSpec | undefined> {
  const answer = await vscode.window.showInputBox({
    title: fault.title, value: parametersText(fault.parameters), prompt: "How much of it? Enter takes the values as they stand.", ignoreFocusOut: true,
    validateInput: (text) => problemOf(fault, text),
  });
  const spec = answer === undefined ? undefined : parseFault(answer === "" ? fault.name : `${fault.name}:${answer}`);
  // What is as usual goes without saying, also for the comparison with drills before.
  return spec === undefined ? undefined : { ...spec, parameters: Object.fromEntries(Object.entries(spec.parameters).filter(([key, value]) => value !== String(fault.parameters[key]))) };
}

function problemOf(fault: FaultDescription, text: string): string | undefined {
  const spec = parseFault(text === "" ? fault.name : `${fault.name}:${text}`);
  if (spec === undefined) return "Write it as NAME=VALUE, with commas between.";
  try {
    checkFault(spec, [fault]);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function isFault(value: unknown): value is FaultDescription {
  if (typeof value !== "object" || value === null) return false;
  const fault: Partial<Record<keyof FaultDescription, unknown>> = value;
  return typeof fault.name === "string" && typeof fault.title === "string" && typeof fault.description === "string" && typeof fault.parameters === "object";
}
