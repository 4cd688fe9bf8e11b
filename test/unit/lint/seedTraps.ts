/** A trap of the seed runbook that stands in no single command: what it is, and the finding that shows it, as `line code`. */
export interface SeedTrap {
  readonly trap: string;
  /** `undefined` where lint does not see it; then `why` says so. */
  readonly finding: string | undefined;
  readonly why?: string;
}

/** In blocks that are no commands: the alerts, an ini file in a SQL fence, a properties file, the templates. */
export const BLOCK_TRAPS: readonly SeedTrap[] = [
  { trap: "severity stands beside expr instead of under labels", finding: "57 alert-rule" },
  { trap: "no for:, an absolute rate instead of a ratio", finding: "55 alert-without-for" },
  { trap: "Spring Boot exports http_server_requests_seconds_count, not http_requests_total", finding: undefined, why: "only the application knows its metrics" },
  { trap: "comment lines in the block that a naive scan takes for headings", finding: undefined, why: "no trap here: fences are read as fences (docs/FORMAT.md)" },
  { trap: "the language tag sql of an ini file is wrong", finding: undefined, why: "no trap here: a fence without via never runs" },
  { trap: "expire_logs_days was removed in MySQL 8.2", finding: "254 removed-feature" },
  { trap: "binlog is on by default since 8.0; needs a restart; server-id missing on 5.7", finding: undefined, why: "depends on the server's version" },
  { trap: "60000 ms where Resilience4j expects a duration", finding: undefined, why: "only the application reads it" },
  { trap: "a fence without a language must not become a shell cell", finding: undefined, why: "no trap here: it stays prose" },
  { trap: "hard-coded times 14:32/14:45", finding: undefined, why: "templates are filled from the run" },
  { trap: "\"Database Failure\" for all incidents", finding: undefined, why: "templates are filled from the run" },
  { trap: "apostrophes would open a shell quote", finding: undefined, why: "no trap here: it stays prose" },
  { trap: "headings inside the fence break a line-based splitter", finding: undefined, why: "no trap here: fences are read as fences" },
  { trap: "pre-filled success: RPO Achievement 5 minutes, 23 orders", finding: undefined, why: "templates are filled from the run" },
  { trap: "mojibake in the template", finding: "689 garbled-text" },
];

/** In the document as a whole. */
export const DOCUMENT_TRAPS: readonly SeedTrap[] = [
  { trap: "scenario 1: budgets of 19 minutes against an RTO of 15", finding: "115 path-over-rto" },
  { trap: "limits of 180 s and 120 s take the whole budget", finding: "138 timeout-fills-budget" },
  { trap: "limit of 120 s takes the whole budget", finding: "214 timeout-fills-budget" },
  { trap: "scenario 4: 20+15+15+10 = 60 = RTO, no slack", finding: "442 path-fills-rto" },
  { trap: "scenario 4: the DNS step has no time", finding: "489 budget-missing" },
  { trap: "RPO of 5 minutes with hourly incrementals", finding: "569 rpo-over-backup" },
  { trap: "RPO \"Acceptable (cache data)\" is no measure", finding: "360 objective-unknown" },
  { trap: "scenario 5 has no RTO", finding: undefined, why: "its actions are no steps by the grammar, so that no objective is asked for" },
  { trap: "no drill for scenario 3; 30 minutes against 5 for the breach", finding: undefined, why: "the drill schedule is data since, and read from the shared facts" },
  { trap: "next review on a Sunday", finding: "798 review-on-weekend" },
  { trap: "next review is over", finding: "798 review-overdue" },
  { trap: "DevOps in the escalation chain is no role", finding: "22 escalation-unknown" },
  { trap: "[NAME] placeholders", finding: "16 text-placeholder" },
  { trap: "+1-555-DEVOPS cannot be dialled", finding: "8 phone-undialable" },
  { trap: "+1-555-DEV-001 cannot be dialled", finding: "16 phone-undialable" },
  { trap: "SECRET_ROTATION_PROCEDURES.md does not exist", finding: "527 file-missing" },
  { trap: "dns-failover-to-dr.json does not exist", finding: "448 file-missing" },
  { trap: "kubernetes/*.yaml do not exist", finding: "470 file-missing" },
  { trap: "\"(if needed)\" as a condition", finding: "403 vague-wording" },
  { trap: "\"(if configured)\" as a condition", finding: "444 vague-wording" },
  { trap: "\"Or rollback to specific revision\" inside a block", finding: "316 alternatives-commented" },
  { trap: "\"If recovery fails\" leads nowhere", finding: undefined, why: "prose; the steps have their own way back" },
  { trap: "fences indented in lists", finding: undefined, why: "no trap here: they are read as commands" },
  { trap: "three naming schemes of backups", finding: "579 object-unread" },
  { trap: "trailing blanks and hard breaks", finding: undefined, why: "no trap here: saved byte for byte" },
  { trap: "evidence after scaling to zero", finding: "540 no-pods-left" },
];
