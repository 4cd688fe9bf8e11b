import type { KernelRequests, Seat } from "../protocol.ts";
import { RuntimeError } from "../runtimeError.ts";
import type { JournalRecord } from "./journalEvent.ts";

/** Whether a request changes the run, or what it is about: only the front that drives may send such a one. */
const NEEDS_SEAT: Readonly<Record<keyof KernelRequests, boolean>> = {
  initialize: false,
  startRun: true,
  status: false,
  runCell: true,
  cellOutput: false,
  cancelCell: true,
  markClock: true,
  takeOver: false,
  takeOption: true,
  skipStep: true,
  tick: true,
  overrideExpectation: true,
  addNote: true,
  injectFault: true,
  nameCommander: true,
  recordEscalation: true,
  recordMessage: true,
  markRecoveryPoint: true,
  health: false,
  preflight: false,
  lookUp: false,
  variables: false,
  verify: true,
  endRun: true,
  journal: false,
  exportRun: false,
};

/** Throws `notDriving` where a front sends what only the one that drives may. `driver` is the person who drives. */
export function requireSeat(request: keyof KernelRequests, seat: Seat, driver: string): void {
  if (seat.isYours || !NEEDS_SEAT[request]) return;
  throw new RuntimeError("notDriving", `Changing the run: ${seatWords(seat, driver)}, and this front only watches.`, { hint: "Take it over first; the log records who drove when." });
}

/** Who drives, where, and since when as far as the journal is at hand: a sentence without its end. */
export function seatWords({ front }: Seat, driver: string, records: readonly JournalRecord[] = []): string {
  if (front === undefined) return `nobody drives it: the front of ${driver} has gone`;
  const since = drivenSince(records);
  return `${driver} drives it ${frontWords(front)}${since === undefined ? "" : ` since ${new Date(since).toISOString().slice(11, 16)} UTC`}`;
}

/** Where a kind of front is, for a sentence. */
export function frontWords(front: string): string {
  switch (front) {
    case "cli":
      return "at a terminal";
    case "vscode":
      return "in an editor window";
    default:
      return `from ${front}`;
  }
}

/** Epoch milliseconds of real time. */
function drivenSince(records: readonly JournalRecord[]): number | undefined {
  return records.findLast(({ type }) => type === "driverTaken" || type === "runStarted")?.wall;
}
