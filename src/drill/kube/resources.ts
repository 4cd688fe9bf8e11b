import type { CustomVersion } from "./customResources.ts";

/** One REST resource that the API server serves. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly isInAll: boolean;
  readonly subresources: readonly string[];
  /** `stored` objects live in the cluster; `computed` ones are read-only views; `review` ones are answered and forgotten. */
  readonly source: "stored" | "computed" | "review";
  /** Set for what a CustomResourceDefinition adds. */
  readonly custom?: CustomVersion;
}

type Row = readonly [group: string, version: string, plural: string, kind: string, scope: "ns" | "cluster", short: string, all: boolean, subresources: string];

const ROWS: readonly Row[] = [
  ["", "v1", "namespaces", "Namespace", "cluster", "ns", false, "status finalize"],
  ["", "v1", "nodes", "Node", "cluster", "no", false, "status proxy"],
  ["", "v1", "pods", "Pod", "ns", "po", true, "status log exec eviction"],
  ["", "v1", "configmaps", "ConfigMap", "ns", "cm", false, ""],
  ["", "v1", "secrets", "Secret", "ns", "", false, ""],
  ["", "v1", "services", "Service", "ns", "svc", true, "status proxy"],
  ["", "v1", "endpoints", "Endpoints", "ns", "ep", false, ""],
  ["", "v1", "events", "Event", "ns", "ev", false, ""],
  ["", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "ns", "pvc", false, "status"],
  ["", "v1", "persistentvolumes", "PersistentVolume", "cluster", "pv", false, "status"],
  ["", "v1", "serviceaccounts", "ServiceAccount", "ns", "sa", false, ""],
  ["", "v1", "podtemplates", "PodTemplate", "ns", "", false, ""],
  ["", "v1", "replicationcontrollers", "ReplicationController", "ns", "rc", true, "status"],
  ["", "v1", "limitranges", "LimitRange", "ns", "limits", false, ""],
  ["", "v1", "resourcequotas", "ResourceQuota", "ns", "quota", false, "status"],
  ["apps", "v1", "deployments", "Deployment", "ns", "deploy", true, "status scale"],
  ["apps", "v1", "replicasets", "ReplicaSet", "ns", "rs", true, "status scale"],
  ["apps", "v1", "statefulsets", "StatefulSet", "ns", "sts", true, "status scale"],
  ["apps", "v1", "daemonsets", "DaemonSet", "ns", "ds", true, "status"],
  ["apps", "v1", "controllerrevisions", "ControllerRevision", "ns", "", false, ""],
  ["batch", "v1", "jobs", "Job", "ns", "", true, "status"],
  ["batch", "v1", "cronjobs", "CronJob", "ns", "cj", true, "status"],
  ["autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "ns", "hpa", true, "status"],
  ["policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "ns", "pdb", false, "status"],
  ["networking.k8s.io", "v1", "ingresses", "Ingress", "ns", "ing", false, "status"],
  ["networking.k8s.io", "v1", "ingressclasses", "IngressClass", "cluster", "", false, ""],
  ["networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", "ns", "netpol", false, ""],
  ["discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", "ns", "", false, ""],
  ["storage.k8s.io", "v1", "storageclasses", "StorageClass", "cluster", "sc", false, ""],
  ["storage.k8s.io", "v1", "csidrivers", "CSIDriver", "cluster", "", false, ""],
  ["storage.k8s.io", "v1", "csinodes", "CSINode", "cluster", "", false, ""],
  ["storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", "cluster", "", false, "status"],
  ["scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", "cluster", "pc", false, ""],
  ["node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", "cluster", "", false, ""],
  ["admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", "cluster", "", false, ""],
  ["admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", "cluster", "", false, ""],
  ["certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", "cluster", "csr", false, "status"],
  ["rbac.authorization.k8s.io", "v1", "roles", "Role", "ns", "", false, ""],
  ["rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", "ns", "", false, ""],
  ["rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", "cluster", "", false, ""],
  ["rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", "cluster", "", false, ""],
  ["coordination.k8s.io", "v1", "leases", "Lease", "ns", "", false, ""],
  ["apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", "cluster", "crd crds", false, "status"],
  ["metrics.k8s.io", "v1beta1", "pods", "PodMetrics", "ns", "", false, ""],
  ["metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", "cluster", "", false, ""],
  ["authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", "cluster", "", false, ""],
  ["authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", "cluster", "", false, ""],
  ["authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", "cluster", "", false, ""],
];

/** The API server's own resources, in discovery order. */
export const RESOURCES: readonly Resource[] = ROWS.map(([group, version, plural, kind, scope, short, isInAll, subresources]) => ({
  group,
  version,
  plural,
  kind,
  isNamespaced: scope === "ns",
  shortNames: short === "" ? [] : short.split(" "),
  isInAll,
  subresources: subresources === "" ? [] : subresources.split(" "),
  source: kind.endsWith("Metrics") ? "computed" : kind.startsWith("SelfSubject") ? "review" : "stored",
}));

/** `v1`, `apps/v1`. */
export function groupVersion(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** `pods`, `deployments.apps`: how messages name a resource. */
export function qualifiedName(resource: Pick<Resource, "group" | "plural">): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** The own resource of a kind; `undefined` for kinds this server does not have by itself. */
export function resourceOfKind(kind: string): Resource | undefined {
  return RESOURCES.find((resource) => resource.kind === kind);
}

/** The resource at a group, version and plural. */
export function findResource(group: string, version: string, plural: string, resources = RESOURCES): Resource | undefined {
  return resources.find((resource) => resource.group === group && resource.version === version && resource.plural === plural);
}

/** The verbs a resource answers. */
export function verbsOf(resource: Resource): readonly string[] {
  switch (resource.source) {
    case "review":
      return ["create"];
    case "computed":
      return ["get", "list"];
    case "stored":
      return ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
  }
}
