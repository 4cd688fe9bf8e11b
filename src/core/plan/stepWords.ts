import type { RunbookDocument, Step } from "../runbook/document.ts";
import { formatDuration } from "../run/recoveryClock.ts";

/** How a step is called in a sentence: `step 6`, `step 3, option B`, or a section's title in quotation marks. */
export function shortStepName(document: Pick<RunbookDocument, "steps">, step: Step): string {
  switch (step.kind) {
    case "step":
      return step.label === undefined ? `"${step.title}"` : `step ${step.label}`;
    case "option": {
      const parent = step.parent === undefined ? undefined : document.steps[step.parent];
      const own = step.label === undefined ? `"${step.title}"` : `option ${step.label}`;
      return parent === undefined ? own : `${shortStepName(document, parent)}, ${own}`;
    }
    case "section":
      return `"${step.title}"`;
  }
}

/** The heading of a step as the runbook writes it, without its budget: `Step 2: Attempt Quick Restart`. */
export function stepHeading(document: Pick<RunbookDocument, "steps">, step: Step): string {
  switch (step.kind) {
    case "step":
      return named("Step", step);
    case "option": {
      const parent = step.parent === undefined ? undefined : document.steps[step.parent];
      return parent?.label === undefined ? named("Option", step) : `Step ${parent.label}, ${named("Option", step)}`;
    }
    case "section":
      return step.title;
  }
}

function named(word: string, { label, title }: Step): string {
  return label === undefined || title.toLowerCase().startsWith(`${word} ${label}`.toLowerCase()) ? title : `${word} ${label}: ${title}`;
}

/** The facts of a step that stand below its heading: its time, and where it leads. */
export function stepFacts(document: Pick<RunbookDocument, "steps">, step: Step): readonly string[] {
  const budget = step.budgetMs === undefined ? [] : [`Time allowed: ${formatDuration(step.budgetMs)}.`];
  const branches = step.branches.flatMap(({ condition, goal }) => {
    const found = document.steps.find((other) => other.id === goal);
    return found === undefined ? [] : [`If ${condition}: go to ${shortStepName(document, found)}.`];
  });
  return [...budget, ...branches];
}
