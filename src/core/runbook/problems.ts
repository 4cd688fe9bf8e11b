import type { ProblemRule } from "../problem.ts";

export type RunbookProblemCode = keyof typeof RUNBOOK_PROBLEMS;

/** Each code has a row in docs/ERRORS.md, under "Runbook problems". */
export const RUNBOOK_PROBLEMS = {
  "front-matter-invalid": { severity: "error", message: "The front matter cannot be read: {detail}. Correct the YAML between the two --- lines." },
  "front-matter-unknown-key": { severity: "warning", message: "The front matter has no key {key}; it is ignored. Known here: {known}." },
  "front-matter-value": { severity: "error", message: "{key} cannot be {found}: write {expected}." },
  "duration-invalid": { severity: "error", message: "{key}: {text} is not a duration. Write a number with a unit: 90s, 15 minutes, 1h30m." },
  "target-alias-duplicate": { severity: "error", message: "Two targets have the alias {alias}. A person types it to confirm destruction: make it unique." },
  "verification-cell-missing": { severity: "error", message: "verification names the cell {name}, which the runbook does not have. Give a command cell {name: {name}}." },
  "info-map-invalid": { severity: "error", message: "The map after the language cannot be read: {detail}. Write it as {name: restart-db, timeout: 180s}." },
  "info-value": { severity: "error", message: "{key} of this cell cannot be {found}: write {expected}." },
  "cell-name-duplicate": { severity: "error", message: "Another cell is named {name} already. Names are unique in a runbook." },
  "fence-unclosed": { severity: "warning", message: "This fence is never closed: everything down to here is command text. Close it with {markup}." },
  "prompt-continuation-missing": { severity: "error", message: "The prompted command is not complete: its last line ends in the middle of a quotation, a here-document or a continuation." },
  "expectation-near-miss": { severity: "warning", message: "This comment is not read as an expectation. Write # Expected: {text}." },
  "expectation-trailing": { severity: "warning", message: "An expectation stands on a line of its own below its command; here it is only a comment." },
  "expectation-empty": { severity: "warning", message: "This expectation says nothing. Write what the command above is expected to print." },
  "expectation-without-statement": { severity: "warning", message: "There is no command above this expectation." },
  "expectation-manual": { severity: "information", message: "No rule reads {text}: a person will be asked whether it was met." },
  "expectation-partly-checked": { severity: "information", message: "Only the status {status} is checked; {rest} is not." },
  "step-near-miss": { severity: "warning", message: "This heading is not read as a step or an option. Write {fixed}." },
  "budget-near-miss": { severity: "warning", message: "({text}) is not read as a time budget. Write (3 minutes)." },
  "objective-near-miss": { severity: "warning", message: "The objective is not read. Write RTO: 15 minutes | RPO: 5 minutes." },
  "objective-unknown": { severity: "information", message: "{objective}: {text} is not a duration, so there is nothing to measure against." },
  "branch-near-miss": { severity: "warning", message: "This line is not read as a branch. Write **If successful**: Skip to Step 7." },
  "branch-goal-missing": { severity: "error", message: "There is no {goal} beside this step to go to." },
  "checklist-near-miss": { severity: "warning", message: "This is not read as a checklist item. Write - [ ] with a blank between the brackets and after them." },
} as const satisfies Record<string, ProblemRule>;
