import { pathsOf, type RunbookPath } from "../runbook/budget.ts";
import type { RunbookDocument, Step } from "../runbook/document.ts";
import { clockText } from "./clockText.ts";
import { formatDuration } from "./recoveryClock.ts";

/** What taking an option means for time. */
export interface OptionForecast {
  /** From the option to the end of its path, by the budgets; `undefined` where none is known. The shortest of its paths. */
  readonly fromHereMs: number | undefined;
  /** The whole path with the steps before it. */
  readonly totalMs: number | undefined;
  /** True where a step on the way has no budget: it will be longer. */
  readonly isLowerBound: boolean;
}

/** Forecast for an option, by the paths that go through it. */
export function forecastOption(document: Pick<RunbookDocument, "steps" | "frontMatter">, option: Step): OptionForecast {
  const index = document.steps.indexOf(option);
  const through = pathsOf(document).filter((path) => path.steps.includes(index) && path.totalMs !== undefined);
  const [shortest] = through.map((path) => ({ path, fromHereMs: (path.totalMs ?? 0) - spentBefore(document.steps, path, option) })).sort((a, b) => a.fromHereMs - b.fromHereMs);
  if (shortest === undefined) return { fromHereMs: undefined, totalMs: undefined, isLowerBound: true };
  return { fromHereMs: shortest.fromHereMs, totalMs: shortest.path.totalMs, isLowerBound: shortest.path.unbudgeted.length > 0 };
}

/** Budgets of the path's steps before the fork that the option belongs to. */
function spentBefore(steps: readonly Step[], path: RunbookPath, option: Step): number {
  const fork = option.parent ?? steps.indexOf(option);
  const before = path.steps.slice(0, Math.max(0, path.steps.indexOf(fork)));
  return before.reduce((sum, index) => sum + (steps[index]?.budgetMs ?? 0), 0);
}

/** `10 min from here to recovery; 07:12 of RTO left`, or how much too late it would be. `leftMs` is `undefined` without a running clock. */
export function forecastWords(forecast: OptionForecast, leftMs: number | undefined): string {
  if (forecast.fromHereMs === undefined) return "time unknown";
  const least = forecast.isLowerBound ? "at least " : "";
  const own = `${least}${formatDuration(forecast.fromHereMs)} from here to recovery`;
  if (leftMs === undefined) return forecast.totalMs === undefined ? own : `${own}, ${least}${formatDuration(forecast.totalMs)} in all`;
  if (leftMs <= 0) return `${own}; RTO is missed already`;
  const late = forecast.fromHereMs - leftMs;
  return late > 0 ? `${own}; ${clockText(leftMs)} of RTO left: too late by ${clockText(late)}` : `${own}; ${clockText(leftMs)} of RTO left`;
}
