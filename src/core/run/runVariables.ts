/** When the impact began, in UTC: `2026-01-31T14:32:00Z`. Cells can use it; while nothing is marked it is the present. */
export const IMPACT_VARIABLE = "IMPACT_AT";

/** Names of the variables that every run sets by itself. */
export const RUN_VARIABLES: readonly string[] = [IMPACT_VARIABLE];

/** Their values when a cell begins; `now` is the run's clock. */
export function runVariables(impactAt: number | undefined, now: number): Readonly<Record<string, string>> {
  return { [IMPACT_VARIABLE]: `${new Date(impactAt ?? now).toISOString().slice(0, 19)}Z` };
}
