/**
 * What several runbooks share, read once from the YAML file that their front matter names as `facts`: who to call, what the
 * objectives are, what is critical. What the file does not say is `undefined` or an empty list.
 */
export interface Facts {
  readonly title: string | undefined;
  readonly owner: string | undefined;
  readonly contacts: readonly Contact[];
  /** Roles in the order in which they are called; each is the role of a contact. */
  readonly escalation: readonly string[];
  readonly objectives: Objectives;
  /** In the order of the file; `priority` 1 is the most critical. */
  readonly services: readonly CriticalService[];
  readonly backups: readonly ScheduledBackup[];
  readonly dashboards: readonly Dashboard[];
  /** Base address of the Prometheus server that knows which alerts fire. */
  readonly prometheus: string | undefined;
  /** Prometheus rule file, a path relative to the facts file. */
  readonly alertRules: string | undefined;
  readonly drills: readonly ScheduledDrill[];
  readonly communication: Communication;
  readonly review: Review;
  readonly changelog: readonly Change[];
}

export interface Contact {
  readonly role: string;
  readonly name: string | undefined;
  readonly phone: string | undefined;
  readonly mail: string | undefined;
  /** Address that pages whoever is on call. */
  readonly page: string | undefined;
  readonly available: Availability | undefined;
}

/** By the timetable only: it never says that somebody is on call. */
export type Availability =
  | { readonly kind: "always" }
  | { readonly kind: "hours"; readonly hours: Timetable }
  /** To be called for critical incidents only, then at any hour. */
  | { readonly kind: "criticalOnly" };

/** Hours of the week in a time zone. */
export interface Timetable {
  /** 1 is Monday, 7 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight; `toMinute` is exclusive and later than `fromMinute`. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** IANA name: `America/New_York`. */
  readonly zone: string;
}

export interface Objectives {
  /** Percent of the time: 99.9. */
  readonly availabilityPercent: number | undefined;
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  readonly mttrMs: number | undefined;
}

export interface CriticalService {
  readonly name: string;
  readonly priority: number;
  readonly description: string | undefined;
  /** `deployment/NAME` (also an Argo Rollout) or `statefulset/NAME` that serve it; empty where it runs elsewhere. */
  readonly workloads: readonly string[];
}

/** Backups that come to one folder of a bucket. */
export interface ScheduledBackup {
  readonly name: string;
  readonly bucket: string;
  /** Ends with `/`; `""` is the whole bucket. */
  readonly prefix: string;
  readonly everyMs: number | undefined;
  /** How long a backup is kept, milliseconds. */
  readonly keepMs: number | undefined;
  /** Whether lost data come back from it. */
  readonly recoversData: boolean;
}

export interface Dashboard {
  readonly name: string;
  readonly url: string;
}

/** One drill of the schedule. It is due from the first to the last day of its quarter. */
export interface ScheduledDrill {
  /** `2026-Q1`. */
  readonly quarter: string;
  readonly scenario: string;
  /** A path relative to the facts file. */
  readonly runbook: string | undefined;
  /** Fault of the drill; without one it is the runbook's own. */
  readonly fault: string | undefined;
  readonly durationMs: number | undefined;
  /** What a person wrote down; what the machine knows is in the history of runs. */
  readonly result: "pending" | "pass" | "fail";
}

export interface Communication {
  readonly warRoom: string | undefined;
  readonly statusPage: string | undefined;
  /** Time to acknowledge an incident. */
  readonly acknowledgeWithinMs: number | undefined;
  /** Time from one update to the next. */
  readonly updateEveryMs: number | undefined;
  /** Time from an incident's end to its report. */
  readonly reportWithinMs: number | undefined;
  /** The template that is the report. */
  readonly report: string | undefined;
  /** Templates of updates, paths relative to the facts file. */
  readonly templates: readonly MessageTemplate[];
  /** Roles that sign the report. */
  readonly signOff: readonly string[];
}

export interface MessageTemplate {
  readonly name: string;
  readonly path: string;
}

export interface Review {
  readonly rule: string | undefined;
  /** ISO dates: `2026-01-31`. */
  readonly last: string | undefined;
  readonly next: string | undefined;
}

export interface Change {
  readonly date: string;
  readonly text: string;
}
