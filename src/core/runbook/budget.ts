import type { RunbookDocument, Step } from "./document.ts";

/** One way through the steps of a section, from its first step to its last. */
export interface RunbookPath {
  /** The section around the steps, an index into `RunbookDocument.steps`; `undefined` where the steps stand in none. */
  readonly section: number | undefined;
  /** The choices that make it this path: `Step 2 successful`, `Option A: Promote Read Replica`; the section's title without any. */
  readonly name: string;
  /** Indices of the steps and options taken, in order. */
  readonly steps: readonly number[];
  /** Sum of the known budgets; `undefined` where no step on the path has one. */
  readonly totalMs: number | undefined;
  /** Steps on the path without a budget of their own or within them: the total is a lower bound when there are any. */
  readonly unbudgeted: readonly number[];
  /** The objective that holds where the steps stand: the section's, else the front matter's. */
  readonly rtoMs: number | undefined;
}

/** Paths of one section are counted up to here: options multiply. */
export const PATH_LIMIT = 64;

interface Route {
  readonly names: readonly string[];
  readonly steps: readonly number[];
  readonly totalMs: number | undefined;
  readonly unbudgeted: readonly number[];
}

const NOTHING: Route = { names: [], steps: [], totalMs: undefined, unbudgeted: [] };

/**
 * Every path through every section that has steps or options, shortcuts of `**If successful**` first. An option's own budget, or
 * the sum of the steps in it, stands in place of its step's; a step's own budget covers the numbered steps inside it.
 */
export function pathsOf(document: Pick<RunbookDocument, "steps" | "frontMatter">): RunbookPath[] {
  const tree = new StepTree(document.steps);
  const sections = [undefined, ...document.steps.flatMap((step, index) => (step.kind === "section" ? [index] : []))];
  return sections.flatMap((section) => {
    const children = tree.children(section);
    if (children.length === 0) return [];
    const rtoMs = tree.rtoAround(section) ?? document.frontMatter.rtoMs;
    const routes = tree.routes(children);
    const title = section === undefined ? "Steps" : (document.steps[section]?.title ?? "");
    return routes.map(({ names, ...route }) => ({ section, name: names.length === 0 ? title : names.join(", "), ...route, rtoMs }));
  });
}

class StepTree {
  readonly #steps: readonly Step[];
  readonly #around: readonly (number | undefined)[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#around = enclosingOf(steps);
  }

  /** Steps and options directly inside, in order; sections inside are paths of their own. */
  children(around: number | undefined): number[] {
    return this.#steps.flatMap((step, index) => (step.kind !== "section" && this.#around[index] === around ? [index] : []));
  }

  rtoAround(section: number | undefined): number | undefined {
    for (let index = section; index !== undefined; index = this.#around[index]) {
      const rtoMs = this.#steps[index]?.rtoMs;
      if (rtoMs !== undefined) return rtoMs;
    }
    // `## Scenario` / `### Critical - RTO: …` / `### Recovery Steps`: the scenario carries the objective of the heading below it.
    return undefined;
  }

  /** Routes through steps in order; consecutive options without a step are alternatives. A branch backwards ends its route. */
  routes(children: readonly number[]): Route[] {
    // From the last step to the first: each position's routes build on those after it.
    const from: Route[][] = [];
    from[children.length] = [NOTHING];
    for (let position = children.length - 1; position >= 0; position--) from[position] = this.#from(children, position, from);
    return from[0] ?? [NOTHING];
  }

  #from(children: readonly number[], position: number, from: readonly Route[][]): Route[] {
    const index = children[position];
    const step = index === undefined ? undefined : this.#steps[index];
    if (index === undefined || step === undefined) return [NOTHING];
    if (step.kind === "option") {
      let next = position;
      while (this.#steps[children[next] ?? -1]?.kind === "option") next++;
      const options = children.slice(position, next).flatMap((option) => this.#option(option, undefined));
      return product(options, from[next] ?? [NOTHING]);
    }
    return this.#step(index, step)
      .flatMap((route) => this.#onwards(route, step, { children, position, from }))
      .slice(0, PATH_LIMIT);
  }

  /** The ways on from a step that was gone through by `own`: branches of the options taken and of the step itself, or the next step. */
  #onwards(own: Route, step: Step, at: { readonly children: readonly number[]; readonly position: number; readonly from: readonly Route[][] }): Route[] {
    const { children, position, from } = at;
    const options = own.steps.flatMap((index) => this.#steps[index] ?? []).filter((taken) => taken.kind === "option");
    const written = [...options, step].flatMap((owner) => owner.branches.map((branch) => ({ owner, branch })));
    const branches = written.flatMap(({ owner, branch }) => {
      const goal = children.findIndex((child) => this.#steps[child]?.id === branch.goal);
      if (goal === -1) return [];
      const name = `${labelOf(owner)} ${branch.condition}`;
      return product([{ ...own, names: [...own.names, name] }], goal > position ? (from[goal] ?? [NOTHING]) : [NOTHING]);
    });
    // With both branches written there is no third way through.
    const isSettled = new Set(written.map(({ branch }) => branch.condition)).size === 2 && written.every(({ branch }) => branch.goal !== undefined);
    return [...branches, ...(isSettled ? [] : product([own], from[position + 1] ?? [NOTHING]))];
  }

  #step(index: number, step: Step): Route[] {
    const inside = this.children(index);
    const options = inside.filter((child) => this.#steps[child]?.kind === "option");
    const alone: Route = { ...NOTHING, steps: [index] };
    if (options.length > 0) return options.flatMap((option) => product([alone], this.#option(option, step.budgetMs)));
    if (step.budgetMs !== undefined) return [{ ...alone, totalMs: step.budgetMs }];
    if (inside.length > 0) return product([alone], this.routes(inside));
    return [{ ...alone, unbudgeted: [index] }];
  }

  #option(index: number, stepBudgetMs: number | undefined): Route[] {
    const option = this.#steps[index];
    if (option === undefined) return [];
    const start: Route = { ...NOTHING, names: [option.title], steps: [index] };
    const inside = this.children(index);
    if (option.budgetMs === undefined && inside.length > 0) return product([start], this.routes(inside));
    const totalMs = option.budgetMs ?? stepBudgetMs;
    return [{ ...start, totalMs, unbudgeted: totalMs === undefined ? [index] : [] }];
  }
}

function labelOf(step: Step): string {
  if (step.label === undefined) return step.title;
  return step.kind === "option" ? `Option ${step.label}` : `Step ${step.label}`;
}

/** What each step stands in: its parent, or the nearest heading before it with a smaller level. */
export function enclosingOf(steps: readonly Step[]): (number | undefined)[] {
  const open: number[] = [];
  return steps.map((step, index) => {
    while (open.length > 0 && (steps[open.at(-1) ?? 0]?.level ?? 0) >= step.level) open.pop();
    const around = step.parent ?? open.at(-1);
    open.push(index);
    return around;
  });
}

function product(first: readonly Route[], second: readonly Route[]): Route[] {
  const routes = first.flatMap((a) =>
    second.map((b) => ({
      names: [...a.names, ...b.names],
      steps: [...a.steps, ...b.steps],
      totalMs: a.totalMs === undefined ? b.totalMs : a.totalMs + (b.totalMs ?? 0),
      unbudgeted: [...a.unbudgeted, ...b.unbudgeted],
    })),
  );
  return routes.slice(0, PATH_LIMIT);
}
