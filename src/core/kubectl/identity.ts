import { flagIs, flagText, print, printError, type Call } from "./call.ts";
import { discover, groupResource, resolveType, type ApiResource } from "./discovery.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { goJson } from "./goJson.ts";
import { at, parseJson, textAt, type JsonObject } from "./json.ts";
import { listRules } from "./rules.ts";

const KNOWN_VERBS = new Set(["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate", "*", "approve", "sign", "escalate", "attest"]);
const KNOWN_URL_VERBS = new Set(["get", "put", "post", "head", "options", "delete", "patch", "*"]);

/** `kubectl config current-context`. */
export async function runCurrentContext(call: Call): Promise<number> {
  await print(call, `${call.cluster.context}\n`);
  return 0;
}

/** `kubectl auth can-i VERB RESOURCE`: yes with exit code 0, or no with 1; `--list` shows the rules. */
export async function runCanI(call: Call): Promise<number> {
  const { operation } = call;
  if (flagIs(operation, "list")) return await listRules(call);
  const [verb = "", what, ...rest] = operation.positionals;
  if (what === undefined || rest.length > 0) {
    throw new KubectlFailure("error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.");
  }
  const spec = what.startsWith("/") ? await urlSpec(call, verb, what) : await resourceSpec(call, verb, what);
  const resource = await resolveType(call.cluster, "selfsubjectaccessreviews.authorization.k8s.io", call.signal);
  const body = goJson({ kind: "SelfSubjectAccessReview", apiVersion: `${resource.group}/${resource.version}`, metadata: {}, spec, status: { allowed: false } }, "");
  const path = `/apis/${resource.group}/${resource.version}/${resource.plural}`;
  const response = requireSuccess(await call.cluster.request({ method: "POST", path, accept: "application/json", contentType: "application/json", body }, call.signal));
  const answer = parseJson(response.text);
  const isAllowed = at(answer, "status", "allowed") === true;
  const reasons = [textAt(answer, "status", "reason"), textAt(answer, "status", "evaluationError")].filter((text) => text !== "");
  if (!flagIs(operation, "quiet")) await print(call, isAllowed ? "yes\n" : `${["no", ...reasons].join(" - ")}\n`);
  return isAllowed ? 0 : 1;
}

async function urlSpec(call: Call, verb: string, path: string): Promise<JsonObject> {
  if (!KNOWN_URL_VERBS.has(verb)) await warnAboutVerb(call, verb);
  return { nonResourceAttributes: { path, verb } };
}

async function resourceSpec(call: Call, verb: string, what: string): Promise<JsonObject> {
  const [type = "", name] = what.split("/", 2);
  const allNamespaces = flagIs(call.operation, "all-namespaces");
  const found = type === "*" ? undefined : await findType(call, type);
  if (found !== undefined && !found.namespaced && !allNamespaces) {
    await printError(call, `Warning: resource '${found.plural}' is not namespace scoped${found.group === "" ? "" : ` in group '${found.group}'`}\n\n`);
  }
  if (!KNOWN_VERBS.has(verb)) await warnAboutVerb(call, verb);
  const [plural = "", ...group] = type.toLowerCase().split(".");
  const attributes = {
    group: found?.group ?? group.join("."),
    name,
    namespace: allNamespaces ? undefined : call.namespace,
    resource: found?.plural ?? plural,
    subresource: flagText(call.operation, "subresource"),
    verb,
  };
  const given = Object.entries(attributes).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [[key, value] as const]));
  return { resourceAttributes: Object.fromEntries(given) };
}

async function findType(call: Call, type: string): Promise<ApiResource | undefined> {
  const known = await discover(call.cluster, call.signal);
  const name = type.toLowerCase();
  const found = known.find((resource) => [resource.plural, resource.singular, groupResource(resource), ...resource.shortNames].includes(name));
  const isStandard = ["users", "groups"].includes(name);
  if (found === undefined && !isStandard) {
    const [plural = "", ...group] = name.split(".");
    await printError(call, `Warning: the server doesn't have a resource type '${plural}'${group.length === 0 ? "" : ` in group '${group.join(".")}'`}\n\n`);
  }
  return found;
}

async function warnAboutVerb(call: Call, verb: string): Promise<void> {
  await printError(call, `Warning: verb '${verb}' is not a known verb\n\n`);
}
