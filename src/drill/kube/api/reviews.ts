import { recordOf, textOf, valueAt } from "../json.ts";
import { sendJson, type ApiRequest } from "./context.ts";
import { jsonBody } from "./requestBody.ts";
import type { ResourceRoute } from "./route.ts";
import { isAllowed, rulesOf } from "./users.ts";

/** What the roles `system:discovery` and `system:public-info-viewer` let everybody get. */
const PUBLIC_PATHS = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
const DISCOVERY_PATHS = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"];

/** POST of a review about oneself: may I, what may I, who am I. */
export function reviewSelf(request: ApiRequest, route: ResourceRoute): void {
  const { user } = request;
  const body = recordOf(jsonBody(request));
  const base = { kind: route.resource.kind, apiVersion: `${route.resource.group}/${route.resource.version}`, metadata: { creationTimestamp: null } };
  const spec = recordOf(body["spec"]);
  if (route.resource.kind === "SelfSubjectReview") {
    const groups = [...(user.groups ?? []), "system:authenticated"];
    sendJson(request.response, 201, { ...base, status: { userInfo: { username: user.name, groups } } });
    return;
  }
  if (route.resource.kind === "SelfSubjectRulesReview") {
    const namespace = textOf(spec["namespace"]);
    const rules = rulesOf(user).filter((rule) => rule.namespaces === undefined || (namespace !== undefined && rule.namespaces.includes(namespace)));
    const resourceRules = rules.map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }) }));
    const isAdministrator = rules.some(({ verbs, apiGroups, resources }) => [verbs, apiGroups, resources].every((list) => list.includes("*")));
    const nonResourceRules = [...(isAdministrator ? [{ verbs: ["*"], nonResourceURLs: ["*"] }] : []), { verbs: ["get"], nonResourceURLs: DISCOVERY_PATHS }, { verbs: ["get"], nonResourceURLs: PUBLIC_PATHS }];
    sendJson(request.response, 201, { ...base, spec: {}, status: { resourceRules, nonResourceRules, incomplete: false } });
    return;
  }
  sendJson(request.response, 201, { ...base, spec, status: { allowed: isAccessAllowed(request, spec) } });
}

function isAccessAllowed(request: ApiRequest, spec: Readonly<Record<string, unknown>>): boolean {
  const attributes = spec["resourceAttributes"];
  if (attributes === undefined) return textOf(valueAt(spec, "nonResourceAttributes", "verb")) === "get";
  const text = (name: string): string | undefined => {
    const value = textOf(valueAt(attributes, name));
    return value === "" ? undefined : value;
  };
  const subresource = text("subresource");
  const resource = `${text("resource") ?? ""}${subresource === undefined ? "" : `/${subresource}`}`;
  return isAllowed(request.user, { verb: text("verb") ?? "", group: text("group") ?? "", resource, namespace: text("namespace"), name: text("name") });
}
