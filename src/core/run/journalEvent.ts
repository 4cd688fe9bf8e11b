import type { Operation, Risk } from "../command/operation.ts";
import type { Outcome } from "./outcome.ts";

/**
 * One line of a run's journal. `seq` counts from 0; `at` is the run's clock in epoch milliseconds (world time in a drill), `wall`
 * real time; `prev` is the hash of the line before (64 zeros for the first) and `hash` is SHA-256 over the canonical JSON of the
 * record without `hash`.
 */
export type JournalRecord = JournalEvent & {
  readonly seq: number;
  readonly at: number;
  readonly wall: number;
  readonly prev: string;
  readonly hash: string;
};

export type RunMode = "incident" | "drill";

/** Marks of the recovery clock, in the order an incident usually meets them. RTO runs from `impact` to `restored`. */
export type ClockMark = "impact" | "detected" | "acknowledged" | "causeIdentified" | "fixed" | "restored" | "reopened" | "stable";

export type ContactMeans = "call" | "mail" | "page" | "other";

/** `whole` of a `statementOutcome` is left out where the record holds all that was printed. `variables` of a `cellOutcome` are those that the cell set, secrets left out: a resumed run has them again. `isOwn` of a `faultInjected`: the runbook names the fault as one that it is for. */
export type JournalEvent =
  | {
      readonly type: "runStarted";
      readonly run: string;
      readonly mode: RunMode;
      readonly runbook: { readonly path: string; readonly title: string; readonly id: string; readonly sha256: string };
      readonly driver: string;
      readonly rtoMs: number | undefined;
      readonly rpoMs: number | undefined;
      /** Time to acknowledge; journals of earlier versions have none. */
      readonly acknowledgeWithinMs?: number;
      /** World time per real time in a drill; 1 in an incident. Only drills at 1 by a person count as proof. */
      readonly rate: number;
      readonly unattended: boolean;
      readonly version: string;
    }
  | { readonly type: "targetPinned"; readonly target: PinnedTarget }
  | { readonly type: "targetDrifted"; readonly target: string; readonly pinned: string; readonly found: string }
  | { readonly type: "clockMarked"; readonly mark: ClockMark; readonly markedAt: number; readonly by: "person" | "machine"; readonly reason: string }
  | { readonly type: "faultInjected"; readonly fault: string; readonly announced: boolean; readonly parameters?: Readonly<Record<string, string>>; readonly isOwn?: boolean }
  | { readonly type: "cellStarted"; readonly execution: string; readonly cell: CellReference; readonly text: string }
  | { readonly type: "gateAsked"; readonly execution: string; readonly question: GateQuestion }
  | { readonly type: "gateAnswered"; readonly execution: string; readonly answer: "yes" | "no"; readonly by: string }
  | { readonly type: "statementIntent"; readonly execution: string; readonly statement: number; readonly text: string; readonly risk: Risk; readonly operations: readonly OperationSummary[] }
  | { readonly type: "statementOutcome"; readonly execution: string; readonly statement: number; readonly outcome: Outcome; readonly stdout: string; readonly stderr: string; readonly files: readonly WrittenFile[]; readonly whole?: readonly WholeOutput[] }
  | { readonly type: "expectationChecked"; readonly execution: string; readonly statement: number; readonly expected: string; readonly actual: string; readonly result: "met" | "notMet" | "manualMet" | "manualNotMet" | "unverified" }
  /** A person goes on although an expectation was not met, and says why: the cell counts as done. What stands after it in the cell has not run. */
  | { readonly type: "expectationOverridden"; readonly execution: string; readonly statement: number; readonly expected: string; readonly actual: string; readonly reason: string; readonly by: string }
  | { readonly type: "cellOutcome"; readonly execution: string; readonly cell: CellReference; readonly outcome: Outcome; readonly variables: Readonly<Record<string, string>> }
  | { readonly type: "optionTaken"; readonly step: string; readonly option: string }
  | { readonly type: "stepSkipped"; readonly step: string; readonly reason: string }
  | { readonly type: "checklistTicked"; readonly step: string; readonly item: string; readonly ticked: boolean }
  | { readonly type: "noteAdded"; readonly text: string }
  /** Who decides from now on. */
  | { readonly type: "commanderNamed"; readonly name: string }
  /** Somebody of the contacts was reached for; `address` is the number, mail or page address that was used, empty for `other`. */
  | { readonly type: "escalated"; readonly role: string; readonly means: ContactMeans; readonly address: string }
  /** A filled template went to `destination`: `clipboard`, or the path of a file. */
  | { readonly type: "messagePrepared"; readonly template: string; readonly sha256: string; readonly destination: string }
  /** The newest data that is there after the recovery, or would be: what was written between then and the impact is lost. */
  | { readonly type: "recoveryPointMarked"; readonly pointAt: number; readonly by: "person" | "machine"; readonly evidence: string }
  /** A backup shows a recovery point that is newer than those before. */
  | { readonly type: "recoveryPointFound"; readonly pointAt: number; readonly evidence: string }
  | { readonly type: "verificationChecked"; readonly green: boolean; readonly consecutive: number; readonly detail: string }
  | { readonly type: "recordingGap"; readonly fromSeq: number; readonly reason: string }
  | { readonly type: "worldRestarted"; readonly reason: string }
  /** `front`: what kind of front drives from then on; journals of earlier versions do not say. */
  | { readonly type: "driverTaken"; readonly driver: string; readonly head: string; readonly front?: string }
  /** `leftOver`: long outputs of what was interrupted, as far as they came. */
  | { readonly type: "resumed"; readonly interrupted: readonly string[]; readonly reason: string; readonly leftOver?: readonly WholeOutput[] }
  | { readonly type: "runEnded"; readonly by: "person" | "machine"; readonly verdict: RunVerdict };

