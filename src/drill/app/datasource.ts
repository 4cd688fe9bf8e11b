import type { KubeObject, SqlResult } from "../contract.ts";
import type { ApplicationDescription } from "../world/description.ts";

/** Where an application's database connections end. */
export interface DatabaseDirectory {
  /**
   * Opens a session on the server that `host` means for a pod. Throws `SqlError` when the server refuses, and an `Error` worded as
   * the driver's when nothing listens there or the network lets nothing through. Without `password` the account's own is taken.
   */
  connect(pod: KubeObject, host: string, database: string, account: string, password: string | undefined): Connection;
}

/** One connection of an application to its database; disposing it ends it and rolls back what was open. */
export interface Connection extends Disposable {
  /** Throws `SqlError`. `busyMs`: the server shows it as running for that long, world milliseconds. */
  execute(statement: string, busyMs?: number): SqlResult;
}

/** What opening a pod's datasource needs of the world. */
export interface DatasourceParts {
  readonly databases: DatabaseDirectory;
  /** What a pod's processes were started with. */
  readonly environment: (pod: KubeObject) => Readonly<Record<string, string>>;
}

/** Opens the database that a pod's datasource variable names, as the application's driver would. */
export function connectDatasource(pod: KubeObject, description: ApplicationDescription, { databases, environment }: DatasourceParts): Connection {
  const variables = environment(pod);
  const url = variables[description.datasourceVariable];
  const parts = /^jdbc:\w+:\/\/([^:/?]+)(?::\d+)?\/([^?]*)/.exec(url ?? "");
  const host = parts?.[1];
  if (host === undefined) throw new Error(`Driver claims to not accept jdbcUrl, ${url ?? "null"}`);
  return databases.connect(pod, host, parts?.[2] ?? "", description.account, description.passwordVariable === undefined ? undefined : (variables[description.passwordVariable] ?? ""));
}

/** The database of the application whose image a pod runs: the first that names the variable which the pod sets. */
export function connectionOf(pod: KubeObject, applications: readonly ApplicationDescription[], parts: DatasourceParts): Connection {
  const description = applications.find((application) => parts.environment(pod)[application.datasourceVariable] !== undefined);
  if (description === undefined) throw new Error("The pod has no datasource.");
  return connectDatasource(pod, description, parts);
}
