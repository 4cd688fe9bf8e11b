import { fieldsOf, type Fields } from "./wire.ts";
import type { JsonRecord } from "../json.ts";

/** How one protobuf field becomes JSON. A capitalised type is a message of this table; a `[]` is a list. */
type FieldType = string;

/** Messages by name: field number to JSON name and type (`generated.proto` of k8s.io/api), as far as `kubectl create` fills them. */
const MESSAGES: Readonly<Record<string, Readonly<Record<number, readonly [name: string, type: FieldType]>>>> = {
  ObjectMeta: { 1: ["name", "string"], 2: ["generateName", "string"], 3: ["namespace", "string"], 11: ["labels", "map"], 12: ["annotations", "map"], 13: ["ownerReferences", "OwnerReference[]"] },
  OwnerReference: { 1: ["kind", "string"], 3: ["name", "string"], 4: ["uid", "string"], 5: ["apiVersion", "string"], 6: ["controller", "bool"], 7: ["blockOwnerDeletion", "bool"] },
  LabelSelector: { 1: ["matchLabels", "map"] },
  Deployment: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "DeploymentSpec"] },
  DeploymentSpec: { 1: ["replicas", "int"], 2: ["selector", "LabelSelector"], 3: ["template", "PodTemplateSpec"], 5: ["minReadySeconds", "int"] },
  Job: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "JobSpec"] },
  JobSpec: { 1: ["parallelism", "int"], 2: ["completions", "int"], 3: ["activeDeadlineSeconds", "int"], 6: ["template", "PodTemplateSpec"], 7: ["backoffLimit", "int"], 8: ["ttlSecondsAfterFinished", "int"] },
  CronJob: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "CronJobSpec"] },
  CronJobSpec: { 1: ["schedule", "string"], 3: ["concurrencyPolicy", "string"], 4: ["suspend", "bool"], 5: ["jobTemplate", "JobTemplateSpec"] },
  JobTemplateSpec: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "JobSpec"] },
  Pod: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "PodSpec"] },
  PodTemplateSpec: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "PodSpec"] },
  PodSpec: { 1: ["volumes", "Volume[]"], 2: ["containers", "Container[]"], 3: ["restartPolicy", "string"], 4: ["terminationGracePeriodSeconds", "int"], 5: ["activeDeadlineSeconds", "int"], 6: ["dnsPolicy", "string"], 7: ["nodeSelector", "map"], 8: ["serviceAccountName", "string"], 9: ["serviceAccount", "string"], 10: ["nodeName", "string"], 11: ["hostNetwork", "flag"], 12: ["hostPID", "flag"], 13: ["hostIPC", "flag"], 14: ["securityContext", "PodSecurityContext"], 15: ["imagePullSecrets", "LocalReference[]"], 19: ["schedulerName", "string"], 20: ["initContainers", "Container[]"], 21: ["automountServiceAccountToken", "bool"], 22: ["tolerations", "Toleration[]"] },
  Toleration: { 1: ["key", "string"], 2: ["operator", "string"], 3: ["value", "string"], 4: ["effect", "string"], 5: ["tolerationSeconds", "int"] },
  Volume: { 1: ["name", "string"], 2: ["*", "VolumeSource"] },
  VolumeSource: { 2: ["emptyDir", "EmptyDir"], 6: ["secret", "SecretVolume"], 10: ["persistentVolumeClaim", "ClaimVolume"], 19: ["configMap", "ConfigMapVolume"] },
  EmptyDir: { 1: ["medium", "string"], 2: ["sizeLimit", "quantity"] },
  PodSecurityContext: { 2: ["runAsUser", "int"], 3: ["runAsNonRoot", "bool"], 4: ["supplementalGroups", "int[]"], 5: ["fsGroup", "int"], 6: ["runAsGroup", "int"], 9: ["fsGroupChangePolicy", "string"] },
  SecurityContext: { 1: ["capabilities", "Capabilities"], 2: ["privileged", "bool"], 4: ["runAsUser", "int"], 5: ["runAsNonRoot", "bool"], 6: ["readOnlyRootFilesystem", "bool"], 7: ["allowPrivilegeEscalation", "bool"], 8: ["runAsGroup", "int"] },
  Capabilities: { 1: ["add", "string[]"], 2: ["drop", "string[]"] },
  SecretVolume: { 1: ["secretName", "string"], 4: ["optional", "bool"] },
  ClaimVolume: { 1: ["claimName", "string"], 2: ["readOnly", "bool"] },
  ConfigMapVolume: { 1: ["*", "LocalReference"], 4: ["optional", "bool"] },
  LocalReference: { 1: ["name", "string"] },
  Container: { 1: ["name", "string"], 2: ["image", "string"], 3: ["command", "string[]"], 4: ["args", "string[]"], 5: ["workingDir", "string"], 6: ["ports", "ContainerPort[]"], 7: ["env", "EnvVar[]"], 8: ["resources", "ResourceRequirements"], 9: ["volumeMounts", "VolumeMount[]"], 13: ["terminationMessagePath", "string"], 14: ["imagePullPolicy", "string"], 15: ["securityContext", "SecurityContext"], 19: ["envFrom", "EnvFrom[]"], 20: ["terminationMessagePolicy", "string"] },
  ResourceRequirements: { 1: ["limits", "quantityMap"], 2: ["requests", "quantityMap"] },
  ContainerPort: { 1: ["name", "string"], 3: ["containerPort", "int"], 4: ["protocol", "string"] },
  EnvVar: { 1: ["name", "string"], 2: ["value", "string"], 3: ["valueFrom", "EnvVarSource"] },
  EnvVarSource: { 1: ["fieldRef", "FieldReference"], 3: ["configMapKeyRef", "KeyReference"], 4: ["secretKeyRef", "KeyReference"] },
  FieldReference: { 1: ["apiVersion", "string"], 2: ["fieldPath", "string"] },
  KeyReference: { 1: ["*", "LocalReference"], 2: ["key", "string"], 3: ["optional", "bool"] },
  EnvFrom: { 1: ["prefix", "string"], 2: ["configMapRef", "OptionalReference"], 3: ["secretRef", "OptionalReference"] },
  OptionalReference: { 1: ["*", "LocalReference"], 2: ["optional", "bool"] },
  VolumeMount: { 1: ["name", "string"], 2: ["readOnly", "bool"], 3: ["mountPath", "string"], 4: ["subPath", "string"] },
  Service: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "ServiceSpec"] },
  ServiceSpec: { 1: ["ports", "ServicePort[]"], 2: ["selector", "map"], 3: ["clusterIP", "string"], 4: ["type", "string"], 10: ["externalName", "string"] },
  ServicePort: { 1: ["name", "string"], 2: ["protocol", "string"], 3: ["port", "int"], 4: ["targetPort", "intOrString"], 5: ["nodePort", "int"] },
  Namespace: { 1: ["metadata", "ObjectMeta"] },
  ServiceAccount: { 1: ["metadata", "ObjectMeta"] },
  Secret: { 1: ["metadata", "ObjectMeta"], 2: ["data", "base64Map"], 3: ["type", "string"], 4: ["stringData", "map"], 5: ["immutable", "bool"] },
  ConfigMap: { 1: ["metadata", "ObjectMeta"], 2: ["data", "map"], 3: ["binaryData", "base64Map"], 4: ["immutable", "bool"] },
  DeleteOptions: { 1: ["gracePeriodSeconds", "int"], 2: ["preconditions", "Preconditions"], 4: ["propagationPolicy", "string"], 5: ["dryRun", "string[]"] },
  Preconditions: { 1: ["uid", "string"], 2: ["resourceVersion", "string"] },
  Eviction: { 1: ["metadata", "ObjectMeta"], 2: ["deleteOptions", "DeleteOptions"] },
  Scale: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "ScaleSpec"] },
  ScaleSpec: { 1: ["replicas", "int"] },
  SelfSubjectAccessReview: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "AccessReviewSpec"] },
  AccessReviewSpec: { 1: ["resourceAttributes", "ResourceAttributes"], 2: ["nonResourceAttributes", "NonResourceAttributes"] },
  ResourceAttributes: { 1: ["namespace", "string"], 2: ["verb", "string"], 3: ["group", "string"], 4: ["version", "string"], 5: ["resource", "string"], 6: ["subresource", "string"], 7: ["name", "string"] },
  NonResourceAttributes: { 1: ["path", "string"], 2: ["verb", "string"] },
  SelfSubjectRulesReview: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "RulesReviewSpec"] },
  RulesReviewSpec: { 1: ["namespace", "string"] },
  SelfSubjectReview: { 1: ["metadata", "ObjectMeta"] },
  Role: { 1: ["metadata", "ObjectMeta"], 2: ["rules", "PolicyRule[]"] },
  ClusterRole: { 1: ["metadata", "ObjectMeta"], 2: ["rules", "PolicyRule[]"] },
  PolicyRule: { 1: ["verbs", "string[]"], 2: ["apiGroups", "string[]"], 3: ["resources", "string[]"], 4: ["resourceNames", "string[]"], 5: ["nonResourceURLs", "string[]"] },
  RoleBinding: { 1: ["metadata", "ObjectMeta"], 2: ["subjects", "Subject[]"], 3: ["roleRef", "RoleRef"] },
  ClusterRoleBinding: { 1: ["metadata", "ObjectMeta"], 2: ["subjects", "Subject[]"], 3: ["roleRef", "RoleRef"] },
  Subject: { 1: ["kind", "string"], 2: ["apiGroup", "string"], 3: ["name", "string"], 4: ["namespace", "string"] },
  RoleRef: { 1: ["apiGroup", "string"], 2: ["kind", "string"], 3: ["name", "string"] },
  ResourceQuota: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "ResourceQuotaSpec"] },
  ResourceQuotaSpec: { 1: ["hard", "quantityMap"], 2: ["scopes", "string[]"] },
  PodDisruptionBudget: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "PodDisruptionBudgetSpec"] },
  PodDisruptionBudgetSpec: { 1: ["minAvailable", "intOrString"], 2: ["selector", "LabelSelector"], 3: ["maxUnavailable", "intOrString"] },
  PriorityClass: { 1: ["metadata", "ObjectMeta"], 2: ["value", "int"], 3: ["globalDefault", "flag"], 4: ["description", "string"], 5: ["preemptionPolicy", "string"] },
  Ingress: { 1: ["metadata", "ObjectMeta"], 2: ["spec", "IngressSpec"] },
  IngressSpec: { 1: ["defaultBackend", "IngressBackend"], 2: ["tls", "IngressTls[]"], 3: ["rules", "IngressRule[]"], 4: ["ingressClassName", "string"] },
  IngressTls: { 1: ["hosts", "string[]"], 2: ["secretName", "string"] },
  IngressRule: { 1: ["host", "string"], 2: ["*", "IngressRuleValue"] },
  IngressRuleValue: { 1: ["http", "IngressHttp"] },
  IngressHttp: { 1: ["paths", "IngressPath[]"] },
  IngressPath: { 1: ["path", "string"], 2: ["backend", "IngressBackend"], 3: ["pathType", "string"] },
  IngressBackend: { 4: ["service", "IngressService"] },
  IngressService: { 1: ["name", "string"], 2: ["port", "IngressPort"] },
  IngressPort: { 1: ["name", "string"], 2: ["number", "number"] },
};

