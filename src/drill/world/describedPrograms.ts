import type { Connection } from "../app/datasource.ts";
import type { KubeObject, PodProgram } from "../contract.ts";
import type { Fields } from "./fields.ts";
import { list, onlyFields, text, texts } from "./fields.ts";

/** A program of an image in data: it asks the application's database, and brings a schema up to date as migration tools do. */
export interface DescribedProgram {
  readonly name: string;
  /** Must succeed, or it fails with the database's error. */
  readonly statements: readonly string[];
  /** Changes of the schema, the oldest first: each that is not in the database yet is made. */
  readonly changes: readonly SchemaChange[];
  /** What it prints in the end; a line `{changes}` stands for those of the changes that it made. */
  readonly output: readonly string[];
  /** Lines in their place when there was nothing to change. */
  readonly unchanged: readonly string[];
}

interface SchemaChange {
  /** Asks whether the change was made: it was when there is a row. */
  readonly unless: string;
  readonly statements: readonly string[];
  readonly output: readonly string[];
}

/** Reads the programs of an image. Throws an `Error` that names the field. */
export function readPrograms(value: unknown): readonly DescribedProgram[] {
  return list(value ?? [], "programs", (program) => {
    onlyFields(program, "programs", ["name", "statements", "changes", "output", "unchanged"]);
    return {
      name: text(program["name"], "programs: name"), statements: texts(program["statements"]), output: texts(program["output"]), unchanged: texts(program["unchanged"]),
      changes: list(program["changes"] ?? [], "programs: changes", readChange),
    };
  });
}

function readChange(change: Fields): SchemaChange {
  onlyFields(change, "programs: changes", ["unless", "statements", "output"]);
  return { unless: text(change["unless"], "programs: changes.unless"), statements: texts(change["statements"]), output: texts(change["output"]) };
}

/** The programs by name; `databaseOf` opens the database that a pod is configured for. */
export function describedPrograms(programs: readonly DescribedProgram[], databaseOf: (pod: KubeObject) => Connection): Readonly<Record<string, PodProgram>> {
  return Object.fromEntries(programs.map((program): [string, PodProgram] => [program.name, async ({ pod, stdout, stderr }) => {
    const encoder = new TextEncoder();
    try {
      using connection = databaseOf(pod);
      const lines = run(program, connection);
      await stdout(encoder.encode(lines.map((line) => `${line}\n`).join("")));
      return 0;
    } catch (error) {
      await stderr(encoder.encode(`[ERROR] ${error instanceof Error ? error.message : String(error)}\n[INFO] BUILD FAILURE\n`));
      return 1;
    }
  }]));
}

function run({ statements, changes, output, unchanged }: DescribedProgram, connection: Connection): readonly string[] {
  for (const statement of statements) connection.execute(statement);
  const due = changes.filter(({ unless }) => connection.execute(unless).rows.length === 0);
  for (const statement of due.flatMap((change) => change.statements)) connection.execute(statement);
  const made = due.flatMap((change) => change.output);
  return output.flatMap((line) => (line === "{changes}" ? (due.length === 0 ? unchanged : made) : [line]));
}
