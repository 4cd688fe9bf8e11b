import type { Cluster, KubeObject, SqlResult } from "../contract.ts";
import { SqlError } from "../contract.ts";
import type { RedisReply } from "../redis/reply.ts";
import type { ApplicationDescription, EndpointDescription, Flaws } from "../world/description.ts";
import { startedAt } from "../world/flaws.ts";
import { isTrafficAllowed, portOf } from "../kube/networkPolicies.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import { CacheClient, type CacheDirectory } from "./cacheClient.ts";
import { isUnder, json, listOf, logTime, matchPath, proxyPage, readBody, rowsOf } from "./answers.ts";
import { bindParameters, fillTemplate, fillText, type ParameterValues } from "./parameters.ts";
import { bearerToken, sessionId, signToken, verifyToken } from "./tokens.ts";
import type { Observation } from "./requestMeter.ts";
import { connectDatasource, type Connection, type DatasourceParts } from "./datasource.ts";
import type { ApplicationRequest, ApplicationResponse, WebService } from "./webService.ts";

/** What an application needs of the world around it. */
export interface ApplicationParts extends DatasourceParts {
  readonly cluster: Cluster;
  readonly caches: CacheDirectory;
  /** World epoch milliseconds. */
  readonly now: () => number;
  /** What is wrong with a pod's processes. */
  readonly flawsOf: (pod: KubeObject) => readonly Flaws[];
  /** Writes a line to the log of a pod's container. */
  readonly log: (pod: KubeObject, line: string) => void;
  /** Whether a service of the cluster has somebody to answer. */
  readonly hasEndpoints: (namespace: string, service: string) => boolean;
  /** Told of each answer by the pod that gave it. */
  readonly onAnswer: (pod: KubeObject, observation: Observation) => void;
  /** Signs the tokens of applications that name no secret for it: one that was issued before the world came back is as good as ever. */
  readonly signingKey: string;
}

/** A request on its way: the pod that answers it, what is wrong with that pod, and the world time spent so far. */
interface Visit {
  readonly pod: KubeObject;
  readonly flaws: readonly Flaws[];
  spentMs: number;
  /** Who asks, once that is known, and the session. */
  caller: { readonly user: string; readonly session: string } | undefined;
  /** The endpoint's path as its metrics name it. */
  uri: string;
}

/** What metrics call an address that no endpoint has. */
const UNKNOWN_URI = "UNKNOWN";
/** A read from memory instead of from the database, world milliseconds. */
const CACHED_READ_MS = 4;
/** How long the load balancer waits for a pod that the network cuts off, world milliseconds. */
const UPSTREAM_TIMEOUT_MS = 5000;

/**
 * A web application as a client sees it: a ready pod of its service answers, out of the database and the cache that this pod's
 * environment names. Endpoints, tables and texts are the description's.
 */
export class WebApplication implements WebService {
  readonly description: ApplicationDescription;
  readonly #parts: ApplicationParts;
  readonly #cache: CacheClient | undefined;
  /** How far each pod is towards its next erroneous answer. */
  readonly #errorDebts = new Map<string, number>();
  #turn = 0;

  constructor(description: ApplicationDescription, parts: ApplicationParts) {
    this.description = description;
    this.#parts = parts;
    this.#cache = description.cache === undefined ? undefined : new CacheClient(description.cache, parts.caches, parts.now);
  }

