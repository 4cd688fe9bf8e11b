import type { ProblemRule } from "../problem.ts";

export type CommandProblemCode = keyof typeof COMMAND_PROBLEMS;

export const COMMAND_PROBLEMS = {
  "shell-syntax": { severity: "error", message: "The shell cannot read this cell: {detail}. Nothing of the cell runs until it is corrected." },
} as const satisfies Record<string, ProblemRule>;
