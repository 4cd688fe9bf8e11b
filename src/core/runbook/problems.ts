import type { ProblemRule } from "../problem.ts";

export type RunbookProblemCode = keyof typeof RUNBOOK_PROBLEMS;

export const RUNBOOK_PROBLEMS = {
  "front-matter-invalid": { severity: "error", message: "The front matter cannot be read: {detail}. Correct the YAML between the two --- lines." },
} as const satisfies Record<string, ProblemRule>;
