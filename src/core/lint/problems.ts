import type { ProblemCode, ProblemRule } from "../problem.ts";

export type LintProblemCode = keyof typeof LINT_PROBLEMS;

/** What only the whole runbook, its folder and the calendar show. Each code has a row in docs/ERRORS.md, under "Lint problems". */
export const LINT_PROBLEMS = {
  // Who keeps it
  "owner-missing": { severity: "warning", message: "The front matter names no owner, so nobody keeps this runbook true. Add owner: ROLE." },
  "owner-unknown": { severity: "warning", message: "{owner} is nobody in {facts}. Name a role of its contacts, or add one." },
  "review-missing": { severity: "warning", message: "Nothing says when this runbook was last read through. Add reviewed: YYYY-MM-DD to the front matter." },
  "review-date": { severity: "warning", message: "{text} is not a day up to today. Write the day of the last review as YYYY-MM-DD." },
  "review-stale": { severity: "warning", message: "Last reviewed on {date}, {days} days ago; after {limit} days it counts as stale. Read it through, rehearse it, and set the date." },
  "review-overdue": { severity: "warning", message: "The next review was due on {date}. Review it, and set both dates." },
  "review-on-weekend": { severity: "information", message: "The next review on {date} is a {day}." },
  "phone-undialable": { severity: "warning", message: "{phone} cannot be dialled: {reason}. Put in the real number." },
  "escalation-unknown": { severity: "warning", message: "{name} stands in the escalation chain and is no role of the contacts ({known})." },
  "angle-placeholder": { severity: "warning", message: "{text} stands for a value, and the shell reads the brackets as redirections. Put the value in, or a parameter: {cure}." },
  "text-placeholder": { severity: "warning", message: "{text} is still a placeholder. Put in what belongs there." },
  "unfinished-text": { severity: "warning", message: "{text}: this is not finished. Finish it, or take it out." },
  "vague-wording": { severity: "warning", message: "\"{text}\" leaves the decision to whoever is tired. Say when: name what is seen, or the number." },
  "garbled-text": { severity: "warning", message: "{text} was UTF-8 read as Windows-1252 and saved again. {cure}." },
  // Steps and time
  "budget-missing": { severity: "warning", message: "{step} has no time budget, so the paths through it have no total. Write (3 minutes) at the end of its heading." },
  "expectation-missing": { severity: "warning", message: "{step} runs commands and says nowhere what they should print. Write # Expected: below the one that tells whether it worked." },
  "rollback-missing": { severity: "warning", message: "{step} changes something ({command}) and does not say how to take it back. Say it, or say that there is no way back." },
  "destruction-unverified": { severity: "warning", message: "Nothing after {command} looks whether it did what it should: {why}. Add a check with # Expected: to this step or the next." },
  "objective-missing": { severity: "information", message: "No RTO holds for these steps: the clock has nothing to measure against." },
  "verification-missing": { severity: "information", message: "{reason}, and nothing says when service is restored: no machine can tell, and no drill can pass. Name the cells that prove it, and list them under verification." },
  "path-over-rto": { severity: "warning", message: "Of {paths} ways through these steps {count} exceed the RTO of {rto}; the longest ({path}) takes {total}. Shorten it, or say in the objectives what would close the gap." },
  "path-fills-rto": { severity: "information", message: "One way ({path}) takes all of the RTO of {rto}: noticing, deciding and {rest} have no time." },
  "rpo-over-backup": { severity: "warning", message: "Backups {interval} cannot keep an RPO of {rpo}. Say what closes the gap (replica, binary logs), or back up more often." },
  "step-unreachable": { severity: "warning", message: "No path leads to {step}: the branches above it go past it." },
  "branch-loops": { severity: "warning", message: "This branch leads back to {goal}, and nothing says how often. Say what to do when it fails a second time." },
  "alternatives-commented": { severity: "warning", message: "\"{text}\" says that what follows is an alternative, but a cell runs all its statements. Give each a cell, under an option of its own." },
  // Targets, secrets, files
  "target-missing": { severity: "warning", message: "{command} goes to the {wanted}, whichever this machine happens to have. Name it under targets in the front matter." },
  "context-missing": { severity: "warning", message: "The runbook has several clusters, and this names none: it goes to {target}. Add --context." },
  "namespace-missing": { severity: "warning", message: "{command} names no namespace, and neither does the target {target}: it goes to the context's own. Add -n, or a namespace to the target." },
  "secret-default": { severity: "warning", message: "The parameter {name} is a secret and has its value in the file. Take the default out: it is asked for, and kept in memory only." },
  "removed-feature": { severity: "warning", message: "{old} is gone since {since}. {cure}" },
  "file-missing": { severity: "warning", message: "There is no file {path} beside this runbook. Add it, or correct the path." },
  "alert-rule": { severity: "warning", message: "Prometheus refuses this rule: {detail}." },
  "alert-without-for": { severity: "information", message: "The alert {name} has no for: a single sample wakes somebody." },
  // Suppressions
  "suppression-invalid": { severity: "warning", message: "This suppression is not used: {detail}. Write lint-ignore CODE until YYYY-MM-DD: why." },
  "suppression-expired": { severity: "warning", message: "This suppression ended on {date}. Cure {codes}, or decide anew until when it may wait." },
  "suppression-unused": { severity: "information", message: "There is nothing to suppress here for {code}. Take it out." },
} as const satisfies Record<string, ProblemRule>;

/**
 * What is asked of a runbook and only a hint in anybody else's Markdown: duties of our format, and remarks on commands that were
 * written for a terminal and not for a cell.
 */
export const ONLY_IN_RUNBOOKS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "owner-missing", "review-missing", "budget-missing", "expectation-missing", "angle-placeholder", "rollback-missing", "destruction-unverified", "target-missing",
  "vague-wording", "front-matter-unknown-key", "front-matter-value", "unknown-command", "unknown-verb", "untyped-shell", "variable-not-set",
  "placeholder", "missing-argument", "step-near-miss", "branch-near-miss", "checklist-near-miss", "unbounded-follow",
]);
