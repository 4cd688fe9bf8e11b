import type { LogFormat } from "./log/printLog.ts";
import type { CellReference, ClockMark, ContactMeans, GateQuestion, JournalRecord, PinnedTarget, RunMode, RunVerdict, WholeOutput } from "./run/journalEvent.ts";
import type { Outcome } from "./run/outcome.ts";
import type { RecoveryPointEvidence } from "./run/recoveryPoint.ts";
import type { LookUp, LookUpAnswer } from "./language/facts.ts";
import type { PreflightReport } from "./preflight/report.ts";

/**
 * Messages between a front (editor, command line, test) and the kernel: JSON-RPC over a local socket. Requests end with what they
 * came to; while one runs, the kernel notifies `output`, `event` and `status` (and `healthChanged`), and asks the front `ask`.
 */
export const PROTOCOL_VERSION = 2;

/** What the kernel writes next to a run's journal so that a front finds it again after a reload. Mode 0600. */
export interface KernelState {
  readonly protocol: number;
  readonly pid: number;
  /** Path of the Unix socket, or the name of the pipe on Windows. */
  readonly socket: string;
  readonly run: string;
  readonly mode: RunMode;
  readonly runbookPath: string;
}

/** Where a rehearsal world listens; written by the world process, read by kernel, tests and a person's own kubectl. Mode 0600. */
export interface WorldState {
  readonly pid: number;
  /** Path of the world's description: with the folder of this file it is all that is needed to start the world again as it was. */
  readonly description: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly kubernetes: string;
  /** Addresses of the API servers of all its clusters. */
  readonly clusters: readonly string[];
  readonly s3: { readonly endpoint: string; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Loopback base address for each host name that is in no DNS zone of the world, and of the first cluster's applications. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Control endpoint (`WorldControl`), loopback only, bearer token. */
  readonly control: { readonly url: string; readonly token: string };
  /** World time is `worldEpochMs + (now - realEpochMs) * rate`. */
  readonly clock: { readonly realEpochMs: number; readonly worldEpochMs: number; readonly rate: number };
  /** The file in which it says for how long it had nothing to do; left out in real time, where nobody asks. */
  readonly idleFile?: string;
  /** What runs its databases and caches, in words. */
  readonly engines: string;
  readonly faults: readonly FaultDescription[];
}

/** What runs a world's databases: its own engine, or real servers of this machine. */
export type EngineChoice = "embedded" | "real";

export interface FaultDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Its parameters with their defaults. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Absolute path of the world description that it happens in, where that is another one; a drill with it starts that world. */
  readonly world?: string;
}

export interface StartRunParams {
  readonly mode: RunMode;
  readonly runbookPath: string;
  readonly driver: string;
  readonly unattended: boolean;
  /** Path of the `WorldState` file; drills only. */
  readonly worldStatePath: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** When the impact began, epoch milliseconds of the run's clock; `undefined` while nobody says that there is one: a look, or a drill before its fault. */
  readonly impactAt: number | "now" | undefined;
}

