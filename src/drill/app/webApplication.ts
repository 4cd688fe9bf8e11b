import { createHmac, timingSafeEqual } from "node:crypto";
import type { Cluster, KubeObject, SqlResult } from "../contract.ts";
import { SqlError } from "../contract.ts";
import type { ApplicationDescription, EndpointDescription } from "../world/description.ts";
import { bindParameters, fillTemplate, type ParameterValues } from "./parameters.ts";

/** Where an application's database connections end. */
export interface DatabaseDirectory {
  /**
   * Opens a session on the server that `host` means inside the cluster. Throws `SqlError` when the server refuses, and an `Error`
   * worded as the driver's when nothing listens there.
   */
  connect(namespace: string, host: string, database: string, account: string): Connection;
}

/** One connection of an application to its database; disposing it ends it and rolls back what was open. */
export interface Connection extends Disposable {
  /** Throws `SqlError`. */
  execute(statement: string): SqlResult;
}

export interface ApplicationRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ApplicationResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * A web application as a client sees it: a ready pod of its service answers, out of the database that this pod's environment names.
 * Endpoints, tables and texts are the description's.
 */
export class WebApplication {
  readonly description: ApplicationDescription;
  readonly #cluster: Cluster;
  readonly #databases: DatabaseDirectory;
  readonly #signingKey: string;
  #turn = 0;

  /** Tokens are signed with `signingKey`: one that was issued before the world came back is as good as ever. */
  constructor(description: ApplicationDescription, cluster: Cluster, databases: DatabaseDirectory, signingKey: string) {
    this.#signingKey = signingKey;
    this.description = description;
    this.#cluster = cluster;
    this.#databases = databases;
  }

  /** Answers one request. Never throws: what fails inside is the application's own 5xx. */
  answer(request: ApplicationRequest): ApplicationResponse {
    const pod = this.#readyPod();
    if (pod === undefined) {
      return { status: 503, contentType: "text/html", body: "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n" };
    }
    if (request.method === "GET" && isUnder(request.path, this.description.health.path)) return this.#health(pod, request.path);
    for (const endpoint of this.description.endpoints) {
      const segments = endpoint.method === request.method ? matchPath(endpoint.path, request.path) : undefined;
      if (segments !== undefined) return this.#run(endpoint, pod, request, segments);
    }
    return json(404, { status: 404, error: "Not Found", path: request.path });
  }

  /** The `health` component of one pod: what a readiness probe that includes the database would see. */
  databaseHealth(pod: KubeObject): string | undefined {
    try {
      using connection = this.#connect(pod);
      connection.execute(this.description.health.probe);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #health(pod: KubeObject, path: string): ApplicationResponse {
    const { component, path: root } = this.description.health;
    const error = this.databaseHealth(pod);
    const part = error === undefined ? { status: "UP", details: { database: "MariaDB", validationQuery: "isValid()" } } : { status: "DOWN", details: { error } };
    if (path === `${root}/${component}`) return json(error === undefined ? 200 : 503, part);
    if (path !== root) return json(200, { status: "UP" });
    const status = error === undefined ? "UP" : "DOWN";
    return json(error === undefined ? 200 : 503, { status, components: { [component]: part, livenessState: { status: "UP" }, ping: { status: "UP" }, readinessState: { status: "UP" } } });
  }

  #run(endpoint: EndpointDescription, pod: KubeObject, request: ApplicationRequest, segments: ReadonlyMap<string, string>): ApplicationResponse {
    const user = this.#userOf(request.authorization);
    if (endpoint.isAuthenticated && user === undefined) return json(401, { status: 401, error: "Unauthorized", path: request.path });
    const body = readBody(request.body);
    if (body === undefined) return json(400, { status: 400, error: "Bad Request", message: "The body is not a JSON object.", path: request.path });
    const values: ParameterValues = new Map<string, unknown>([...Object.entries(body), ...request.query, ...segments, ...(user === undefined ? [] : [["user", user] as const])]);
    try {
      return this.#execute(endpoint, pod, values, request.path);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return json(error instanceof SqlError ? 500 : 503, { status: error instanceof SqlError ? 500 : 503, error: error instanceof SqlError ? "Internal Server Error" : "Service Unavailable", message, path: request.path });
    }
  }

