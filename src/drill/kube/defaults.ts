import type { KubeObject } from "../contract.ts";
import { templateHash } from "./names.ts";
import { isRecord, recordOf, recordsOf, stringsOf, type JsonRecord } from "./json.ts";

/** Fills the fields the real API server defaults at each write (a protection finalizer only when `isNew`), as far as printers, `describe` and controllers show or read them. */
export function withDefaults(object: KubeObject, isNew: boolean): KubeObject {
  switch (object.kind) {
    case "Pod":
      object.spec = podDefaults(recordOf(object.spec));
      if (isNew) object.spec = admitPod(object.spec, object.metadata.uid ?? "");
      object.status ??= { phase: "Pending", qosClass: qosClass(object.spec) };
      break;
    case "Deployment":
      object.spec = deploymentDefaults(recordOf(object.spec));
      object.status ??= {};
      break;
    case "ReplicaSet":
      object.spec = { replicas: 1, ...object.spec, template: templateDefaults(recordOf(object.spec)["template"]) };
      object.status ??= { replicas: 0 };
      break;
    case "DaemonSet":
      object.spec = { revisionHistoryLimit: 10, updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }, ...object.spec, template: templateDefaults(recordOf(object.spec)["template"]) };
      object.metadata.annotations = { "deprecated.daemonset.template.generation": "1", ...object.metadata.annotations };
      object.status ??= { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
      break;
    case "StatefulSet":
      object.spec = statefulSetDefaults(recordOf(object.spec));
      object.status ??= { replicas: 0, availableReplicas: 0 };
      break;
    case "Job":
      object.spec = { parallelism: 1, completions: 1, backoffLimit: 6, suspend: false, ...object.spec, template: templateDefaults(recordOf(object.spec)["template"]) };
      object.status ??= {};
      break;
    case "Service":
      object.spec = serviceDefaults(recordOf(object.spec), object.metadata.uid ?? "");
      object.status ??= { loadBalancer: {} };
      break;
    case "PersistentVolumeClaim":
      object.spec = { accessModes: ["ReadWriteOnce"], volumeMode: "Filesystem", ...object.spec };
      object.status ??= { phase: "Pending" };
      addFinalizer(object, "kubernetes.io/pvc-protection", isNew);
      break;
    case "PersistentVolume":
      object.spec = { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem", ...object.spec };
      object.status ??= { phase: "Available" };
      addFinalizer(object, "kubernetes.io/pv-protection", isNew);
      break;
    case "Namespace":
      object.metadata.labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name };
      object.spec ??= { finalizers: ["kubernetes"] };
      object.status ??= { phase: "Active" };
      break;
    case "Secret":
      foldStringData(object);
      object["type"] ??= "Opaque";
      break;
    case "CronJob":
      object.spec = { concurrencyPolicy: "Allow", suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, ...object.spec };
      object.status ??= {};
      break;
    case "CustomResourceDefinition":
      object.spec = { conversion: { strategy: "None" }, ...object.spec };
      object.status ??= establishedStatus(recordOf(object.spec), object.metadata.creationTimestamp);
      break;
    case "StorageClass":
      object["reclaimPolicy"] ??= "Delete";
      object["volumeBindingMode"] ??= "Immediate";
      break;
    case "PriorityClass":
      object["preemptionPolicy"] ??= "PreemptLowerPriority";
      break;
    case "NetworkPolicy":
      object.spec = networkPolicyDefaults(recordOf(object.spec));
      break;
    case "LimitRange":
      object.spec = { ...object.spec, limits: recordsOf(recordOf(object.spec)["limits"]).map((limit) => limitDefaults(limit)) };
      break;
    // Other kinds are stored as given: nothing here shows or reads what the real server would add.
  }
  return object;
}

/** The names of a CustomResourceDefinition are accepted and served at once. */
function establishedStatus(spec: JsonRecord, at: string | undefined): JsonRecord {
  const condition = (type: string, reason: string, message: string): JsonRecord => ({ type, status: "True", reason, message, lastTransitionTime: at });
  return {
    acceptedNames: spec["names"],
    conditions: [condition("NamesAccepted", "NoConflicts", "no conflicts found"), condition("Established", "InitialNamesAccepted", "the initial names have been accepted")],
    storedVersions: recordsOf(spec["versions"]).filter((version) => version["storage"] === true).map((version) => version["name"]),
  };
}

