import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/drill/contract.ts";
import { startCronJobController } from "../../../src/drill/kube/controllers/cronJob.ts";
import { startJobController } from "../../../src/drill/kube/controllers/job.ts";
import { lastTime, nextTime, parseCron } from "../../../src/drill/kube/cron.ts";
import { DEFAULT_LATENCIES } from "../../../src/drill/kube/latencies.ts";
import { seeded, virtualCluster } from "./virtualCluster.ts";

const time = (text: string): number => Date.parse(text);
const MINUTE_MS = 60_000;

describe("cron schedules", () => {
  const times: readonly (readonly [schedule: string, after: string, next: string, zone?: string])[] = [
    ["*/5 * * * *", "2026-01-31T03:00:00Z", "2026-01-31T03:05:00Z"],
    ["0 2 * * *", "2026-01-31T02:00:00Z", "2026-02-01T02:00:00Z"],
    ["0 2 * * *", "2026-01-31T00:00:00Z", "2026-01-31T01:00:00Z", "Europe/Berlin"],
    ["0 2 * * *", "2026-07-01T00:30:00Z", "2026-07-02T00:00:00Z", "Europe/Berlin"],
    ["30 9-17/4 * * mon-FRI", "2026-01-31T00:00:00Z", "2026-02-02T09:30:00Z"],
    ["0 0 13 * 5", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z"],
    ["0 0 29 feb *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["10/20 * * * ?", "2026-01-31T03:31:00Z", "2026-01-31T03:50:00Z"],
    ["@hourly", "2026-01-31T03:59:59Z", "2026-01-31T04:00:00Z"],
    ["@every 90s", "2026-01-31T03:00:00Z", "2026-01-31T03:01:30Z"],
  ];
  for (const [schedule, after, next, zone] of times) {
    it(`${schedule}${zone === undefined ? "" : ` in ${zone}`}, after ${after}`, () => assert.equal(new Date(nextTime(parseCron(schedule), time(after), zone) ?? 0).toISOString().replace(".000", ""), next));
  }

  it("finds the last time of a schedule, near or far, and none where there was none", () => {
    const last = (schedule: string, from: string, now: string): string | undefined => {
      const found = lastTime(parseCron(schedule), time(from), time(now));
      return found === undefined ? undefined : new Date(found).toISOString().replace(".000", "");
    };
    assert.equal(last("* * * * *", "2026-01-01T00:00:00Z", "2026-01-31T03:00:30Z"), "2026-01-31T03:00:00Z");
    assert.equal(last("0 0 1 1 *", "2025-06-01T00:00:00Z", "2026-01-31T03:00:00Z"), "2026-01-01T00:00:00Z");
    assert.equal(last("0 2 * * *", "2026-01-31T02:00:00Z", "2026-01-31T03:00:00Z"), undefined);
    assert.equal(last("@every 1m", "2026-01-31T02:00:00Z", "2026-01-31T02:02:30Z"), "2026-01-31T02:02:00Z");
    assert.equal(nextTime(parseCron("0 0 30 2 *"), time("2026-01-31T03:00:00Z")), undefined);
  });

  const wrong: readonly (readonly [schedule: string, message: string])[] = [
    ["0 2 * *", "expected exactly 5 fields, found 4: [0 2 * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["0 0 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ["@nightly", "unrecognized descriptor: @nightly"],
  ];
  for (const [schedule, message] of wrong) it(`refuses ${schedule}`, () => assert.throws(() => parseCron(schedule), { name: "CronError", message }));
});

describe("CronJobs", () => {
  function start(spec: Readonly<Record<string, unknown>> = {}): { readonly names: () => readonly string[]; readonly advance: (minutes: number) => void; readonly end: (name: string, type?: "Complete" | "Failed") => void; readonly change: (spec: Record<string, unknown>) => void; readonly read: () => KubeObject; readonly reasons: () => readonly unknown[] } {
    const { store, clock } = virtualCluster();
    const services = { store, clock, random: seeded(5), latencies: DEFAULT_LATENCIES, minor: 30 };
    startJobController(services);
    startCronJobController(services);
    // The clock stands at 03:00.
    store.put({ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "backup", namespace: "shop" }, spec: { schedule: "*/10 * * * *", jobTemplate: { metadata: { labels: { app: "backup" } }, spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "backup", image: "app:1" }] } } } }, ...spec } });
    const read = (): KubeObject => store.list("CronJob", "shop")[0] as KubeObject;
    return {
      read,
      names: () => store.list("Job", "shop").map(({ metadata }) => metadata.name),
      advance: (minutes) => clock.advance(minutes * MINUTE_MS),
      end: (name, type = "Complete") => {
        const now = new Date(clock.now()).toISOString();
        store.update("Job", "shop", name, (job) => ({ ...job, status: { ...job.status, completionTime: now, conditions: [{ type, status: "True" }] } }));
      },
      change: (more) => void store.update("CronJob", "shop", "backup", (object) => ({ ...object, spec: { ...object.spec, ...more } })),
      reasons: () => store.list("Event", "shop").filter((event) => (event["involvedObject"] as { kind?: string }).kind === "CronJob").map((event) => `${String(event["reason"])} ${String(event["count"])}`),
    };
  }
  const job = (at: string): string => `backup-${time(at) / MINUTE_MS}`;

  it("start a Job at each of their times, named after it, and keep as many as their history says", () => {
    const { names, advance, end, read, reasons } = start();
    advance(9.9);
    assert.deepEqual(names(), []);
    advance(0.2);
    const first = job("2026-01-31T03:10:00Z");
    assert.deepEqual(names(), [first]);
    const { lastScheduleTime, active } = (read().status ?? {}) as { lastScheduleTime?: string; active?: { name: string }[] };
    assert.deepEqual([lastScheduleTime, active?.[0]?.name], ["2026-01-31T03:10:00Z", first]);
    end(first);
    advance(1);
    assert.equal(read().status?.["active"], undefined);
    for (const at of ["03:20", "03:30", "03:40"]) {
      advance(10);
      end(job(`2026-01-31T${at}:00Z`));
    }
    advance(1);
    assert.deepEqual(names(), ["03:20", "03:30", "03:40"].map((at) => job(`2026-01-31T${at}:00Z`)));
    assert.ok(reasons().includes("SuccessfulDelete 1"), String(reasons()));
  });

  it("start none while they are suspended", () => {
    const { names, advance, change } = start({ suspend: true });
    advance(25);
    assert.deepEqual(names(), []);
    change({ suspend: false, startingDeadlineSeconds: 60 });
    advance(1);
    assert.deepEqual(names(), [], "what was missed for long is not made up for");
    advance(5);
    assert.deepEqual(names(), [job("2026-01-31T03:30:00Z")]);
  });

  it("wait for the one before, replace it, or run beside it, as their policy says", () => {
    for (const [policy, expected] of [["Forbid", ["03:10"]], ["Replace", ["03:20"]], ["Allow", ["03:10", "03:20"]]] as const) {
      const { names, advance, reasons } = start({ concurrencyPolicy: policy });
      advance(21);
      assert.deepEqual(names(), expected.map((at) => job(`2026-01-31T${at}:00Z`)), policy);
      assert.equal(reasons().includes("JobAlreadyActive 1"), policy === "Forbid", String(reasons()));
    }
  });
});