  /** Answers one request. Never throws: what fails inside is the application's own 5xx. */
  answer(request: ApplicationRequest): ApplicationResponse {
    const pod = this.#readyPod();
    if (pod === undefined) return proxyPage("503 Service Temporarily Unavailable");
    if (!isTrafficAllowed(this.#parts.cluster, { kind: "address", address: request.client.address }, { kind: "pod", pod }, portOf(pod, 80))) return { ...proxyPage("504 Gateway Time-out"), delayMs: UPSTREAM_TIMEOUT_MS };
    const flaws = this.#parts.flawsOf(pod);
    const visit: Visit = { pod, flaws, spentMs: flaws.reduce((sum, { slowMs }) => sum + slowMs, 0), caller: undefined, uri: UNKNOWN_URI };
    const response = this.#respond(request, visit);
    this.#logAccess(request, visit, response);
    this.#parts.onAnswer(pod, { method: request.method, uri: visit.uri, status: response.status, seconds: visit.spentMs / 1000, count: request.count ?? 1 });
    return { ...response, delayMs: visit.spentMs };
  }

  /** One line a request, as the description words it; health checks are not logged, nor is modelled traffic: it would push out everything else. */
  #logAccess(request: ApplicationRequest, { pod, caller }: Visit, { status, body }: ApplicationResponse): void {
    const { accessLog, health } = this.description;
    if (accessLog === undefined || request.count !== undefined || isUnder(request.path, health.path)) return;
    const { address, agent } = request.client;
    const query = [...request.query].map(([name, value]) => `${name}=${value}`).join("&");
    this.#parts.log(pod, fillText(accessLog, { address, agent, method: request.method, path: query === "" ? request.path : `${request.path}?${query}`, status: String(status), bytes: String(Buffer.byteLength(body)), time: logTime(this.#parts.now()), user: caller?.user ?? "-", session: caller?.session ?? "-" }));
  }

  #respond(request: ApplicationRequest, visit: Visit): ApplicationResponse {
    if (request.method === "GET" && isUnder(request.path, this.description.health.path)) {
      visit.uri = this.description.health.path;
      return this.#health(visit, request.path);
    }
    const routed = this.#route(request);
    visit.uri = routed?.endpoint.path ?? UNKNOWN_URI;
    const failed = this.#flawedAnswer(visit, request.path);
    if (failed !== undefined) return failed;
    if (routed !== undefined) return this.#run(routed.endpoint, visit, request, routed.segments);
    return json(404, { status: 404, error: "Not Found", path: request.path });
  }