export interface RunVerdict {
  readonly status: "passed" | "failed" | "ended";
  /** Impact to restored, milliseconds; `undefined` when service was not restored, or a drill has not shown it. */
  readonly recoveryMs: number | undefined;
  readonly rtoMs: number | undefined;
  readonly reasons: readonly string[];
  /** What a reader must not overlook, though it does not decide; left out in journals of before there were any. */
  readonly warnings?: readonly string[];
}

/** What makes a target that target. Drift means that another identity answers under the same name. */
export interface PinnedTarget {
  readonly name: string;
  readonly alias: string;
  readonly kind: "kubernetes" | "aws" | "http";
  /** Server address, endpoint or URL. */
  readonly address: string;
  /** UID of `kube-system`, AWS account, or host; `""` where it could not be read (unreachable is not drift). */
  readonly identity: string;
  readonly actor: string;
  readonly namespace: string | undefined;
}

export interface CellReference {
  /** Cell name from the info map, or `step-2#1` (first command cell of the step). */
  readonly name: string;
  readonly step: string | undefined;
  readonly language: string;
}

export interface OperationSummary {
  readonly tool: string;
  readonly verb: string;
  readonly argv: readonly string[];
  readonly engine: Operation["engine"];
  readonly risk: Risk;
  readonly target: string | undefined;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A stream of which the record holds head and tail only; the whole of it, secrets masked, is in a file of the run. */
export interface WholeOutput {
  readonly stream: "stdout" | "stderr";
  /** Inside the run's folder: `output/0001-pod-logs-stdout.txt`. */
  readonly path: string;
  /** What the file holds: 0 where nothing could be written. */
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
  /** Why the file does not hold everything, as the end of a sentence; left out where it does. */
  readonly missing?: string;
}

/** What the gate shows: what, where, as whom, how many, undo. Destruction wants `typed` typed. */
export interface GateQuestion {
  readonly statement: number;
  readonly risk: Risk;
  readonly title: string;
  readonly request: string;
  readonly target: string;
  /** Short name of the target, the one that is typed. */
  readonly alias: string;
  readonly address: string;
  readonly actor: string;
  readonly objects: readonly string[];
  /** What changed, and by whom, since the same question was asked before; empty the first time. */
  readonly moved: readonly string[];
  readonly why: string;
  readonly undo: string | undefined;
  /** Alias a person types for destruction; `undefined` for a plain yes. */
  readonly typed: string | undefined;
}
