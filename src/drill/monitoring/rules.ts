import { parse } from "yaml";
import type { Expression } from "../promql/ast.ts";
import { evaluate } from "../promql/evaluate.ts";
import { durationMs } from "../promql/lexer.ts";
import { parseQuery } from "../promql/parser.ts";
import { keyOf, labelsFrom, type Labels, type SeriesStore } from "../promql/series.ts";
import { elementsOf, withoutName, type Element } from "../promql/values.ts";
import { list, onlyFields, optional, record, text } from "../world/fields.ts";
import { expandTemplate } from "./templates.ts";

/** One group of a rules file, as Prometheus reads it. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** An alert, or a series that is computed ahead. */
export interface Rule {
  readonly kind: "alerting" | "recording";
  /** The alert's name, or the new metric's. */
  readonly name: string;
  readonly query: string;
  readonly expression: Expression;
  /** How long the expression must hold before the alert fires, world milliseconds. */
  readonly forMs: number;
  /** How long it goes on firing after the expression last held. */
  readonly keepFiringMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One alert that is pending or firing. Plain data: it is part of the snapshot. */
export interface ActiveAlert {
  readonly group: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
  /** World epoch milliseconds at which the expression began to hold, and last held. */
  readonly activeAt: number;
  readonly heldAt: number;
  readonly value: number;
}

/** Reads a rules file. Throws an `Error` that names group, rule and what is wrong. */
export function readRules(source: string): readonly RuleGroup[] {
  const file = record(parse(source), "the rules file");
  onlyFields(file, "The rules file", ["groups"]);
  return list(file["groups"], "groups", (group) => {
    const name = text(group["name"], "groups: name");
    onlyFields(group, `The group ${name}`, ["name", "interval", "rules", "limit", "labels"]);
    return { name, rules: list(group["rules"], `${name}: rules`, (item) => readRule(item, name)) };
  });
}

function readRule(item: Record<string, unknown>, group: string): Rule {
  const kind = item["alert"] === undefined ? "recording" : "alerting";
  const name = text(item[kind === "alerting" ? "alert" : "record"], `${group}: alert or record`);
  const place = `${group}: ${name}`;
  onlyFields(item, place, kind === "alerting" ? ["alert", "expr", "for", "keep_firing_for", "labels", "annotations"] : ["record", "expr", "labels"]);
  const query = String(item["expr"]).trim();
  try {
    const labels = (field: string): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(record(item[field] ?? {}, field)).map(([key, value]) => [key, String(value)]));
    const ms = (field: string): number => optional(item[field], (value) => durationMs(String(value))) ?? 0;
    return { kind, name, query, expression: parseQuery(query), forMs: ms("for"), keepFiringMs: ms("keep_firing_for"), labels: labels("labels"), annotations: labels("annotations") };
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Evaluates rules over and over, and remembers which alerts are pending or firing. */
export class RuleEngine {
  readonly groups: readonly RuleGroup[];
  readonly #store: SeriesStore;
  #alerts: ReadonlyMap<string, ActiveAlert>;

  constructor(groups: readonly RuleGroup[], store: SeriesStore, active: readonly ActiveAlert[]) {
    this.groups = groups;
    this.#store = store;
    this.#alerts = new Map(active.map((alert) => [alertKey(alert.group, alert.labels), alert]));
  }

  /** Alerts that are pending or firing. */
  get active(): readonly ActiveAlert[] {
    return [...this.#alerts.values()];
  }

  /** Evaluates every rule at `at`; what they give is stored as series of their own. */
  evaluate(at: number): void {
    const next = new Map<string, ActiveAlert>();
    for (const group of this.groups) {
      for (const rule of group.rules) {
        const found = this.#elements(rule, at);
        if (rule.kind === "recording") for (const { labels, value } of found) this.#store.append(named(rule.name, labels, rule.labels), at, value);
        else for (const alert of this.#alertsOf(group.name, rule, found, at)) next.set(alertKey(group.name, alert.labels), alert);
      }
    }
    for (const alert of this.#alerts.values()) {
      const after = next.get(alertKey(alert.group, alert.labels));
      if (after?.state !== alert.state) this.#store.append(alertSeries(alert), at, Number.NaN);
    }
    for (const alert of next.values()) this.#store.append(alertSeries(alert), at, 1);
    this.#alerts = next;
  }

  #elements(rule: Rule, at: number): readonly Element[] {
    const value = evaluate(this.#store, rule.expression, at);
    return value.kind === "scalar" ? [{ labels: labelsFrom([]), value: value.value }] : elementsOf(value);
  }

  #alertsOf(group: string, rule: Rule, elements: readonly Element[], at: number): readonly ActiveAlert[] {
    const held = elements.map(({ labels, value }) => {
      const own = Object.fromEntries(withoutName(labels));
      const expand = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(texts).map(([name, template]) => [name, expandTemplate(template, own, value)]));
      const all = { ...own, ...expand(rule.labels), alertname: rule.name };
      const before = this.#alerts.get(alertKey(group, all));
      const activeAt = before?.activeAt ?? at;
      const state = before?.state === "firing" || at - activeAt >= rule.forMs ? ("firing" as const) : ("pending" as const);
      return { group, name: rule.name, labels: all, annotations: expand(rule.annotations), state, activeAt, heldAt: at, value };
    });
    const keys = new Set(held.map((alert) => alertKey(group, alert.labels)));
    const kept = this.active.filter((alert) => alert.group === group && alert.name === rule.name && !keys.has(alertKey(group, alert.labels)) && alert.state === "firing" && at - alert.heldAt < rule.keepFiringMs);
    return [...held, ...kept];
  }
}

function alertKey(group: string, labels: Readonly<Record<string, string>>): string {
  return `${group} ${keyOf(labelsFrom(Object.entries(labels)))}`;
}

function alertSeries({ labels, state }: ActiveAlert): Labels {
  return labelsFrom(Object.entries({ ...labels, __name__: "ALERTS", alertstate: state }));
}

function named(name: string, labels: Labels, more: Readonly<Record<string, string>>): Labels {
  return labelsFrom(new Map([...labels, ...Object.entries(more), ["__name__", name]]));
}
