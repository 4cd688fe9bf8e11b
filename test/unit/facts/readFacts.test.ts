import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe as wordsOf } from "../../../src/core/problem.ts";
import { nextInChain } from "../../../src/core/facts/escalation.ts";
import { readFacts } from "../../../src/core/facts/readFacts.ts";

/** Asserts the problems of a facts file as `code: the words it is at`, in order. */
function expectProblems(source: string, expected: readonly string[]): void {
  assert.deepEqual(readFacts(source).problems.map((problem) => `${problem.code}: ${source.slice(problem.start, problem.end)}`), expected);
}

describe("shared facts", () => {
  it("are read whole", () => {
    const { facts, problems } = readFacts(`
title: Shop
owner: SRE
businessHours: { days: [Mon, Fri], from: "09:00", to: "17:30", zone: Europe/Berlin }
contacts:
  - { role: Lead, name: Ada, phone: +49 30 1234567, mail: ada@example.com, available: 24/7 }
  - { role: Security, page: "https://pager.example.com", available: business hours }
  - { role: Owner, available: critical only }
  - { role: Night, available: { days: [Sat], from: "00:00", to: "24:00", zone: UTC } }
escalation: [Lead, Owner]
objectives: { availability: 99.9%, rto: 15 minutes, rpo: 5m, mttr: 30m }
services: [{ name: API, priority: 2, description: Front, workloads: [deployment/api] }, { name: DB }]
backups: [{ name: Dumps, path: "s3://b/mysql/", every: 1 day, keep: 30 days, recovers: data }, { name: All, path: "s3://b/" }]
dashboards: [{ name: Grafana, url: "https://g.example.com" }]
prometheus: "https://prometheus.example.com"
alertRules: rules.yaml
drills: [{ quarter: 2026-Q1, scenario: Failover, runbook: a.runbook.md, fault: crash, duration: 15m, result: pass }, { quarter: Q2 2026, scenario: Rollback }]
communication: { warRoom: "https://w", statusPage: "https://s", acknowledgeWithin: 2m, updateEvery: 15m, reportWithin: 24h, report: Internal, templates: { Internal: t/i.md }, signOff: [Lead] }
review: { rule: Monthly, last: 2026-01-31, next: 2026-03-02 }
changelog: [{ date: 2026-01-31, text: First }]
`);
    assert.deepEqual(problems, []);
    const hours = { days: [1, 5], fromMinute: 540, toMinute: 1050, zone: "Europe/Berlin" };
    const nobody = { name: undefined, phone: undefined, mail: undefined, page: undefined };
    assert.deepEqual(facts, {
      title: "Shop", owner: "SRE",
      contacts: [
        { role: "Lead", name: "Ada", phone: "+49 30 1234567", mail: "ada@example.com", page: undefined, available: { kind: "always" } },
        { ...nobody, role: "Security", page: "https://pager.example.com", available: { kind: "hours", hours } },
        { ...nobody, role: "Owner", available: { kind: "criticalOnly" } },
        { ...nobody, role: "Night", available: { kind: "hours", hours: { days: [6], fromMinute: 0, toMinute: 1440, zone: "UTC" } } },
      ],
      escalation: ["Lead", "Owner"],
      objectives: { availabilityPercent: 99.9, rtoMs: 900_000, rpoMs: 300_000, mttrMs: 1_800_000 },
      services: [{ name: "API", priority: 2, description: "Front", workloads: ["deployment/api"] }, { name: "DB", priority: 1, description: undefined, workloads: [] }],
      backups: [
        { name: "Dumps", bucket: "b", prefix: "mysql/", everyMs: 86_400_000, keepMs: 2_592_000_000, recoversData: true },
        { name: "All", bucket: "b", prefix: "", everyMs: undefined, keepMs: undefined, recoversData: false },
      ],
      dashboards: [{ name: "Grafana", url: "https://g.example.com" }],
      prometheus: "https://prometheus.example.com",
      alertRules: "rules.yaml",
      drills: [
        { quarter: "2026-Q1", scenario: "Failover", runbook: "a.runbook.md", fault: "crash", durationMs: 900_000, result: "pass" },
        { quarter: "Q2 2026", scenario: "Rollback", runbook: undefined, fault: undefined, durationMs: undefined, result: "pending" },
      ],
      communication: {
        warRoom: "https://w", statusPage: "https://s", acknowledgeWithinMs: 120_000, updateEveryMs: 900_000, reportWithinMs: 86_400_000, report: "Internal",
        templates: [{ name: "Internal", path: "t/i.md" }], signOff: ["Lead"],
      },
      review: { rule: "Monthly", last: "2026-01-31", next: "2026-03-02" },
      changelog: [{ date: "2026-01-31", text: "First" }],
    });
  });

  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["a: [", ["facts-invalid: "]],
    ["- a", ["facts-invalid: - a"]],
    ["contact: []", ["facts-unknown-key: contact"]],
    ["contacts: Ada", ["facts-value: Ada"]],
    ["contacts: [{ name: Ada }]", ["facts-missing: { name: Ada }"]],
    ["contacts: [{ role: A }, { role: A }]", ["contact-duplicate: { role: A }"]],
    ["contacts: [{ role: A, name: '[NAME]' }]", ["contact-placeholder: '[NAME]'"]],
    ["contacts: [{ role: A, phone: +1-555-DEV-001 }]", ["contact-undialable: +1-555-DEV-001"]],
    ["contacts: [{ role: A, available: sometimes }]", ["facts-value: sometimes"]],
    ["contacts: [{ role: A, available: business hours }]", ["facts-value: business hours"]],
    ["businessHours: { days: [Mon], from: '9', to: '17:00', zone: UTC }", ["facts-value: '9'"]],
    ["businessHours: { days: [Someday], from: '09:00', to: '17:00', zone: UTC }", ["facts-value: Someday"]],
    ["businessHours: { days: [Mon], from: '17:00', to: '09:00', zone: UTC }", ["facts-value: '09:00'"]],
    ["businessHours: { days: [Mon], from: '09:00', to: '17:00', zone: Mars/North }", ["facts-value: Mars/North"]],
    ["businessHours: { days: [Mon] }", ["facts-missing: { days: [Mon] }"]],
    ["contacts: [{ role: A }]\nescalation: [A, DevOps]", ["contact-unknown: DevOps"]],
    ["communication: { signOff: [B] }", ["contact-unknown: B"]],
    ["objectives: { availability: 99.9 }", ["facts-value: 99.9"]],
    ["objectives: { rto: 15 }", ["duration-invalid: 15"]],
    ["services: [{ name: A, priority: high }]", ["facts-value: high"]],
    ["backups: [{ name: A, path: s3://b/mysql }]", ["facts-value: s3://b/mysql"]],
    ["backups: [{ name: A, path: s3://b/, recovers: all }]", ["facts-value: all"]],
    ["drills: [{ quarter: soon, scenario: A }]", ["facts-value: soon"]],
    ["review: { next: March 1 }", ["facts-value: March 1"]],
    ["review: { next: 2026-02-30 }", ["facts-value: 2026-02-30"]],
  ];
  for (const [source, problems] of wrong) it(`${source.replaceAll("\n", " ⏎ ")}: ${problems.join()}`, () => expectProblems(source, problems));

  it("name who comes next in the chain", () => {
    const { facts } = readFacts("contacts: [{ role: A }, { role: B }, { role: C }]\nescalation: [A, C]");
    assert.deepEqual(["A", "C", "B"].map((role) => nextInChain(facts, role)?.role), ["C", undefined, "A"]);
  });

  it("of the shipped notebooks are clean but for the placeholders of the first runbook", () => {
    const { problems } = readFacts(readFileSync(new URL("../../../notebooks/buildnest.yaml", import.meta.url), "utf8"));
    assert.deepEqual(problems.map(wordsOf).filter((words) => !/cannot be dialled|is called \[NAME\]/.test(words)), []);
    assert.equal(problems.length, 11);
  });
});