  #execute(endpoint: EndpointDescription, pod: KubeObject, values: ParameterValues, path: string): ApplicationResponse {
    using connection = this.#connect(pod);
    let last: SqlResult | undefined;
    connection.execute("START TRANSACTION");
    for (const statement of endpoint.statements) {
      const rounds = statement.each === undefined ? [values] : listOf(values.get(statement.each)).map((item) => new Map([...values, ...Object.entries(item)]));
      for (const round of rounds) {
        last = connection.execute(bindParameters(statement.sql, round));
        const touched = last.isResultSet ? last.rows.length : last.affectedRows;
        if (touched === 0 && statement.noRowStatus !== undefined) {
          connection.execute("ROLLBACK");
          return json(statement.noRowStatus, { status: statement.noRowStatus, path });
        }
      }
      for (const [index, name] of statement.into.entries()) values.set(name, last?.rows[0]?.[index] ?? null);
    }
    connection.execute("COMMIT");
    if (endpoint.tokenFor !== undefined) values.set("token", this.#issueToken(String(values.get(endpoint.tokenFor))));
    if (endpoint.rows) return json(endpoint.status, rowsOf(last));
    if (endpoint.body === undefined) return { status: endpoint.status, contentType: "application/json", body: "" };
    return { status: endpoint.status, contentType: "application/json", body: fillTemplate(endpoint.body, values) };
  }

  #connect(pod: KubeObject): Connection {
    return connectDatasource(pod, this.description, this.#databases);
  }

  #readyPod(): KubeObject | undefined {
    const names = readyAddresses(this.#cluster, this.description.namespace, this.description.service);
    const name = names[this.#turn++ % Math.max(names.length, 1)];
    return name === undefined ? undefined : this.#cluster.get("Pod", this.description.namespace, name);
  }

  /** A JSON Web Token (RFC 7519) signed with HMAC-SHA256. */
  #issueToken(user: string): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user })}`;
    return `${claims}.${this.#sign(claims).toString("base64url")}`;
  }

  #userOf(authorization: string | undefined): string | undefined {
    const [, claims = "", payload = "", signature = ""] = /^Bearer ([\w-]+\.([\w-]+))\.([\w-]+)$/i.exec(authorization ?? "") ?? [];
    const [given, own] = [Buffer.from(signature, "base64url"), this.#sign(claims)];
    if (given.length !== own.length || !timingSafeEqual(given, own)) return undefined;
    const { sub } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { readonly sub?: unknown };
    return typeof sub === "string" ? sub : undefined;
  }

  #sign(claims: string): Buffer {
    return createHmac("sha256", this.#signingKey).update(claims).digest();
  }
}

/** Opens the database that a pod's datasource variable names, as the application's driver would. */
function connectDatasource(pod: KubeObject, description: ApplicationDescription, databases: DatabaseDirectory): Connection {
  const url = environmentValue(pod, description.datasourceVariable);
  const parts = /^jdbc:\w+:\/\/([^:/?]+)(?::\d+)?\/([^?]*)/.exec(url ?? "");
  const host = parts?.[1];
  if (host === undefined) throw new Error(`Driver claims to not accept jdbcUrl, ${url ?? "null"}`);
  return databases.connect(description.namespace, host, parts?.[2] ?? "", description.account);
}

/** The database of the application whose image a pod runs: the first that names the variable which the pod sets. */
export function connectionOf(pod: KubeObject, applications: readonly ApplicationDescription[], databases: DatabaseDirectory): Connection {
  const description = applications.find((application) => environmentValue(pod, application.datasourceVariable) !== undefined);
  if (description === undefined) throw new Error("The pod has no datasource.");
  return connectDatasource(pod, description, databases);
}

/** Names of the pods behind a service's ready endpoints. */
export function readyAddresses(cluster: Cluster, namespace: string, service: string): readonly string[] {
  const subsets = cluster.get("Endpoints", namespace, service)?.["subsets"];
  return listOf(subsets).flatMap((subset) => listOf(subset["addresses"])).flatMap((address) => {
    const target = address["targetRef"];
    return typeof target === "object" && target !== null && "name" in target ? [String(target.name)] : [];
  });
}

/** A literal environment variable of a pod's first container that sets it. */
export function environmentValue(pod: KubeObject, name: string): string | undefined {
  const containers = listOf(pod.spec?.["containers"]);
  const entry = containers.flatMap((container) => listOf(container["env"])).find((variable) => variable["name"] === name);
  return typeof entry?.["value"] === "string" ? entry["value"] : undefined;
}

function rowsOf(result: SqlResult | undefined): readonly Record<string, unknown>[] {
  if (result === undefined) return [];
  return result.rows.map((row) => Object.fromEntries(result.columns.map((column, index) => {
    const value = row[index] ?? null;
    return [column.name, column.isNumeric && value !== null ? Number(value) : value];
  })));
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item): item is Record<string, unknown> => typeof item === "object" && item !== null) : [];
}

function readBody(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function matchPath(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name !== undefined && value !== "") values.set(name, decodeURIComponent(value));
    else if (segment !== value) return undefined;
  }
  return values;
}

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function json(status: number, body: unknown): ApplicationResponse {
  return { status, contentType: "application/json", body: JSON.stringify(body) };
}
