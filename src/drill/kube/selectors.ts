import { matchesLabels, parseLabelSelector } from "../../core/kubectl/labelSelector.ts";
import type { KubeObject } from "../contract.ts";
import { stringsOf, valueAt } from "./json.ts";

/** A test of labels. */
export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

/** Reads a label selector such as `app=mysql,tier in (a, b),!old`. Throws `SelectorProblem`. */
export function labelTest(text: string): LabelTest {
  const requirements = parseLabelSelector(text);
  return (labels) => matchesLabels(requirements, labels);
}

/** A selector object (`matchLabels`, `matchExpressions`) as a test; an absent one matches nothing. */
export function selectorTest(selector: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values?: string[] }[] } | undefined): LabelTest {
  if (selector === undefined) return () => false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  return (labels) =>
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return operator === "In" ? value !== undefined && values.includes(value) : value === undefined || !values.includes(value);
    });
}

/** Field selectors that need more than a path lookup are not known to Kubernetes either. */
const COMMON_FIELDS = ["metadata.name", "metadata.namespace"];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  Node: ["spec.unschedulable"],
  Secret: ["type"],
  Namespace: ["status.phase"],
  ReplicaSet: ["status.replicas"],
  Job: ["status.successful"],
};

/** A field selector as a test, or the label that the kind does not support. */
export function parseFieldSelector(kind: string, text: string): ((object: KubeObject) => boolean) | { readonly unsupported: string } {
  const tests: ((object: KubeObject) => boolean)[] = [];
  for (const term of text.split(",").filter((part) => part !== "")) {
    const match = /^([^=!]+)(==|=|!=)(.*)$/u.exec(term);
    const [, field = term, operator = "=", wanted = ""] = match ?? [];
    if (!COMMON_FIELDS.includes(field) && !(FIELDS[kind] ?? []).includes(field)) return { unsupported: field };
    tests.push((object) => (fieldText(object, field) === wanted) !== (operator === "!="));
  }
  return (object) => tests.every((test) => test(object));
}

function fieldText(object: KubeObject, field: string): string {
  const value = field === "source" ? valueAt(object, "source", "component") : valueAt(object, ...field.split("."));
  if (value === undefined || value === null) return field === "spec.unschedulable" || field === "spec.hostNetwork" ? "false" : "";
  return String(value);
}

/** Whether labels have everything that a service's selector (a plain map) names. A selector of nothing selects nothing. */
export function matchesMap(selector: unknown, labels: Readonly<Record<string, string>> | undefined): boolean {
  const wanted = Object.entries(stringsOf(selector));
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}
