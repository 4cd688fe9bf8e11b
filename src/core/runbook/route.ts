import type { RunbookDocument, Step } from "./document.ts";

/** A step or option that a walk through the runbook comes to; `cells` are indices of its command and query cells. */
export interface Stop {
  readonly step: Step;
  readonly cells: readonly number[];
}

/** Which option to take at a step: step label or id → option label or id. */
export type OptionChoices = Readonly<Record<string, string>>;

/**
 * Walks a runbook as its text says: what stands before the first step, then step by step; at options the chosen one (the first by
 * default); `**If successful**: Skip to …` where a step succeeded. What stands after the last step (clean-up, rollback) is no part of
 * the way to recovery.
 */
export class Route {
  readonly #document: RunbookDocument;
  readonly #choices: OptionChoices;
  readonly #order: readonly number[];

  constructor(document: RunbookDocument, choices: OptionChoices) {
    this.#document = document;
    this.#choices = choices;
    this.#order = this.#plannedOrder();
  }

  /** The first stop; `undefined` when the runbook has no cells to run. */
  first(): Stop | undefined {
    return this.#stopAt(0);
  }

  /** The stop after `stop`, by how it went; `undefined` at the end. */
  next(stop: Stop, isSuccessful: boolean): Stop | undefined {
    const condition = isSuccessful ? "successful" : "failed";
    const goal = stop.step.branches.find((branch) => branch.condition === condition)?.goal;
    const goalIndex = goal === undefined ? -1 : this.#document.steps.findIndex((step) => step.id === goal);
    const position = goalIndex >= 0 ? this.#order.indexOf(goalIndex) : -1;
    return this.#stopAt(position >= 0 ? position : this.#order.indexOf(this.#document.steps.indexOf(stop.step)) + 1);
  }

  /** True when failing here leaves another way: the step itself says where success would lead, so failure leads on. */
  hasAnotherWay(stop: Stop): boolean {
    return stop.step.kind === "step" && stop.step.branches.some((branch) => branch.condition === "successful");
  }

  #stopAt(position: number): Stop | undefined {
    for (let at = position; at < this.#order.length; at++) {
      const step = this.#document.steps[this.#order[at] ?? -1];
      if (step === undefined) return undefined;
      const cells = this.#runnable(step);
      if (cells.length > 0) return { step, cells };
    }
    return undefined;
  }

  #runnable(step: Step): readonly number[] {
    return step.cells.filter((index) => this.#document.cells[index]?.kind !== "markdown");
  }

  #plannedOrder(): readonly number[] {
    const { steps } = this.#document;
    const indices = steps.map((_, index) => index);
    const last = steps.findLastIndex((step) => step.kind !== "section");
    const first = steps.findIndex((step) => step.kind !== "section");
    return indices.filter((index) => {
      const step = steps[index];
      if (step === undefined || index > last) return false;
      if (step.kind === "section") return index < first;
      return this.#isOnTheWay(index);
    });
  }

  /** A step under the heading of an option is on the way only where that option is taken. */
  #isOnTheWay(index: number): boolean {
    const { steps } = this.#document;
    const step = steps[index];
    if (step === undefined) return true;
    if (step.kind === "option" && !this.#isChosen(index)) return false;
    const around = steps.findLastIndex((other, at) => at < index && other.level < step.level);
    return around < 0 || this.#isOnTheWay(around);
  }

  #isChosen(index: number): boolean {
    const option = this.#document.steps[index];
    const parent = option?.parent === undefined ? undefined : this.#document.steps[option.parent];
    const siblings = this.#document.steps.filter((step) => step.kind === "option" && step.parent === option?.parent);
    const wanted = parent === undefined ? undefined : (this.#choices[parent.label ?? ""] ?? this.#choices[parent.id]);
    if (wanted === undefined) return siblings[0] === option;
    return option !== undefined && isOptionOf(option, wanted);
  }
}

/** Whether a choice means this option: by its label or id, in upper or lower case. */
export function isOptionOf(option: Step, wanted: string): boolean {
  return [option.label, option.id, option.id.split("/").at(-1)].some((name) => name?.toLowerCase() === wanted.toLowerCase());
}