/** Kinds that may be the outermost message. */
const KINDS = new Set(["Deployment", "Job", "CronJob", "Pod", "Service", "Namespace", "ServiceAccount", "Secret", "ConfigMap", "DeleteOptions", "Eviction", "Scale", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SelfSubjectReview", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ResourceQuota", "PodDisruptionBudget", "PriorityClass", "Ingress"]);

/** The JSON of a message of a kind; `undefined` for kinds and bytes that are not known. */
export function decodeMessage(kind: string, bytes: Buffer): JsonRecord | undefined {
  return KINDS.has(kind) ? message(kind, bytes) : undefined;
}

function message(type: string, bytes: Buffer): JsonRecord | undefined {
  const fields = fieldsOf(bytes);
  const known = MESSAGES[type];
  if (fields === undefined || known === undefined) return undefined;
  const result: JsonRecord = {};
  for (const [number, [name, fieldType]] of Object.entries(known)) {
    const value = fieldValue(fieldType, fields, Number(number));
    if (value === undefined) continue;
    // An embedded message: its fields belong to this one.
    if (name === "*") Object.assign(result, value);
    else result[name] = value;
  }
  return result;
}

function fieldValue(type: FieldType, fields: Fields, number: number): unknown {
  const items = fields.get(number);
  if (items === undefined) return undefined;
  if (type === "map" || type === "base64Map") return mapValue(items, type === "map" ? "utf8" : "base64");
  if (type === "quantityMap") return quantities(items);
  if (type.endsWith("[]")) return items.map((item) => single(type.slice(0, -2), item)).filter((item) => item !== undefined);
  const value = single(type, items[0]);
  // Protobuf writes empty strings, false flags and zeros that Kubernetes leaves out of JSON.
  if ((type === "flag" && value === false) || (type === "number" && value === 0)) return undefined;
  return value === "" ? undefined : value;
}

