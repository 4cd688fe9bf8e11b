import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { frontWords, seatWords } from "../../core/run/driving.ts";
import type { CommandId } from "../contributions.ts";
import type { RunSession } from "./runSession.ts";

const TAKE_OVER: CommandId = "dr-runbook.takeOver";
/** How long the window that was here before a reload may take to let go of the run, milliseconds. */
const RELOAD_MS = 3_000;
const LOOK_MS = 100;

/** Lets this window drive, asking first where another front does. True when it drives then; the log has the head of its chain. */
export async function takeOver(session: RunSession): Promise<boolean> {
  const { seat, status } = session;
  if (seat.isYours) return true;
  if (seat.front !== undefined && !(await askToTakeOver(session))) return false;
  if (!session.isActive) return false;
  await session.change("takeOver", { driver: userInfo().username });
  void vscode.window.showInformationMessage(`This window drives the ${status.mode} now. Questions come here; the log says so.`);
  return session.seat.isYours;
}

/** `choose`, for a run that this window shall drive: nothing is chosen where the person leaves it to another front. */
export function driven<T>(choose: (from: T) => Promise<RunSession | undefined>): (from: T) => Promise<RunSession | undefined> {
  return async (from) => {
    const session = await choose(from);
    return session !== undefined && (await takeOver(session)) ? session : undefined;
  };
}

/** After this window has attached to a run: it drives where nobody else does, and otherwise watches until a person takes over. */
export async function settleSeat(session: RunSession): Promise<void> {
  // Before a reload this very window may have driven, and is about to let go.
  for (let waitedMs = 0; session.seat.front !== undefined && !session.seat.isYours && waitedMs < RELOAD_MS; waitedMs += LOOK_MS) await sleep(LOOK_MS);
  if (session.seat.front !== undefined && !session.seat.isYours) offerTakeOver(`This window watches the run: ${seatWords(session.seat, session.status.driver, session.events)}.`);
  else if (session.isActive && (!session.seat.isYours || session.status.driver !== userInfo().username)) await session.change("takeOver", { driver: userInfo().username });
}

/** Tells the person when this window stops driving, or when nobody drives a run that it watches. */
export function tellSeat(session: RunSession): vscode.Disposable {
  let before = session.seat;
  return session.onDidChange(() => {
    const { seat } = session;
    const was = before;
    before = seat;
    if (seat.isYours || !session.isActive) return;
    if (was.isYours) offerTakeOver(seat.front === undefined ? "This window does not drive the run any more." : `${session.status.driver} has taken the run over, ${frontWords(seat.front)}. This window watches.`);
    else if (seat.front === undefined && was.front !== undefined) offerTakeOver("Nobody drives this run any more: the front that did has gone. What it was asked waits.");
  });
}

async function askToTakeOver({ seat, status, events }: RunSession): Promise<boolean> {
  const picked = await vscode.window.showQuickPick(
    [
      { label: "$(eye) Watch: leave it there", detail: "Cells, clock and timeline follow here.", isTaken: false },
      { label: "$(arrow-swap) Take over: this window drives", detail: "Questions come here from then on, and the log says so.", isTaken: true },
    ],
    { title: `${status.mode === "incident" ? "LIVE" : "DRILL"}: ${seatWords(seat, status.driver, events)}`, placeHolder: "Take over?", ignoreFocusOut: true },
  );
  return picked?.isTaken === true;
}

function offerTakeOver(text: string): void {
  void vscode.window.showWarningMessage(text, "Take Over…").then(async (answer) => {
    if (answer !== undefined) await vscode.commands.executeCommand(TAKE_OVER);
  });
}
