import type { JournalRecord } from "../core/run/journalEvent.ts";
import { runVariables } from "../core/run/runVariables.ts";
import type { ParameterSpec } from "../core/runbook/document.ts";
import { useOf } from "../core/runbook/parameters.ts";

interface EnvironmentParts {
  readonly specs: readonly ParameterSpec[];
  /** Parameters as they were given at the start. */
  readonly given: Readonly<Record<string, string>>;
  /** The journal of a run that is taken up again: what its cells had set. */
  readonly records: readonly JournalRecord[];
}

/** The variables of a run: parameters by default and as given, then what its cells set, and what the run itself tells (`runVariables`). */
export class RunEnvironment {
  /** By name; cells read and set it. */
  readonly variables: Map<string, string>;
  readonly #secrets: readonly ParameterSpec[];

  constructor({ specs, given, records }: EnvironmentParts) {
    const values = specs.flatMap(({ name, default: byDefault }) => {
      const value = given[name] ?? byDefault;
      return value === undefined ? [] : [[name, value] as const];
    });
    this.variables = new Map(values);
    for (const record of records) if (record.type === "cellOutcome") this.#set(record.variables);
    this.#secrets = specs.filter(({ type }) => type === "secret");
  }

  /** Brings the run's own variables up to date, and takes values for those that nothing has set. */
  prepare(impactAt: number | undefined, now: number, defaults: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(defaults)) if (!this.variables.has(name)) this.variables.set(name, value);
    this.#set(runVariables(impactAt, now));
  }

  /** Secret parameters that a text names and that have no value: a kernel that was started anew has none, since secrets are on no disk. */
  missingSecrets(text: string): readonly ParameterSpec[] {
    return this.#secrets.filter(({ name }) => !this.variables.has(name) && useOf(name).test(text));
  }

  /** All but the secret parameters. */
  open(): ReadonlyMap<string, string> {
    return new Map([...this.variables].filter(([name]) => !this.#secrets.some((secret) => secret.name === name)));
  }

  #set(values: Readonly<Record<string, string>> | undefined): void {
    for (const [name, value] of Object.entries(values ?? {})) this.variables.set(name, value);
  }
}