function single(type: FieldType, item: number | Buffer | undefined): unknown {
  if (typeof item === "number") return type === "bool" || type === "flag" ? item !== 0 : item;
  if (item === undefined) return undefined;
  if (type === "string") return item.toString();
  if (type === "quantity") return quantity(item);
  if (type !== "intOrString") return message(type, item);
  const inner = fieldsOf(item);
  const kind = inner?.get(1)?.[0];
  const text = inner?.get(3)?.[0];
  return kind === 1 && Buffer.isBuffer(text) ? text.toString() : (inner?.get(2)?.[0] ?? 0);
}

/** A quantity is a message of one string. */
function quantity(item: Buffer): string | undefined {
  const text = fieldsOf(item)?.get(1)?.[0];
  return Buffer.isBuffer(text) ? text.toString() : undefined;
}

/** A map whose values are quantities. */
function quantities(items: readonly (number | Buffer)[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const item of items) {
    const entry = Buffer.isBuffer(item) ? fieldsOf(item) : undefined;
    const [key, value] = [entry?.get(1)?.[0], entry?.get(2)?.[0]];
    const text = Buffer.isBuffer(value) ? quantity(value) : undefined;
    if (Buffer.isBuffer(key) && text !== undefined) result[key.toString()] = text;
  }
  return result;
}

function mapValue(items: readonly (number | Buffer)[], encoding: "utf8" | "base64"): Record<string, string> {
  const result: Record<string, string> = {};
  for (const item of items) {
    const entry = Buffer.isBuffer(item) ? fieldsOf(item) : undefined;
    const key = entry?.get(1)?.[0];
    const value = entry?.get(2)?.[0];
    if (Buffer.isBuffer(key)) result[key.toString()] = Buffer.isBuffer(value) ? value.toString(encoding) : "";
  }
  return result;
}