/** Moves a secret's `stringData` into `data` as base64. */
export function foldStringData(object: KubeObject): void {
  if (object["stringData"] === undefined) return;
  const encoded = Object.entries(stringsOf(object["stringData"])).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  object["data"] = { ...recordOf(object["data"]), ...Object.fromEntries(encoded) };
  delete object["stringData"];
}

function addFinalizer(object: KubeObject, finalizer: string, isNew: boolean): void {
  if (!isNew) return;
  const present = object.metadata["finalizers"];
  object.metadata["finalizers"] = Array.isArray(present) ? present : [finalizer];
}

function deploymentDefaults(spec: JsonRecord): JsonRecord {
  const strategy = recordOf(spec["strategy"]);
  const isRolling = (strategy["type"] ?? "RollingUpdate") === "RollingUpdate";
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy: isRolling
      ? { ...strategy, type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%", ...recordOf(strategy["rollingUpdate"]) } }
      : strategy,
    template: templateDefaults(spec["template"]),
  };
}

function statefulSetDefaults(spec: JsonRecord): JsonRecord {
  const templates = recordsOf(spec["volumeClaimTemplates"]).map((claim) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    ...claim,
    spec: { volumeMode: "Filesystem", ...recordOf(claim["spec"]) },
    status: { phase: "Pending" },
  }));
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    ...spec,
    template: templateDefaults(spec["template"]),
    ...(templates.length === 0 ? {} : { volumeClaimTemplates: templates }),
  };
}

/** A pod template with the fields that the API server fills in. */
export function templateDefaults(value: unknown): JsonRecord {
  const template = recordOf(value);
  return { ...template, metadata: { creationTimestamp: null, ...recordOf(template["metadata"]) }, spec: podDefaults(recordOf(template["spec"])) };
}

function podDefaults(spec: JsonRecord): JsonRecord {
  const initContainers = recordsOf(spec["initContainers"]).map((container) => containerDefaults(container));
  return {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    ...spec,
    ...(initContainers.length === 0 ? {} : { initContainers }),
    containers: recordsOf(spec["containers"]).map((container) => containerDefaults(container)),
    ...(Array.isArray(spec["volumes"]) ? { volumes: recordsOf(spec["volumes"]).map((volume) => volumeDefaults(volume)) } : {}),
  };
}

