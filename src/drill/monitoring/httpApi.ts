import type { ApplicationRequest, ApplicationResponse } from "../app/webService.ts";
import { json } from "../app/answers.ts";
import { PromqlError } from "../promql/ast.ts";
import { evaluate, evaluateRange } from "../promql/evaluate.ts";
import { durationMs } from "../promql/lexer.ts";
import { parseQuery, typeOf } from "../promql/parser.ts";
import type { Labels, Point } from "../promql/series.ts";
import type { Value } from "../promql/values.ts";
import type { Prometheus } from "./prometheus.ts";
import type { ActiveAlert, Rule, RuleGroup } from "./rules.ts";

/** More points than that a range query does not give. */
const MOST_POINTS = 11_000;

/** Answers Prometheus' HTTP API (v1): query, query_range, alerts, rules, labels, series names and targets, and the health addresses. */
export function answerApi(prometheus: Prometheus, request: ApplicationRequest): ApplicationResponse {
  const parameters = request.contentType === "application/x-www-form-urlencoded" ? new Map([...request.query, ...new URLSearchParams(request.body)]) : request.query;
  const { path } = request;
  if (path === "/-/healthy") return text("Prometheus Server is Healthy.\n");
  if (path === "/-/ready") return text("Prometheus Server is Ready.\n");
  try {
    switch (path) {
      case "/api/v1/query":
        return success(query(prometheus, parameters));
      case "/api/v1/query_range":
        return success(queryRange(prometheus, parameters));
      case "/api/v1/alerts":
        return success({ alerts: prometheus.rules.active.map(shownAlert) });
      case "/api/v1/rules":
        return success({ groups: prometheus.rules.groups.map((group) => shownGroup(prometheus, group)) });
      case "/api/v1/labels":
        return success([...new Set(prometheus.store.labels.flatMap((labels) => [...labels.keys()]))].sort());
      case "/api/v1/targets":
        return success({ activeTargets: prometheus.targets.map((target) => ({ labels: target.labels, scrapePool: target.pool, health: target.samples === undefined ? "down" : "up", lastError: target.samples === undefined ? "connection refused" : "", lastScrape: iso(prometheus.scrapedAt) })), droppedTargets: [] });
    }
  } catch (error) {
    if (error instanceof PromqlError) return json(error.errorType === "bad_data" ? 400 : 422, { status: "error", errorType: error.errorType, error: error.message });
    throw error;
  }
  const label = /^\/api\/v1\/label\/([^/]+)\/values$/u.exec(path)?.[1];
  if (label !== undefined) return success([...new Set(prometheus.store.labels.flatMap((labels) => labels.get(label) ?? []))].sort());
  return text("404 page not found\n", 404);
}

function text(body: string, status = 200): ApplicationResponse {
  return { status, contentType: "text/plain; charset=utf-8", body };
}

function success(data: unknown): ApplicationResponse {
  return json(200, { status: "success", data });
}

function query(prometheus: Prometheus, parameters: ReadonlyMap<string, string>): unknown {
  const expression = parsed(parameters);
  const at = parameters.has("time") ? time(parameters, "time") : prometheus.now();
  const value = evaluate(prometheus.store, expression, at);
  return { resultType: value.kind, result: shownValue(value, at) };
}

function queryRange(prometheus: Prometheus, parameters: ReadonlyMap<string, string>): unknown {
  const [start, end] = [time(parameters, "start"), time(parameters, "end")];
  const stepMs = step(parameters.get("step") ?? "");
  if (end < start) throw invalid("end", "end timestamp must not be before start time");
  if (!(stepMs > 0)) throw invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
  if ((end - start) / stepMs > MOST_POINTS) throw new PromqlError("bad_data", `exceeded maximum resolution of ${MOST_POINTS} points per timeseries. Try decreasing the query resolution (?step=XX)`);
  const expression = parsed(parameters);
  const type = typeOf(expression);
  if (type === "matrix" || type === "string") throw invalid("query", `invalid expression type ${JSON.stringify(type === "matrix" ? "range vector" : type)} for range query, must be Scalar or instant Vector`);
  const series = evaluateRange(prometheus.store, expression, start, end, stepMs);
  return { resultType: "matrix", result: series.map(({ labels, points }) => ({ metric: Object.fromEntries(labels), values: points.map(shownPoint) })) };
}

function parsed(parameters: ReadonlyMap<string, string>): ReturnType<typeof parseQuery> {
  try {
    return parseQuery(parameters.get("query") ?? "");
  } catch (error) {
    if (error instanceof PromqlError) throw invalid("query", error.message);
    throw error;
  }
}

function invalid(parameter: string, message: string): PromqlError {
  return new PromqlError("bad_data", `invalid parameter ${JSON.stringify(parameter)}: ${message}`);
}

/** Seconds since the epoch, or RFC 3339, as epoch milliseconds. */
function time(parameters: ReadonlyMap<string, string>, name: string): number {
  const given = parameters.get(name) ?? "";
  const ms = /^-?\d+(?:\.\d+)?$/u.test(given) ? Number(given) * 1000 : Date.parse(given);
  if (Number.isNaN(ms)) throw invalid(name, `cannot parse ${JSON.stringify(given)} to a valid timestamp`);
  return ms;
}

function step(given: string): number {
  if (/^\d+(?:\.\d+)?$/u.test(given)) return Number(given) * 1000;
  if (/^(?:\d+(?:ms|[smhdwy]))+$/u.test(given)) return durationMs(given);
  throw invalid("step", `cannot parse ${JSON.stringify(given)} to a valid duration`);
}

function shownValue(value: Value, at: number): unknown {
  switch (value.kind) {
    case "scalar":
      return shownPoint({ at, value: value.value });
    case "string":
      return [at / 1000, value.value];
    case "vector":
      return value.elements.map(({ labels, value: number }) => ({ metric: Object.fromEntries(labels), value: shownPoint({ at, value: number }) }));
    case "matrix":
      return value.series.map(({ labels, points }: { readonly labels: Labels; readonly points: readonly Point[] }) => ({ metric: Object.fromEntries(labels), values: points.map(shownPoint) }));
  }
}

function shownPoint({ at, value }: Point): readonly [number, string] {
  return [at / 1000, shownNumber(value)];
}

function shownNumber(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function shownAlert({ labels, annotations, state, activeAt, value }: ActiveAlert): unknown {
  return { labels, annotations, state, activeAt: iso(activeAt), value: value.toExponential() };
}

function shownGroup(prometheus: Prometheus, group: RuleGroup): unknown {
  const interval = prometheus.description.scrapeMs / 1000;
  return { name: group.name, file: prometheus.description.rules ?? "", interval, limit: 0, rules: group.rules.map((rule) => shownRule(prometheus, group, rule)), lastEvaluation: iso(prometheus.scrapedAt) };
}

function shownRule(prometheus: Prometheus, group: RuleGroup, rule: Rule): unknown {
  const common = { name: rule.name, query: rule.query, labels: rule.labels, health: "ok", lastEvaluation: iso(prometheus.scrapedAt) };
  if (rule.kind === "recording") return { ...common, type: "recording" };
  const alerts = prometheus.rules.active.filter((alert) => alert.group === group.name && alert.name === rule.name);
  const state = alerts.some((alert) => alert.state === "firing") ? "firing" : alerts.length > 0 ? "pending" : "inactive";
  return { state, ...common, duration: rule.forMs / 1000, keepFiringFor: rule.keepFiringMs / 1000, annotations: rule.annotations, alerts: alerts.map(shownAlert), type: "alerting" };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
