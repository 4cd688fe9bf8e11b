/**
 * Every id that package.json and the code share, once. `test/unit/editor/contributions.test.ts` compares them both ways, so that an
 * id which is spelt wrong on one side fails a test and not a person.
 */

export const NOTEBOOK_TYPE = "dr-runbook";
/** Mime types of the outputs that `src/renderer` shows, by their shape. */
export const OUTPUT_MIMES = {
  table: "application/vnd.dr-runbook.table+json",
  log: "application/vnd.dr-runbook.log+json",
  json: "application/vnd.dr-runbook.json-tree+json",
  whole: "application/vnd.dr-runbook.whole-output+json",
} as const;
export const RENDERER_ID = "dr-runbook.output";
/** Tests and other extensions find the controller under this id. */
export const CONTROLLER_ID = "dr-runbook.kernel";
export const VIEW_CONTAINER = "dr-runbook";

/** Quick actions that the palette has by name: id → title, which is also the `action` of the cells' info maps (```` ```bash {action: "View Logs"} ````). A team's own are under "Run Quick Action…". */
export const QUICK_ACTIONS = {
  "dr-runbook.quickAction.checkSystemStatus": "Check System Status",
  "dr-runbook.quickAction.emergencyRollback": "Emergency Rollback",
  "dr-runbook.quickAction.restartDatabasePod": "Restart Database Pod",
  "dr-runbook.quickAction.failOverDatabase": "Fail Over Database",
  "dr-runbook.quickAction.restartRedis": "Restart Redis",
  "dr-runbook.quickAction.restartApplication": "Restart Application",
  "dr-runbook.quickAction.quarantine": "Quarantine",
  "dr-runbook.quickAction.preserveEvidence": "Preserve Evidence",
  "dr-runbook.quickAction.rotateJwtSecret": "Rotate JWT Secret",
  "dr-runbook.quickAction.backUpNow": "Back Up Now",
  "dr-runbook.quickAction.restoreLatest": "Restore Latest",
  "dr-runbook.quickAction.failOverDns": "Fail Over DNS",
  "dr-runbook.quickAction.viewLogs": "View Logs",
  "dr-runbook.quickAction.databaseQuickCheck": "Database Quick Check",
} as const satisfies Record<string, string>;

export type QuickActionId = keyof typeof QUICK_ACTIONS;

/** Commands of the palette: id → title. All have the category "Runbook". */
export const COMMANDS = {
  "dr-runbook.openBySymptom": "What Do You See?…",
  "dr-runbook.openAlertLink": "Open Alert Link…",
  "dr-runbook.openRunbook": "Open Runbook…",
  "dr-runbook.newRunbook": "New…",
  "dr-runbook.importMarkdown": "Import Markdown…",
  "dr-runbook.showPlan": "Show Plan",
  "dr-runbook.preflight": "Preflight",
  "dr-runbook.copyAsShell": "Copy Cell as Shell",
  "dr-runbook.startLook": "Start Live Look",
  "dr-runbook.startIncident": "Start Incident…",
  "dr-runbook.startDrill": "Start Drill…",
  "dr-runbook.sameDrillAgain": "Same Drill Again",
  "dr-runbook.resumeRun": "Resume Interrupted Run…",
  "dr-runbook.takeOver": "Take Over Run…",
  "dr-runbook.endRun": "End Run…",
  "dr-runbook.exportLog": "Export Incident Log…",
  "dr-runbook.verifyLog": "Verify Incident Log…",
  "dr-runbook.injectFault": "Inject Fault…",
  "dr-runbook.verifyRecovery": "Verify Recovery",
  "dr-runbook.markClock": "Mark Recovery Clock…",
  "dr-runbook.acknowledge": "Acknowledge",
  "dr-runbook.addNote": "Add Note to Log…",
  "dr-runbook.nameCommander": "Name Incident Commander…",
  "dr-runbook.escalate": "Escalate…",
  "dr-runbook.markRecoveryPoint": "Mark Recovery Point…",
  "dr-runbook.writeUpdate": "Write Update…",
  "dr-runbook.copyUpdate": "Copy Update",
  "dr-runbook.saveUpdate": "Write Update to File…",
  "dr-runbook.takeOption": "Take Option…",
  "dr-runbook.skipStep": "Skip Step…",
  "dr-runbook.decideFailure": "Decide After Failure…",
  "dr-runbook.setParameters": "Set Parameters…",
  "dr-runbook.tickChecklist": "Tick Checklist Items…",
  "dr-runbook.goToNextStep": "Go to Next Step",
  "dr-runbook.runStep": "Run Step",
  "dr-runbook.runUntilChange": "Run Until a Change",
  "dr-runbook.showLastOutput": "Show Last Output of Cell…",
  "dr-runbook.refreshHealth": "Refresh Cluster Health",
  "dr-runbook.refreshContacts": "Refresh Contacts",
  "dr-runbook.refreshDrills": "Refresh Runbooks and Drills",
  "dr-runbook.openDrillReport": "Open Drill Report…",
  "dr-runbook.showLog": "Show Extension Log",
  "dr-runbook.runQuickAction": "Run Quick Action…",
  ...QUICK_ACTIONS,
} as const satisfies Record<string, string>;

/** Commands that only our own items call, with arguments; hidden from the palette. */
export const INTERNAL_COMMANDS = {
  "dr-runbook.internal.takeOption": "Take This Option",
  "dr-runbook.internal.revealCell": "Reveal Cell",
  "dr-runbook.internal.callContact": "Call",
  "dr-runbook.internal.mailContact": "Mail",
  "dr-runbook.internal.pageContact": "Page",
  "dr-runbook.internal.copyContact": "Copy Contact",
  "dr-runbook.internal.openRunReport": "Open Report",
  "dr-runbook.internal.openRunLog": "Open Log",
  "dr-runbook.internal.exportRunLog": "Export Log of This Run…",
  "dr-runbook.internal.writeRunReport": "Write Post-Incident Report",
  "dr-runbook.internal.openRunbookFile": "Open This Runbook",
  "dr-runbook.internal.startDrillOf": "Start Drill of This Runbook",
  "dr-runbook.internal.sameDrillAs": "Same Drill Again",
  "dr-runbook.internal.runQuickAction": "Run This Quick Action",
} as const satisfies Record<string, string>;

export type CommandId = keyof typeof COMMANDS;
export type InternalCommandId = keyof typeof INTERNAL_COMMANDS;

/** Settings with their defaults, as package.json declares them. */
export const SETTINGS = {
  "dr-runbook.stateFolder": "",
  "dr-runbook.outputLimitKiB": 256,
  "dr-runbook.drillSpeed": 1,
  "dr-runbook.drillEngines": "embedded",
  "dr-runbook.healthIntervalSeconds": 5,
} as const satisfies Record<string, string | number>;

export type SettingId = keyof typeof SETTINGS;
export type SettingValue<Id extends SettingId> = (typeof SETTINGS)[Id] extends string ? string : number;

/** Context keys for `when` and `enablement` clauses. */
export const CONTEXT_KEYS = ["dr-runbook.runActive", "dr-runbook.drillActive", "dr-runbook.runWatched", "dr-runbook.updateActive"] as const;

export type ContextKey = (typeof CONTEXT_KEYS)[number];

export const VIEWS = { "dr-runbook.run": "Run", "dr-runbook.health": "Cluster Health", "dr-runbook.drills": "Runbooks and Drills", "dr-runbook.contacts": "Contacts" } as const;

export type ViewId = keyof typeof VIEWS;
