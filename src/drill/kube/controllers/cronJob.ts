import type { KubeObject } from "../../contract.ts";
import { CronError, lastTime, nextTime, parseCron, type CronSchedule } from "../cron.ts";
import { deleteObject } from "../deletion.ts";
import { copyJson, numberOf, recordOf, recordsOf, textOf, timestamp, valueAt, type JsonRecord } from "../json.ts";
import { controlledBy, workloadStatusOf } from "../objects.ts";
import { objectOfKey, ownedBy, putStatus, watchOwners, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";

const COMPONENT = "cronjob-controller";
/** Schedules are looked at so often; what is due before the next look gets a timer of its own. */
const LOOK_EVERY_MS = 10_000;

/** Starts CronJobs' Jobs at their times, and forgets old ones (`cronjob_controllerv2.go`). */
export function startCronJobController(services: ControllerServices): void {
  const { store, clock } = services;
  const refused = new Map<string, number>();
  const queue = new WorkQueue(clock, services.latencies.controllerMs, (key) => {
    const cronJob = objectOfKey(store, "CronJob", key);
    if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) return;
    const due = sync({ ...services, refused }, cronJob);
    if (due !== undefined && due < LOOK_EVERY_MS) queue.addLater(key, due);
  });
  watchOwners(store, "CronJob", ["Job"], (key) => {
    queue.add(key);
  });
  const look = (): void => {
    clock.after(LOOK_EVERY_MS, () => {
      for (const cronJob of store.peekList("CronJob")) {
        const { namespace = "", name } = cronJob.metadata;
        if (isNear(cronJob, clock.now())) queue.add(`${namespace}/${name}`);
      }
      look();
    });
  };
  look();
}

/** Lets the times of schedules go by that a cluster's skipped past had: what ran then is over, and its Jobs are forgotten. */
export function skipSchedules({ store, clock }: Pick<ControllerServices, "store" | "clock">): void {
  for (const cronJob of store.peekList("CronJob")) {
    const due = dueTime(cronJob, clock.now());
    if (due !== undefined && valueAt(cronJob.spec, "suspend") !== true) putStatus(store, cronJob, { ...cronJob.status, lastScheduleTime: timestamp(due) });
  }
}

/** Whether a time has come, or comes before the next look. */
function isNear(cronJob: KubeObject, now: number): boolean {
  const schedule = scheduleOf(cronJob);
  const next = schedule === undefined ? undefined : nextTime(schedule, now, zoneOf(cronJob));
  return dueTime(cronJob, now) !== undefined || (next !== undefined && next - now < LOOK_EVERY_MS);
}

/** The schedule of a CronJob; `undefined` for one that cannot be read. */
function scheduleOf(cronJob: KubeObject): CronSchedule | undefined {
  try {
    return parseCron(textOf(valueAt(cronJob.spec, "schedule")) ?? "");
  } catch (error) {
    if (error instanceof CronError) return undefined;
    throw error;
  }
}

const zoneOf = (cronJob: KubeObject): string | undefined => textOf(valueAt(cronJob.spec, "timeZone"));

/** The newest time since the last Job for which none was started (`mostRecentScheduleTime`). */
function dueTime(cronJob: KubeObject, now: number): number | undefined {
  const schedule = scheduleOf(cronJob);
  const last = Date.parse(textOf(valueAt(cronJob.status, "lastScheduleTime")) ?? cronJob.metadata.creationTimestamp ?? "");
  return schedule === undefined ? undefined : lastTime(schedule, last, now, zoneOf(cronJob));
}

interface CronServices extends ControllerServices {
  /** By CronJob's uid: the newest time for which no Job was started, so that each is told once. */
  readonly refused: Map<string, number>;
}

/** `syncCronJob`. The result is how long the next time is away, in milliseconds. */
function sync(services: CronServices, cronJob: KubeObject): number | undefined {
  const { store, clock } = services;
  const now = clock.now();
  const jobs = ownedBy(store, "Job", cronJob);
  const status: JsonRecord = { ...cronJob.status };
  const known = recordsOf(status["active"]);
  const running = known.filter((reference) => jobs.some((job) => job.metadata.uid === reference["uid"] && endOf(job) === undefined));
  for (const job of jobs) settle(services, cronJob, job, known, status);
  const started = valueAt(cronJob.spec, "suspend") === true ? undefined : start(services, cronJob, running);
  const active = started === undefined ? running : [...(started.isReplacing ? [] : running), started.reference];
  if (started !== undefined) status["lastScheduleTime"] = timestamp(started.at);
  const { active: _active, ...rest } = status;
  putStatus(store, cronJob, { ...rest, ...(active.length === 0 ? {} : { active }) });
  forget(services, cronJob, jobs);
  const schedule = scheduleOf(cronJob);
  const next = schedule === undefined ? undefined : nextTime(schedule, now, zoneOf(cronJob));
  return next === undefined ? undefined : next - now;
}