export interface RunCellParams {
  /** The caller's key for this execution; it comes back in every notification. */
  readonly execution: string;
  readonly cell: CellReference;
  readonly text: string;
  /** Command line of a query cell, whose standard input `text` is. */
  readonly via: string | undefined;
  readonly timeoutMs: number | undefined;
  /** Parameters of the runbook that the cell is of, where that is not the run's own: they count where the run has no value of the name. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** A piece of what a cell printed. */
export interface CellOutputPart {
  readonly statement: number;
  readonly stream: "stdout" | "stderr" | "note";
  /** Redacted text. */
  readonly text: string;
}

export interface OutputNotification extends CellOutputPart {
  readonly execution: string;
}

/** What a front asks a person for the kernel. The answer is `undefined` where the person closed the question (the same as No). */
export type AskParams =
  | { readonly kind: "gate"; readonly execution: string; readonly question: GateQuestion }
  | { readonly kind: "manual"; readonly execution: string; readonly text: string; readonly output: string }
  | { readonly kind: "secret"; readonly execution: string; readonly prompt: string }
  /** The journal cannot be written: go on with a record in memory? Asked once a run. */
  | { readonly kind: "unwritable"; readonly execution: string; readonly problem: string };

export type AskResult =
  | { readonly kind: "gate"; readonly answer: "yes" | "no"; readonly typed: string | undefined }
  | { readonly kind: "manual"; readonly met: boolean }
  | { readonly kind: "secret"; readonly value: string }
  | { readonly kind: "unwritable"; readonly goOn: boolean }
  | undefined;

/** What status bar and Run view show; sent whenever it changes, and at least every 5 s of real time. */
export interface RunStatus {
  readonly run: string;
  readonly mode: RunMode;
  readonly runbookPath: string;
  readonly title: string;
  readonly driver: string;
  readonly commander: string | undefined;
  /** When the last update to others was prepared, by the run's clock. */
  readonly messagedAt: number | undefined;
  readonly targets: readonly PinnedTarget[];
  readonly clock: ClockStatus;
  readonly cells: readonly CellStatus[];
  readonly options: readonly { readonly step: string; readonly option: string }[];
  /** Ids of the steps that were skipped. */
  readonly skipped: readonly string[];
  /** Checklist items that are ticked now. */
  readonly ticked: readonly ChecklistTick[];
  readonly ended: RunVerdict | undefined;
  /** Hash of the journal's last record. */
  readonly head: string;
  /** Events that the disk did not take: they are lost if the kernel dies. */
  readonly unwritten: number;
}

export interface ClockStatus {
  /** Clock of the run when this was sent, and world milliseconds per real millisecond: a front counts on by itself. */
  readonly now: number;
  readonly rate: number;
  readonly impactAt: number | undefined;
  readonly restoredAt: number | undefined;
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  readonly acknowledgedAt: number | undefined;
  /** Until when somebody should have acknowledged; `undefined` before the impact, or where no time is set. */
  readonly acknowledgeBy: number | undefined;
  /** Newest recovery point that a backup shows: what is written after it would be lost. `undefined` without evidence. */
  readonly newestPointAt: number | undefined;
  readonly greens: number;
  readonly greensNeeded: number;
}

/** One item of a step's checklist. */
export interface ChecklistTick {
  readonly step: string;
  readonly item: string;
}

/** What became of a cell. What it printed is asked for by `cellOutput`: it may be much, and the status is sent at every event. */
export interface CellStatus {
  readonly cell: CellReference;
  readonly execution: string;
  readonly outcome: Outcome | undefined;
  readonly expectations: readonly { readonly statement: number; readonly expected: string; readonly actual: string; readonly result: string }[];
  /** Long outputs that are kept whole in files of the run. */
  readonly whole: readonly WholeOutput[];
  /** Why a person goes on although an expectation was not met; left out where nobody does. */
  readonly override?: { readonly reason: string; readonly by: string };
}

/** What is known of a target within three seconds. */
export type TargetState = "reachable" | "slow" | "unreachable" | "signInNeeded" | "forbidden" | "proxyError";

/** Health as the Cluster health view shows it; every node has one verdict and a reason. */
export interface HealthReport {
  readonly checkedAt: number;
  /** Each Kubernetes target of the runbook, in its order. */
  readonly clusters: readonly ClusterHealth[];
  /** Alerts that fire or are about to; empty where the facts name no Prometheus. */
  readonly alerts: readonly HealthItem[];
  /** First the RPO exposure, where the facts say which backups bring data back. */
  readonly backups: readonly HealthItem[];
  /** Newest one that the backups show. */
  readonly recoveryPoint: RecoveryPointEvidence | undefined;
}

/** One cluster of a run. */
export interface ClusterHealth {
  readonly alias: string;
  readonly state: TargetState;
  /** Where it is, or why it cannot be read. */
  readonly detail: string;
  /** What changed of late, the newest first: it is the first suspect. */
  readonly changes: readonly HealthChange[];
  /** Critical services of the facts, the most critical first. */
  readonly services: readonly HealthItem[];
  readonly workloads: readonly HealthItem[];
  readonly volumes: readonly HealthItem[];
  readonly warnings: readonly HealthItem[];
}

export interface HealthItem {
  readonly name: string;
  readonly verdict: "ok" | "degraded" | "down" | "unknown";
  readonly reason: string;
}

export interface PreflightParams {
  /** The runbook as it stands on the screen, saved or not. */
  readonly source: string;
  /** Where it lies: commands read files beside it. */
  readonly runbookPath: string;
  /** Values of parameters; the others have their defaults. With a run its own variables count. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Path of a drill's `WorldState` to check against; `undefined` is live. With a run its own targets count. */
  readonly worldStatePath: string | undefined;
}

/** Somebody's change to an object, or what became of a node. */
export interface HealthChange {
  /** `deployment/web`. */
  readonly name: string;
  readonly what: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The client that wrote it, as the server knows it (`kubectl-set`); `undefined` where nobody did. */
  readonly by: string | undefined;
}

/** Which of the fronts that are attached drives the run: it alone changes things and is asked, the others watch. */
export interface Seat {
  /** True for the front that is told this. */
  readonly isYours: boolean;
  /** What kind of front drives, as it has introduced itself; `undefined` while none does, since the one that did has gone. */
  readonly front: string | undefined;
}

/** Request names with their parameter and result types. */
export interface KernelRequests {
  /** A front introduces itself with what kind it is. Where none drives, it does from now on. */
  initialize: { params: { protocol: number; client: string }; result: { protocol: number; version: string; seat: Seat } };
  startRun: { params: StartRunParams; result: RunStatus };
  status: { params: Record<string, never>; result: RunStatus };
  runCell: { params: RunCellParams; result: Outcome };
  /** What an execution printed, as the journal has it. */
  cellOutput: { params: { execution: string }; result: readonly CellOutputPart[] };
  /** First call asks gently, a second one is firm. */
  cancelCell: { params: { execution: string }; result: boolean };
  markClock: { params: { mark: ClockMark; at: number | undefined; reason: string }; result: RunStatus };
  /** This front drives from now on; the head of the chain at that moment is journalled with it. Open questions come to it. */
  takeOver: { params: { driver: string }; result: RunStatus };
  takeOption: { params: { step: string; option: string }; result: RunStatus };
  skipStep: { params: { step: string; reason: string }; result: RunStatus };
  tick: { params: { step: string; item: string; ticked: boolean }; result: RunStatus };
  /** Goes on although the expectation that ended this execution was not met. Rejects where none did, or the cell has been run again. */
  overrideExpectation: { params: { execution: string; reason: string }; result: RunStatus };
  addNote: { params: { text: string }; result: RunStatus };
  /** An unannounced fault is not named before the run has ended. */
  injectFault: { params: { fault: string; announced: boolean; parameters?: Readonly<Record<string, string>> }; result: RunStatus };
  nameCommander: { params: { name: string }; result: RunStatus };
  /** Somebody of the contacts was called, written to or paged. */
  recordEscalation: { params: { role: string; means: ContactMeans; address: string }; result: RunStatus };
  /** A filled template went somewhere; `sha256` is that of its text. */
  recordMessage: { params: { template: string; sha256: string; destination: string }; result: RunStatus };
  markRecoveryPoint: { params: { pointAt: number; evidence: string }; result: RunStatus };
  /** Reads the targets' health; of the clusters only, backups and alerts are as they were. */
  health: { params: { of: "everything" | "clusters" }; result: HealthReport };
  /** Checks a whole runbook against its targets and changes nothing: those of the run, or without one what `PreflightParams` name. */
  preflight: { params: PreflightParams; result: PreflightReport };
  /** Names that a target of the run knows, for completion: within a limit, or with the reason why not. */
  lookUp: { params: LookUp; result: LookUpAnswer };
  /** What the run's variables hold now, those left out that hold a secret. */
  variables: { params: Record<string, never>; result: Readonly<Record<string, string>> };
  /** Runs the verification cells once and returns the clock; restored after `greensNeeded` greens in a row. */
  verify: { params: Record<string, never>; result: RunStatus };
  endRun: { params: { by: "person" | "machine" }; result: RunVerdict };
  journal: { params: Record<string, never>; result: readonly JournalRecord[] };
  exportRun: { params: { format: LogFormat }; result: { text: string } };
}

export interface KernelNotifications {
  output: OutputNotification;
  event: JournalRecord;
  status: RunStatus;
  /** Something in a cluster of the run has changed since its health was last read. */
  healthChanged: Record<string, never>;
  /** Another front drives now, or none. */
  seatChanged: Seat;
}

/**
 * How an injected fault stands: still in effect, with what of it in words; cured; or over without anybody's doing, since it ends by itself
 * or broke nothing that had to be cured.
 */
export interface FaultState {
  readonly fault: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly kind: "standing" | "cured" | "over";
  readonly parts: readonly string[];
}

/** What the database that serves now lacks, by the rows of a table that the world's description names: none, or some since `oldestAt` (world epoch milliseconds). */
export type DataLoss =
  | { readonly kind: "none"; readonly table: string }
  | { readonly kind: "lost"; readonly table: string; readonly rows: number; readonly oldestAt: number }
  | { readonly kind: "unknown"; readonly reason: string };

/** The world's control requests: `POST {url}/{name}` with a JSON body. */
export interface WorldControl {
  inject: { params: { fault: string; parameters: Readonly<Record<string, string>> }; result: { injected: string } };
  /** How each injected fault stands now, by its own predicate on the world's state. */
  faults: { params: Record<string, never>; result: { faults: readonly FaultState[] } };
  /** What of the data from before is not in the database that users are served from now. */
  dataLoss: { params: Record<string, never>; result: DataLoss };
  /** Where a host name leads now. `missing`: DNS has no such name, or it leads to nothing; `outside`: it is no name of this world. */
  resolve: { params: { host: string }; result: { kind: "found"; base: string } | { kind: "missing" } | { kind: "outside" } };
  /** Whether the world stands in for a program of the operator's machine, and how long that takes (world milliseconds). */
  findTool: { params: { argv: readonly string[] }; result: { isKnown: true; takesMs: number } | { isKnown: false } };
  /** Lets a program have its effect, after its time has passed. */
  runTool: { params: { argv: readonly string[] }; result: { exitCode: number; stdout: string; stderr: string } };
  shutdown: { params: Record<string, never>; result: Record<string, never> };
}

/** A front's end of the protocol. */
export interface KernelClient {
  /** Who drives, as last told; it is up to date when a listener of `seatChanged` is called. */
  readonly seat: Seat;
  request<Name extends keyof KernelRequests>(name: Name, params: KernelRequests[Name]["params"]): Promise<KernelRequests[Name]["result"]>;
  on<Name extends keyof KernelNotifications>(name: Name, listener: (params: KernelNotifications[Name]) => void): void;
  /** How questions are answered. The signal tells that one is withdrawn: its cell was cancelled, another front drives, or the kernel has gone. */
  onAsk(answer: (params: AskParams, signal: AbortSignal) => Promise<AskResult>): void;
  onClose(listener: () => void): void;
  dispose(): void;
}
