import type { ApplicationCache, ApplicationDescription, DescribedService, EndpointDescription } from "./description.ts";
import { list, oneOf, optional, record, seconds, text, texts } from "./fields.ts";

/** Reads a web application of a description. Throws an `Error` that names the field. */
export function readApplication(item: Record<string, unknown>): ApplicationDescription {
  const health = record(item["health"], "health");
  const namespace = text(item["namespace"], "namespace");
  return {
    host: text(item["host"], "host"),
    namespace,
    service: text(item["service"], "service"),
    account: text(item["account"], "account"),
    datasourceVariable: text(item["datasourceVariable"], "datasourceVariable"),
    passwordVariable: optional(item["passwordVariable"], (name) => text(name, "passwordVariable")),
    health: { path: text(health["path"], "health.path"), component: text(health["component"], "health.component"), probe: text(health["probe"], "health.probe") },
    tokenSecretVariable: optional(item["tokenSecretVariable"], (name) => text(name, "tokenSecretVariable")),
    accessLog: optional(item["accessLog"], (line) => text(line, "accessLog")),
    cache: optional(item["cache"], (value) => cache(record(value, "cache"))),
    gateway: optional(item["gateway"], (service) => ({ namespace, service: text(service, "gateway") })),
    traffic: list(item["traffic"] ?? [], "traffic", (each) => ({ path: text(each["path"], "traffic.path"), perSecond: Number(each["perSecond"]) })),
    endpoints: list(item["endpoints"] ?? [], "endpoints", endpoint),
  };
}

/** Reads a service with fixed answers. Throws an `Error` that names the field. */
export function readService(item: Record<string, unknown>): DescribedService {
  return {
    namespace: text(item["namespace"], "services: namespace"),
    service: text(item["service"], "services: service"),
    answers: list(item["answers"], "services: answers", (answer) => ({
      method: text(answer["method"] ?? "GET", "answers.method"),
      path: text(answer["path"], "answers.path"),
      whenReady: Number(answer["whenReady"] ?? 1),
      status: Number(answer["status"] ?? 200),
      body: text(answer["body"] ?? "", "answers.body"),
      latencyMs: seconds(answer["latencySeconds"] ?? 0.01),
    })),
  };
}

function cache(item: Record<string, unknown>): ApplicationCache {
  const breaker = record(item["circuitBreaker"] ?? {}, "cache.circuitBreaker");
  return {
    hostVariable: text(item["hostVariable"], "cache.hostVariable"),
    component: text(item["component"], "cache.component"),
    timeoutMs: seconds(item["timeoutSeconds"] ?? 2),
    sessionMs: seconds(item["sessionSeconds"] ?? 1800),
    breaker: { failures: Number(breaker["failures"] ?? 5), openMs: seconds(breaker["openSeconds"] ?? 60) },
  };
}

function endpoint(item: Record<string, unknown>): EndpointDescription {
  return {
    method: text(item["method"], "method"),
    path: text(item["path"], "path"),
    wants: item["authenticated"] === undefined || item["authenticated"] === false ? undefined : item["authenticated"] === true ? "session" : oneOf(item["authenticated"], ["signature"] as const, "authenticated"),
    statements: list(item["statements"] ?? [], "statements", (statement) => ({
      sql: text(statement["sql"], "sql"),
      each: optional(statement["each"], (each) => text(each, "each")),
      into: texts(statement["into"]),
      noRowStatus: optional(statement["noRowStatus"], Number),
    })),
    status: Number(item["status"] ?? 200),
    body: optional(item["body"], (body) => text(body, "body")),
    rows: item["rows"] === true,
    tokenFor: optional(item["tokenFor"], (name) => text(name, "tokenFor")),
    latencyMs: seconds(item["latencySeconds"] ?? 0),
    cachedMs: optional(item["cachedSeconds"], seconds),
    rateLimit: optional(item["rateLimit"], (value) => {
      const limit = record(value, "rateLimit");
      return { attempts: Number(limit["attempts"]), windowMs: seconds(limit["windowSeconds"] ?? 60), by: text(limit["by"], "rateLimit.by") };
    }),
    needs: optional(item["needs"], (service) => text(service, "needs")),
  };
}
