import { flagIs, print, printError, type Call } from "./call.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { goJson } from "./goJson.ts";
import { at, listAt, parseJson, textAt, textsAt, type Json } from "./json.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";

interface Rule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly urls: readonly string[];
}

/** `kubectl auth can-i --list`: what you may do in the namespace. */
export async function listRules(call: Call): Promise<number> {
  if (call.operation.positionals.length > 0) throw new KubectlFailure("error: list option must be specified with no arguments");
  const body = goJson({ kind: "SelfSubjectRulesReview", apiVersion: "authorization.k8s.io/v1", metadata: {}, spec: { namespace: call.namespace }, status: { incomplete: false, nonResourceRules: [], resourceRules: [] } }, "");
  const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  const response = requireSuccess(await call.cluster.request({ method: "POST", path, accept: "application/json", contentType: "application/json", body }, call.signal));
  const answer = parseJson(response.text);
  if (at(answer, "status", "incomplete") === true) await printError(call, `warning: the list may be incomplete: ${textAt(answer, "status", "evaluationError")}\n`);
  const rules = [...listAt(answer, "status", "resourceRules").map(readRule), ...listAt(answer, "status", "nonResourceRules").map(readRule)];
  const rows = compact(rules.flatMap(breakDown)).sort(byText).map(rowText);
  const header = flagIs(call.operation, "no-headers") ? [] : ["Resources\tNon-Resource URLs\tResource Names\tVerbs\n"];
  await print(call, alignTabs([...header, ...rows].join(""), TABLE_TABS));
  return 0;
}

function readRule(rule: Json): Rule {
  return { verbs: textsAt(rule, "verbs"), groups: textsAt(rule, "apiGroups"), resources: textsAt(rule, "resources"), names: textsAt(rule, "resourceNames"), urls: textsAt(rule, "nonResourceURLs") };
}

/** One rule for each verb of each resource (and name) of each group, and of each address: apiserver's `BreakdownRule`. */
function breakDown(rule: Rule): readonly Rule[] {
  const empty = { groups: [], resources: [], names: [], urls: [] };
  const resources = rule.groups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) => {
        const one: Rule = { ...empty, verbs: [verb], groups: [group], resources: [resource] };
        return rule.names.length === 0 ? [one] : rule.names.map((name) => ({ ...one, names: [name] }));
      }),
    ),
  );
  const addresses = rule.urls.flatMap((url) => rule.verbs.map((verb): Rule => ({ ...empty, verbs: [verb], urls: [url] })));
  return [...resources, ...addresses];
}

/** Joins the verbs of rules about the same resource: `CompactRules`. Rules about addresses stay apart. */
function compact(rules: readonly Rule[]): Rule[] {
  const joined = new Map<string, Rule>();
  const others: Rule[] = [];
  for (const rule of rules) {
    if (rule.resources.length !== 1 || rule.urls.length > 0) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.groups, rule.resources, rule.names]);
    const before = joined.get(key);
    if (before === undefined) joined.set(key, rule);
    else if (!rule.verbs.every((verb) => before.verbs.includes(verb))) joined.set(key, { ...before, verbs: [...before.verbs, ...rule.verbs] });
  }
  return [...joined.values(), ...others];
}

/** The order of the rules' own text forms. */
function byText(a: Rule, b: Rule): number {
  const [left, right] = [protoText(a), protoText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function protoText({ verbs, groups, resources, names, urls }: Rule): string {
  return `&PolicyRule{Verbs:${list(verbs)},APIGroups:${list(groups)},Resources:${list(resources)},ResourceNames:${list(names)},NonResourceURLs:${list(urls)},}`;
}

function list(words: readonly string[]): string {
  return `[${words.join(" ")}]`;
}

function rowText({ verbs, groups, resources, names, urls }: Rule): string {
  const [resource = "", ...sub] = (resources[0] ?? "").split("/");
  const [group = ""] = groups;
  const shown = `${resource}${group === "" ? "" : `.${group}`}${sub.length === 0 ? "" : `/${sub.join("/")}`}`;
  return `${[shown, list(urls), list(names), list(verbs)].join("\t")}\n`;
}