/** What admission adds to every new pod: service account with its token volume, and tolerations of short node failures. */
function admitPod(spec: JsonRecord, uid: string): JsonRecord {
  const account = spec["serviceAccountName"] ?? "default";
  const eviction = ["not-ready", "unreachable"].map((taint) => ({ key: `node.kubernetes.io/${taint}`, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  const volumes = recordsOf(spec["volumes"]);
  const common = { enableServiceLinks: true, preemptionPolicy: "PreemptLowerPriority", priority: 0, ...spec, serviceAccount: account, serviceAccountName: account, tolerations: [...recordsOf(spec["tolerations"]), ...eviction] };
  if (spec["automountServiceAccountToken"] === false) return common;
  const name = `kube-api-access-${templateHash(uid).slice(0, 5)}`;
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
  ];
  const mount = { name, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" };
  const mounted = (containers: readonly JsonRecord[]): JsonRecord[] => containers.map((container) => ({ ...container, volumeMounts: [...recordsOf(container["volumeMounts"]), mount] }));
  return {
    ...common,
    containers: mounted(recordsOf(spec["containers"])),
    ...(spec["initContainers"] === undefined ? {} : { initContainers: mounted(recordsOf(spec["initContainers"])) }),
    volumes: [...volumes, { name, projected: { defaultMode: 420, sources } }],
  };
}

function containerDefaults(container: JsonRecord): JsonRecord {
  const image = String(container["image"] ?? "");
  const hasMovingTag = image.endsWith(":latest") || !/:[^/]+$|@/u.test(image);
  const ports = recordsOf(container["ports"]).map((port) => ({ protocol: "TCP", ...port }));
  const env = recordsOf(container["env"]).map((variable) => environmentDefaults(variable));
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: hasMovingTag ? "Always" : "IfNotPresent",
    ...container,
    ...(ports.length === 0 ? {} : { ports }),
    ...(env.length === 0 ? {} : { env }),
    ...probeField(container, "readinessProbe"),
    ...probeField(container, "livenessProbe"),
    ...probeField(container, "startupProbe"),
  };
}

function environmentDefaults(variable: JsonRecord): JsonRecord {
  const source = recordOf(variable["valueFrom"]);
  return isRecord(source["fieldRef"]) ? { ...variable, valueFrom: { ...source, fieldRef: { apiVersion: "v1", ...source["fieldRef"] } } } : variable;
}

function probeField(container: JsonRecord, name: string): JsonRecord {
  const probe = container[name];
  if (!isRecord(probe)) return {};
  const httpGet = isRecord(probe["httpGet"]) ? { httpGet: { scheme: "HTTP", ...probe["httpGet"] } } : {};
  return { [name]: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe, ...httpGet } };
}

function volumeDefaults(volume: JsonRecord): JsonRecord {
  for (const source of ["configMap", "secret"]) {
    if (isRecord(volume[source])) return { ...volume, [source]: { defaultMode: 420, ...volume[source] } };
  }
  return volume;
}

function serviceDefaults(spec: JsonRecord, uid: string): JsonRecord {
  const type = spec["type"] ?? "ClusterIP";
  const ports = recordsOf(spec["ports"]).map((port) => ({ protocol: "TCP", targetPort: port["port"], ...port }));
  if (type === "ExternalName") return { sessionAffinity: "None", ...spec, type };
  const clusterIP = typeof spec["clusterIP"] === "string" ? spec["clusterIP"] : serviceAddress(uid);
  return { sessionAffinity: "None", internalTrafficPolicy: "Cluster", ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack", clusterIPs: [clusterIP], ...spec, clusterIP, type, ports };
}

/** An address in the services' network, fixed by the service's uid. */
function serviceAddress(uid: string): string {
  const number = Number.parseInt(uid.replaceAll("-", "").slice(0, 6), 16);
  return `10.${96 + ((number >> 16) & 0x0f)}.${(number >> 8) & 0xff}.${((number & 0xff) % 253) + 1}`;
}

function networkPolicyDefaults(spec: JsonRecord): JsonRecord {
  const withProtocols = (rule: JsonRecord): JsonRecord => (rule["ports"] === undefined ? rule : { ...rule, ports: recordsOf(rule["ports"]).map((port) => ({ protocol: "TCP", ...port })) });
  const rules = Object.fromEntries(["ingress", "egress"].filter((side) => spec[side] !== undefined).map((side) => [side, recordsOf(spec[side]).map((rule) => withProtocols(rule))]));
  return { policyTypes: ["Ingress", ...(spec["egress"] === undefined ? [] : ["Egress"])], ...spec, ...rules };
}

/** A container's limit is its greatest where none is said, and its request is its limit. */
function limitDefaults(limit: JsonRecord): JsonRecord {
  if (limit["type"] !== "Container") return limit;
  const standard = { ...stringsOf(limit["max"]), ...stringsOf(limit["default"]) };
  const request = { ...standard, ...stringsOf(limit["min"]), ...stringsOf(limit["defaultRequest"]) };
  return { ...limit, ...(Object.keys(standard).length === 0 ? {} : { default: standard }), ...(Object.keys(request).length === 0 ? {} : { defaultRequest: request }) };
}

/** The pod's quality of service: Guaranteed when every container limits CPU and memory to what it requests. */
function qosClass(spec: JsonRecord): string {
  const resources = recordsOf(spec["containers"]).map((container) => recordOf(container["resources"]));
  const hasAny = resources.some((entry) => Object.keys(recordOf(entry["requests"])).length + Object.keys(recordOf(entry["limits"])).length > 0);
  if (!hasAny) return "BestEffort";
  const isGuaranteed = resources.every((entry) => {
    const limits = recordOf(entry["limits"]);
    const requests = { ...limits, ...recordOf(entry["requests"]) };
    return ["cpu", "memory"].every((name) => limits[name] !== undefined && limits[name] === requests[name]);
  });
  return isGuaranteed ? "Guaranteed" : "Burstable";
}