/** Tells what became of a Job that was active, and of one that somebody else made. */
function settle({ store }: ControllerServices, cronJob: KubeObject, job: KubeObject, known: readonly JsonRecord[], status: JsonRecord): void {
  const end = endOf(job);
  const { name, uid } = job.metadata;
  const isKnown = known.some((reference) => reference["uid"] === uid);
  if (!isKnown && end === undefined) store.event(cronJob, "Warning", "UnexpectedJob", `Saw a job that the controller did not create or forgot: ${name}`, COMPONENT);
  if (!isKnown || end === undefined) return;
  store.event(cronJob, "Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${end}`, COMPONENT);
  const completed = workloadStatusOf(job).completionTime;
  if (end === "Complete" && completed !== undefined) status["lastSuccessfulTime"] = completed;
}

/** How a Job has ended; `undefined` while it runs. */
function endOf(job: KubeObject): string | undefined {
  return workloadStatusOf(job).conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True")?.type;
}

interface StartedJob {
  readonly at: number;
  readonly reference: JsonRecord;
  readonly isReplacing: boolean;
}

/** Makes the Job of a time that has come, as deadline and concurrency policy allow. */
function start(services: CronServices, cronJob: KubeObject, running: readonly JsonRecord[]): StartedJob | undefined {
  const { store, clock, refused } = services;
  const at = dueTime(cronJob, clock.now());
  const { uid = "" } = cronJob.metadata;
  if (at === undefined) return undefined;
  const refuse = (type: "Normal" | "Warning", reason: string, message: string): undefined => {
    if (refused.get(uid) !== at) store.event(cronJob, type, reason, message, COMPONENT);
    refused.set(uid, at);
    return undefined;
  };
  const deadline = numberOf(valueAt(cronJob.spec, "startingDeadlineSeconds"));
  if (deadline !== undefined && at + deadline * 1000 < clock.now()) return refuse("Warning", "MissSchedule", `Missed scheduled time to start a job: ${new Date(at).toUTCString().replace("GMT", "+0000")}`);
  const policy = valueAt(cronJob.spec, "concurrencyPolicy");
  const namespace = cronJob.metadata.namespace ?? "default";
  if (policy === "Forbid" && running.length > 0) return refuse("Normal", "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
  const isReplacing = policy === "Replace" && running.length > 0;
  for (const { name } of isReplacing ? running : []) remove(services, cronJob, store.peek("Job", namespace, textOf(name) ?? ""));
  const name = `${cronJob.metadata.name}-${Math.floor(at / 60_000)}`;
  if (store.peek("Job", namespace, name) !== undefined) return undefined;
  const template = recordOf(copyJson(valueAt(cronJob.spec, "jobTemplate")));
  const { labels, annotations } = recordOf(template["metadata"]);
  const job = store.put({
    apiVersion: "batch/v1", kind: "Job",
    metadata: { name, namespace, labels: { ...recordOf(labels) as Record<string, string> }, annotations: { ...recordOf(annotations) as Record<string, string>, "batch.kubernetes.io/cronjob-scheduled-timestamp": timestamp(at) }, ownerReferences: [controlledBy(cronJob)] },
    spec: recordOf(template["spec"]),
  });
  store.event(cronJob, "Normal", "SuccessfulCreate", `Created job ${name}`, COMPONENT);
  return { at, isReplacing, reference: { kind: "Job", namespace, name, uid: job.metadata.uid, apiVersion: "batch/v1", resourceVersion: job.metadata.resourceVersion } };
}

function remove({ store, clock }: ControllerServices, cronJob: KubeObject, job: KubeObject | undefined): void {
  if (job === undefined) return;
  deleteObject(store, clock, job, {});
  store.event(cronJob, "Normal", "SuccessfulDelete", `Deleted job ${job.metadata.name}`, COMPONENT);
}

/** `cleanupFinishedJobs`: the oldest beyond the limits go. */
function forget(services: ControllerServices, cronJob: KubeObject, jobs: readonly KubeObject[]): void {
  const limits = { Complete: numberOf(valueAt(cronJob.spec, "successfulJobsHistoryLimit")) ?? 3, Failed: numberOf(valueAt(cronJob.spec, "failedJobsHistoryLimit")) ?? 1 };
  for (const [end, limit] of Object.entries(limits)) {
    const over = jobs.filter((job) => endOf(job) === end).sort((a, b) => Date.parse(workloadStatusOf(a).startTime ?? "") - Date.parse(workloadStatusOf(b).startTime ?? ""));
    for (const job of over.slice(0, Math.max(0, over.length - limit))) remove(services, cronJob, job);
  }
}