  #route({ method, path }: ApplicationRequest): { readonly endpoint: EndpointDescription; readonly segments: ReadonlyMap<string, string> } | undefined {
    for (const endpoint of this.description.endpoints) {
      const segments = endpoint.method === method ? matchPath(endpoint.path, path) : undefined;
      if (segments !== undefined) return { endpoint, segments };
    }
    return undefined;
  }

  /** The error that a flawed pod answers with instead, as often as its share says. */
  #flawedAnswer({ pod, flaws }: Visit, path: string): ApplicationResponse | undefined {
    const errors = flaws.find((flaw) => flaw.errors !== undefined)?.errors;
    if (errors === undefined) return undefined;
    const now = this.#parts.now();
    const risen = errors.risesMs === 0 ? 1 : Math.min(1, (now - startedAt(pod, now)) / errors.risesMs);
    const uid = pod.metadata.uid ?? "";
    const debt = (this.#errorDebts.get(uid) ?? 0) + errors.share * risen;
    this.#errorDebts.set(uid, debt >= 1 ? debt - 1 : debt);
    if (debt < 1) return undefined;
    if (errors.log !== undefined) this.#parts.log(pod, errors.log);
    return json(errors.status, { status: errors.status, error: STATUS_TEXTS.get(errors.status) ?? "Error", path });
  }

  /** Why a pod cannot use its database; `undefined` when it can. */
  databaseHealth(pod: KubeObject): string | undefined {
    try {
      using connection = this.#connect(pod);
      connection.execute(this.description.health.probe);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #health(visit: Visit, path: string): ApplicationResponse {
    const { component, path: root } = this.description.health;
    const wanted = path === root ? undefined : path.slice(root.length + 1);
    if (wanted === "liveness" || wanted === "readiness") return json(200, { status: "UP" });
    const error = this.databaseHealth(visit.pod);
    const components: Record<string, HealthPart> = { [component]: error === undefined ? { status: "UP", details: { database: "MariaDB", validationQuery: "isValid()" } } : { status: "DOWN", details: { error } } };
    if (this.description.cache !== undefined) {
      components["circuitBreakers"] = this.#breakerHealth(visit);
      components[this.description.cache.component] = this.#cacheHealth(visit);
    }
    for (const each of ["livenessState", "ping", "readinessState"]) components[each] = { status: "UP" };
    if (wanted !== undefined) {
      const part = components[wanted];
      return part === undefined ? json(404, { status: 404, error: "Not Found", path }) : json(part.status === "DOWN" ? 503 : 200, part);
    }
    const isDown = Object.values(components).some((part) => part.status === "DOWN");
    return json(isDown ? 503 : 200, { status: isDown ? "DOWN" : "UP", components });
  }

  #cacheHealth(visit: Visit): HealthPart {
    const outcome = this.#cache?.callDirectly(visit.pod, this.#cacheHost(visit.pod), ["INFO", "server"]);
    visit.spentMs += outcome?.tookMs ?? 0;
    if (outcome?.kind !== "answered") return { status: "DOWN", details: { error: `org.springframework.data.redis.RedisConnectionFailureException: ${outcome?.message ?? ""}` } };
    const version = outcome.reply.kind === "bulk" ? /redis_version:(\S+)/u.exec(outcome.reply.text)?.[1] : undefined;
    return { status: "UP", details: { version: version ?? "unknown" } };
  }

  #breakerHealth({ pod, flaws }: Visit): HealthPart {
    const state = this.#cache?.breakerState(pod, isHeldOpen(flaws)) ?? "CLOSED";
    return { status: state === "CLOSED" ? "UP" : "UNKNOWN", details: { cache: { state } } };
  }

  #run(endpoint: EndpointDescription, visit: Visit, request: ApplicationRequest, segments: ReadonlyMap<string, string>): ApplicationResponse {
    if (request.body !== "" && request.contentType !== undefined && request.contentType !== "application/json") return json(415, { status: 415, error: "Unsupported Media Type", path: request.path });
    try {
      const user = this.#userOf(endpoint, visit, request.authorization);
      if (endpoint.wants !== undefined && user === undefined) return json(401, { status: 401, error: "Unauthorized", path: request.path });
      const body = readBody(request.body);
      if (body === undefined) return json(400, { status: 400, error: "Bad Request", message: "The body is not a JSON object.", path: request.path });
      const values: ParameterValues = new Map<string, unknown>([...Object.entries(body), ...request.query, ...segments, ...(user === undefined ? [] : [["user", user] as const])]);
      return this.#cached(endpoint, visit, request, () => this.#limited(endpoint, visit, values, request.path));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return json(error instanceof SqlError ? 500 : 503, { status: error instanceof SqlError ? 500 : 503, error: error instanceof SqlError ? "Internal Server Error" : "Service Unavailable", message, path: request.path });
    }
  }

  /** Answers from the cache where the answer is kept there, and keeps a new one. A cache that fails only costs time. */
  #cached(endpoint: EndpointDescription, visit: Visit, request: ApplicationRequest, work: () => ApplicationResponse): ApplicationResponse {
    if (endpoint.cachedMs === undefined || this.#cache === undefined) return work();
    const query = [...request.query].map(([name, value]) => `${name}=${value}`).sort().join("&");
    const key = `answer:${request.path}${query === "" ? "" : `?${query}`}`;
    const kept = this.#ask(visit, ["GET", key]);
    if (kept?.kind === "bulk") {
      visit.spentMs += CACHED_READ_MS;
      return { status: endpoint.status, contentType: "application/json", body: kept.text };
    }
    const response = work();
    if (response.status === endpoint.status) this.#ask(visit, ["SET", key, response.body, "PX", String(endpoint.cachedMs)]);
    return response;
  }

  /** Counts failed attempts in the cache. While the cache cannot be asked, nobody is limited. */
  #limited(endpoint: EndpointDescription, visit: Visit, values: ParameterValues, path: string): ApplicationResponse {
    const { rateLimit: limit } = endpoint;
    if (limit === undefined || this.#cache === undefined) return this.#execute(endpoint, visit, values, path);
    const key = `attempts:${path}:${String(values.get(limit.by))}`;
    const count = this.#ask(visit, ["GET", key]);
    if (count?.kind === "bulk" && Number(count.text) >= limit.attempts) return json(429, { status: 429, error: "Too Many Requests", path });
    const response = this.#execute(endpoint, visit, values, path);
    if (response.status < 400) this.#ask(visit, ["DEL", key]);
    else if (this.#ask(visit, ["INCR", key]) !== undefined) this.#ask(visit, ["PEXPIRE", key, String(limit.windowMs), "NX"]);
    return response;
  }

  #execute(endpoint: EndpointDescription, visit: Visit, values: ParameterValues, path: string): ApplicationResponse {
    visit.spentMs += endpoint.latencyMs;
    if (endpoint.needs !== undefined && !this.#parts.hasEndpoints(this.description.namespace, endpoint.needs)) throw new Error(`Could not reach http://${endpoint.needs}: Connection refused`);
    using connection = this.#connect(visit.pod);
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
    if (endpoint.tokenFor !== undefined) values.set("token", this.#issueToken(visit, String(values.get(endpoint.tokenFor))));
    if (endpoint.rows) return json(endpoint.status, rowsOf(last));
    if (endpoint.body === undefined) return { status: endpoint.status, contentType: "application/json", body: "" };
    return { status: endpoint.status, contentType: "application/json", body: fillTemplate(endpoint.body, values) };
  }

  /** The cache's reply through the pod's breaker; `undefined` where there is none. */
  #ask(visit: Visit, words: readonly string[]): RedisReply | undefined {
    const outcome = this.#cache?.call(visit.pod, this.#cacheHost(visit.pod), words, isHeldOpen(visit.flaws));
    visit.spentMs += outcome?.tookMs ?? 0;
    return outcome?.kind === "answered" ? outcome.reply : undefined;
  }

  #cacheHost(pod: KubeObject): string | undefined {
    return this.description.cache === undefined ? undefined : this.#parts.environment(pod)[this.description.cache.hostVariable];
  }

  #connect(pod: KubeObject): Connection {
    return connectDatasource(pod, this.description, this.#parts);
  }

  #readyPod(): KubeObject | undefined {
    const names = readyAddresses(this.#parts.cluster, this.description.namespace, this.description.service);
    const pods = names.flatMap((name) => this.#parts.cluster.get("Pod", this.description.namespace, name) ?? []);
    this.#cache?.forgetOthers(pods);
    return pods[this.#turn++ % Math.max(pods.length, 1)];
  }

  /** Signs a token. The session is kept in the cache where there is one; throws where that cannot be. */
  #issueToken(visit: Visit, user: string): string {
    const token = signToken(this.#signingKey(visit.pod), user, this.#parts.now());
    const { cache } = this.description;
    if (cache !== undefined && this.#ask(visit, ["SET", sessionKey(token), user, "PX", String(cache.sessionMs)]) === undefined) throw new Error("The session could not be stored: the cache does not answer.");
    visit.caller = { user, session: sessionId(token) };
    return token;
  }

  /** The user of a signed token; of a live session unless the signature is enough. Throws where the cache that knows does not answer. */
  #userOf(endpoint: EndpointDescription, visit: Visit, authorization: string | undefined): string | undefined {
    const token = bearerToken(authorization);
    const claims = token === undefined ? undefined : verifyToken(this.#signingKey(visit.pod), token);
    if (token === undefined || claims === undefined) return undefined;
    const { cache } = this.description;
    visit.caller = { user: claims.subject, session: sessionId(token) };
    if (cache === undefined || endpoint.wants === "signature") return claims.subject;
    const reply = this.#ask(visit, ["GET", sessionKey(token)]);
    if (reply === undefined) throw new Error("The session could not be read: the cache does not answer.");
    if (reply.kind !== "bulk") return undefined;
    this.#ask(visit, ["PEXPIRE", sessionKey(token), String(cache.sessionMs)]);
    return reply.text;
  }

  /** The key that a ready pod signs with; `undefined` where none serves or it has none. */
  get servingKey(): string | undefined {
    const pod = this.#readyPod();
    return pod === undefined || this.description.tokenSecretVariable === undefined ? undefined : this.#parts.environment(pod)[this.description.tokenSecretVariable];
  }

  /** The key as the pod read it at its start: a Secret that was changed since is not known to it. Throws where the pod has none. */
  #signingKey(pod: KubeObject): string {
    const { tokenSecretVariable: name } = this.description;
    const key = name === undefined ? this.#parts.signingKey : this.#parts.environment(pod)[name];
    if (key === undefined || key === "") throw new Error(`The key for tokens is not set: ${name ?? ""} is empty.`);
    return key;
  }
}

interface HealthPart {
  readonly status: "UP" | "DOWN" | "UNKNOWN";
  readonly details?: Readonly<Record<string, unknown>>;
}

const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([[500, "Internal Server Error"], [502, "Bad Gateway"], [503, "Service Unavailable"], [504, "Gateway Timeout"]]);

function isHeldOpen(flaws: readonly Flaws[]): boolean {
  return flaws.some((flaw) => flaw.breakerOpen);
}

/** A session's key does not give its token away. */
function sessionKey(token: string): string {
  return `session:${sessionId(token)}`;
}
