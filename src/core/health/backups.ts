import { humanSize } from "../aws/list.ts";
import type { ClockPort, ObjectEntry, ObjectStorePort } from "../ports.ts";
import type { HealthItem, HealthReport } from "../protocol.ts";
import { formatDuration } from "../run/recoveryClock.ts";
import { newestOf, pointInName, type RecoveryPointEvidence } from "../run/recoveryPoint.ts";
import { RuntimeError } from "../runtimeError.ts";
import { shortAge } from "./age.ts";
import { REACH_LIMIT_MS, withLimit } from "./reach.ts";

/** A bucket, or a prefix of it, whose newest object is the newest backup. */
export interface BackupSource {
  readonly store: ObjectStorePort;
  readonly bucket: string;
  /** A folder's own objects count, and not those of folders in it. `""` reports each first-level folder of the bucket by itself. */
  readonly prefix: string;
  /** Time from one backup to the next, milliseconds; `undefined` sets no limit to the newest one's age. */
  readonly everyMs?: number;
  /** How long a backup is kept, milliseconds; `undefined` says nothing of how far they go back. */
  readonly keepMs?: number;
  /** Whether the lost data come back from it: then the time in its newest object's name is a recovery point. */
  readonly recoversData?: boolean;
}

/** The backups' verdicts, and the newest recovery point that they show. */
interface BackupReport {
  readonly items: readonly HealthItem[];
  readonly point: RecoveryPointEvidence | undefined;
}

const MAX_PAGES = 20;
/** A backup that takes a little longer than the last time is not late. */
const LATE_SHARE = 1.1;

/** Reads all backups: first the RPO exposure where some bring data back. `rpoMs` is the recovery point objective. Never rejects for their failures. */
export async function readBackupHealth(sources: readonly BackupSource[], rpoMs: number | undefined, clock: ClockPort, signal: AbortSignal): Promise<Pick<HealthReport, "backups" | "recoveryPoint">> {
  const backups = await Promise.all(sources.map((source) => readBackups(source, clock, signal)));
  const recoveryPoint = newestOf(backups.flatMap(({ point }) => point ?? []));
  const exposure = sources.some((source) => source.recoversData === true) ? [judgeExposure(recoveryPoint, rpoMs, clock.now())] : [];
  return { backups: [...exposure, ...backups.flatMap(({ items }) => items)], recoveryPoint };
}

/** Reads one source; never rejects for its failures, which are the report. Ends within 3 s of the run's clock. */
async function readBackups(source: BackupSource, clock: ClockPort, signal: AbortSignal): Promise<BackupReport> {
  const address = `s3://${source.bucket}/${source.prefix}`;
  try {
    const { folders, isWhole } = await withLimit(clock, REACH_LIMIT_MS, signal, (limited) => readFolders(source, limited));
    if (folders.size === 0) return { items: [{ name: address, verdict: "down", reason: "no backup" }], point: undefined };
    const items = [...folders].map(([folder, backups]) => judge(source, folder, backups, isWhole, clock.now()));
    return { items, point: source.recoversData === true ? newestPoint(source.bucket, [...folders.values()].map(({ newest }) => newest), clock.now()) : undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RuntimeError)) throw error;
    return { items: [{ name: address, verdict: error.facts["code"] === "NoSuchBucket" ? "down" : "unknown", reason: error.message }], point: undefined };
  }
}

/** How much data would be lost if nothing newer than `point` came back, as the first line of the backups. */
function judgeExposure(point: RecoveryPointEvidence | undefined, rpoMs: number | undefined, now: number): HealthItem {
  const objective = rpoMs === undefined ? "" : `, objective ${formatDuration(rpoMs)}`;
  if (point === undefined) return { name: "RPO exposure", verdict: "unknown", reason: `no backup's name says when its dump began${objective}` };
  const exposedMs = Math.max(0, now - point.pointAt);
  return { name: "RPO exposure", verdict: rpoMs !== undefined && exposedMs > rpoMs ? "degraded" : "ok", reason: `${shortAge(exposedMs)} since ${point.evidence}${objective}` };
}

/** The ends of a folder's backups. */
interface FolderBackups {
  readonly newest: ObjectEntry;
  readonly oldest: ObjectEntry;
}

function judge(source: BackupSource, folder: string, { newest, oldest }: FolderBackups, isWhole: boolean, now: number): HealthItem {
  const ageMs = now - newest.modifiedAt;
  const isLate = source.everyMs !== undefined && ageMs > source.everyMs * LATE_SHARE;
  const schedule = source.everyMs === undefined ? "" : `, every ${formatDuration(source.everyMs)}${isLate ? ": late" : ""}`;
  const reach = source.keepMs === undefined ? "" : `, back to ${shortAge(now - oldest.modifiedAt)} of ${shortAge(source.keepMs)}`;
  const partly = isWhole ? "" : `; only the first ${MAX_PAGES * 1000} objects were read`;
  return {
    name: `s3://${source.bucket}/${folder}`, verdict: isWhole ? (isLate || newest.size === 0 ? "degraded" : "ok") : "unknown",
    reason: `${newest.key.slice(folder.length)}, ${shortAge(ageMs)} old, ${humanSize(newest.size)}${schedule}${reach}${partly}`,
  };
}

/** By the time in the name, which is when the dump began: the upload came later, and an empty file brings nothing back. */
function newestPoint(bucket: string, entries: readonly ObjectEntry[], now: number): RecoveryPointEvidence | undefined {
  return newestOf(entries.flatMap((entry) => {
    const pointAt = entry.size === 0 ? undefined : pointInName(entry.key, now);
    return pointAt === undefined ? [] : [{ pointAt, evidence: `s3://${bucket}/${entry.key}` }];
  }));
}

async function readFolders(source: BackupSource, signal: AbortSignal): Promise<{ readonly folders: ReadonlyMap<string, FolderBackups>; readonly isWhole: boolean }> {
  const folders = new Map<string, FolderBackups>();
  const delimiter = source.prefix === "" ? undefined : "/";
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await source.store.list({ bucket: source.bucket, prefix: source.prefix, delimiter, token }, signal);
    for (const entry of page.objects) {
      const folder = source.prefix === "" ? entry.key.slice(0, entry.key.indexOf("/") + 1) : source.prefix;
      const { newest = entry, oldest = entry } = folders.get(folder) ?? {};
      folders.set(folder, { newest: entry.modifiedAt > newest.modifiedAt ? entry : newest, oldest: entry.modifiedAt < oldest.modifiedAt ? entry : oldest });
    }
    if (page.next === undefined) return { folders, isWhole: true };
    token = page.next;
  }
  return { folders, isWhole: false };
}
