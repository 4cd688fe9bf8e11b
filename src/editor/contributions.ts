/**
 * Every id that package.json and the code share, once. `test/unit/editor/contributions.test.ts` compares them both ways, so that an
 * id which is spelt wrong on one side fails a test and not a person.
 */

/** Notebook type, and the mime type of table outputs that `src/renderer/table.ts` shows. */
export const NOTEBOOK_TYPE = "dr-runbook";
export const TABLE_MIME = "application/vnd.dr-runbook.table+json";
export const RENDERER_ID = "dr-runbook.table";
/** Tests and other extensions find the controller under this id. */
export const CONTROLLER_ID = "dr-runbook.kernel";
export const VIEW_CONTAINER = "dr-runbook";

/** Commands of the palette: id → title. All have the category "Runbook". */
export const COMMANDS = {
  "dr-runbook.openRunbook": "Open Runbook…",
  "dr-runbook.startIncident": "Start Incident…",
  "dr-runbook.startDrill": "Start Drill…",
  "dr-runbook.resumeRun": "Resume Interrupted Run…",
  "dr-runbook.endRun": "End Run…",
  "dr-runbook.exportLog": "Export Incident Log…",
  "dr-runbook.injectFault": "Inject Fault…",
  "dr-runbook.verifyRecovery": "Verify Recovery",
  "dr-runbook.markClock": "Mark Recovery Clock…",
  "dr-runbook.addNote": "Add Note to Log…",
  "dr-runbook.takeOption": "Take Option…",
  "dr-runbook.skipStep": "Skip Step…",
  "dr-runbook.tickChecklist": "Tick Checklist Items…",
  "dr-runbook.goToNextStep": "Go to Next Step",
  "dr-runbook.showLastOutput": "Show Last Output of Cell…",
  "dr-runbook.refreshHealth": "Refresh Cluster Health",
  "dr-runbook.showLog": "Show Extension Log",
  "dr-runbook.quickAction.restartDatabasePod": "Restart Database Pod",
  "dr-runbook.quickAction.emergencyRollback": "Emergency Rollback",
  "dr-runbook.quickAction.viewLogs": "View Logs",
} as const satisfies Record<string, string>;

/** Commands that only our own items call, with arguments; hidden from the palette. */
export const INTERNAL_COMMANDS = {
  "dr-runbook.internal.takeOption": "Take This Option",
  "dr-runbook.internal.revealCell": "Reveal Cell",
} as const satisfies Record<string, string>;

export type CommandId = keyof typeof COMMANDS;
export type InternalCommandId = keyof typeof INTERNAL_COMMANDS;

/** Quick actions: the command and the `action` that a cell's info map gives (```` ```bash {action: "View Logs"} ````). */
export const QUICK_ACTIONS = [
  { command: "dr-runbook.quickAction.restartDatabasePod", action: "Restart Database Pod" },
  { command: "dr-runbook.quickAction.emergencyRollback", action: "Emergency Rollback" },
  { command: "dr-runbook.quickAction.viewLogs", action: "View Logs" },
] as const satisfies readonly { command: CommandId; action: string }[];

/** Settings with their defaults, as package.json declares them. */
export const SETTINGS = {
  "dr-runbook.stateFolder": "",
  "dr-runbook.outputLimitKiB": 256,
  "dr-runbook.healthIntervalSeconds": 5,
} as const satisfies Record<string, string | number>;

export type SettingId = keyof typeof SETTINGS;
export type SettingValue<Id extends SettingId> = (typeof SETTINGS)[Id] extends string ? string : number;

/** Context keys for `when` and `enablement` clauses. */
export const CONTEXT_KEYS = ["dr-runbook.runActive", "dr-runbook.drillActive"] as const;

export type ContextKey = (typeof CONTEXT_KEYS)[number];

export const VIEWS = { "dr-runbook.run": "Run", "dr-runbook.health": "Cluster Health" } as const;

export type ViewId = keyof typeof VIEWS;
