import type { Resource } from "../resources.ts";
import { ApiError } from "./status.ts";

/** A permission, as in a Role. `*` stands for everything. */
export interface KubeRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  /** `pods`, `pods/log`, `*`. */
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  /** Only in these namespaces; `undefined` is everywhere. */
  readonly namespaces?: readonly string[];
}

/** Someone who may call the API. */
export interface KubeUser {
  readonly name: string;
  /** Bearer token. */
  readonly token: string;
  readonly groups?: readonly string[];
  /** Kubernetes' own roles, cluster-wide. */
  readonly roles?: readonly ("cluster-admin" | "edit" | "view")[];
  readonly rules?: readonly KubeRule[];
}

/** What somebody wants to do. */
export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

const VIEWED = ["pods", "pods/log", "pods/status", "services", "endpoints", "configmaps", "events", "persistentvolumeclaims", "serviceaccounts", "namespaces", "limitranges", "resourcequotas", "replicationcontrollers"];
const VIEW_GROUPS = ["apps", "batch", "autoscaling", "policy", "networking.k8s.io", "discovery.k8s.io", "metrics.k8s.io"];
const VIEW: readonly KubeRule[] = [
  { verbs: ["get", "list", "watch"], apiGroups: [""], resources: VIEWED },
  { verbs: ["get", "list", "watch"], apiGroups: VIEW_GROUPS, resources: ["*"] },
];
const CHANGE = ["create", "delete", "deletecollection", "patch", "update"];
const EDIT: readonly KubeRule[] = [
  ...VIEW,
  { verbs: ["get", "list", "watch", ...CHANGE], apiGroups: [""], resources: ["pods", "pods/exec", "pods/attach", "pods/portforward", "pods/eviction", "services", "services/proxy", "endpoints", "configmaps", "secrets", "persistentvolumeclaims", "serviceaccounts", "events"] },
  { verbs: CHANGE, apiGroups: ["apps", "batch", "autoscaling", "policy", "networking.k8s.io"], resources: ["*"] },
];

/** What every authenticated user may do: ask about themselves. */
const BASIC: readonly KubeRule[] = [
  { verbs: ["create"], apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"] },
  { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
];

export const ANONYMOUS: KubeUser = { name: "system:anonymous", token: "", groups: ["system:unauthenticated"], rules: [] };

/** Everything a user may do. */
export function rulesOf(user: KubeUser): readonly KubeRule[] {
  if (user === ANONYMOUS) return [];
  const roles = (user.roles ?? []).flatMap((role) => {
    switch (role) {
      case "cluster-admin":
        return [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
      case "edit":
        return EDIT;
      case "view":
        return VIEW;
    }
  });
  return [...BASIC, ...roles, ...(user.rules ?? [])];
}

/** Whether some rule of the user allows the request. */
export function isAllowed(user: KubeUser, request: AccessRequest): boolean {
  return rulesOf(user).some(
    (rule) =>
      has(rule.verbs, request.verb) &&
      has(rule.apiGroups, request.group) &&
      (has(rule.resources, request.resource) || rule.resources.some((entry) => entry.startsWith("*/") && request.resource.endsWith(entry.slice(1)))) &&
      (rule.resourceNames === undefined || (request.name !== undefined && rule.resourceNames.includes(request.name))) &&
      (rule.namespaces === undefined || (request.namespace !== undefined && rule.namespaces.includes(request.namespace))),
  );
}

function has(list: readonly string[], item: string): boolean {
  return list.includes("*") || list.includes(item);
}

/** The user of an `Authorization` header. Throws 401 for a token nobody has; without one it is the anonymous user. */
export function authenticate(users: readonly KubeUser[], header: string | undefined): KubeUser {
  if (header === undefined || header === "") return ANONYMOUS;
  const token = /^Bearer\s+(.+)$/iu.exec(header)?.[1]?.trim();
  const user = token === undefined ? undefined : users.find((candidate) => candidate.token === token);
  if (user === undefined) throw new ApiError(401, "Unauthorized", "Unauthorized");
  return user;
}

/** Headers of a request, as Node gives them. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const ADMINISTRATORS = "system:masters";

/**
 * The user as whom a request acts: `--as` and `--as-group` of kubectl. Somebody whom the cluster does not know may do what every
 * authenticated user may. Throws 403 where the caller may not impersonate.
 */
export function impersonate(users: readonly KubeUser[], caller: KubeUser, headers: Headers): KubeUser {
  const name = headers["impersonate-user"];
  if (typeof name !== "string") return caller;
  // Node joins headers of one name by a comma and a blank.
  const given = headers["impersonate-group"];
  const groups = typeof given === "string" ? given.split(", ") : [];
  const wanted = [{ resource: "users", name }, ...groups.map((group) => ({ resource: "groups", name: group }))];
  for (const target of wanted) {
    const access = { verb: "impersonate", group: "", resource: target.resource, namespace: undefined, name: target.name };
    if (!isAllowed(caller, access)) throw forbidden(caller, access, { group: "", plural: target.resource });
  }
  const known = groups.length === 0 ? users.find((user) => user.name === name) : undefined;
  return known ?? { name, token: "", groups, ...(groups.includes(ADMINISTRATORS) ? { roles: ["cluster-admin"] } : {}) };
}

/** The refusal of a request that no rule allows. */
export function forbidden(user: KubeUser, request: AccessRequest, resource: Pick<Resource, "group" | "plural">): ApiError {
  const place = request.namespace === undefined ? "at the cluster scope" : `in the namespace "${request.namespace}"`;
  const qualified = request.group === "" ? request.resource.split("/")[0] : `${resource.plural}.${request.group}`;
  const subject = request.name === undefined ? qualified : `${qualified} "${request.name}"`;
  const message = `${subject} is forbidden: User "${user.name}" cannot ${request.verb} resource "${request.resource}" in API group "${request.group}" ${place}`;
  return new ApiError(403, "Forbidden", message, { ...(request.name === undefined ? {} : { name: request.name }), ...(request.group === "" ? {} : { group: request.group }), kind: resource.plural });
}
