import type { ProblemRule } from "../problem.ts";

export type FactsProblemCode = keyof typeof FACTS_PROBLEMS;

/** Each code has a row in docs/ERRORS.md, under "Problems in shared facts". */
export const FACTS_PROBLEMS = {
  "facts-invalid": { severity: "error", message: "The shared facts cannot be read: {detail}. Correct the YAML." },
  "facts-unknown-key": { severity: "warning", message: "Shared facts have no key {key}; it is ignored. Known here: {known}." },
  "facts-value": { severity: "error", message: "{key} cannot be {found}: write {expected}." },
  "facts-missing": { severity: "error", message: "{key} has no {missing}: without it the entry is left out. Add it." },
  "contact-duplicate": { severity: "error", message: "Two contacts have the role {role}. The escalation chain names contacts by role: make it unique." },
  "contact-undialable": { severity: "warning", message: "{phone} of {role} cannot be dialled: {reason}. Put in the real number." },
  "contact-placeholder": { severity: "warning", message: "{role} is called {name}. Put in the person's name." },
  "contact-unknown": { severity: "error", message: "{key} names {role}, which is the role of no contact. Roles: {known}." },
} as const satisfies Record<string, ProblemRule>;
