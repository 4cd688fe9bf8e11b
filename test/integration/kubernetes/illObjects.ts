import type { KubeObject } from "../../../src/drill/contract.ts";
import { node } from "../kube/drillCluster.ts";

/** Where what is not well stands, beside the healthy `shop`. */
export const ILL = "ill";

/** A pod with everything that `describe` has a line for. */
const POD_SPEC = {
  terminationGracePeriodSeconds: 1,
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "dedicated", operator: "Equal", value: "db", effect: "NoSchedule" }, { key: "spot", operator: "Exists" }],
  initContainers: [{ name: "setup", image: "busybox:1", command: ["true"], volumeMounts: [{ name: "scratch", mountPath: "/scratch" }] }],
  containers: [
    {
      name: "server", image: "busybox:1", command: ["serve"], args: ["--port", "8080"], ports: [{ name: "http", containerPort: 8080 }, { containerPort: 9090, protocol: "UDP" }],
      env: [
        { name: "PLAIN", value: "a value\nof two lines" }, { name: "KEY", valueFrom: { configMapKeyRef: { name: "settings", key: "level" } } }, { name: "SECRET", valueFrom: { secretKeyRef: { name: "tokens", key: "t", optional: true } } },
        { name: "HERE", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }, { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
      ],
      envFrom: [{ configMapRef: { name: "settings" } }, { prefix: "T_", secretRef: { name: "tokens", optional: true } }],
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1500m", memory: "128Mi" } },
      livenessProbe: { httpGet: { path: "/health", port: "http" }, initialDelaySeconds: 5, periodSeconds: 20 }, readinessProbe: { tcpSocket: { port: 8080 }, timeoutSeconds: 3 },
      volumeMounts: [{ name: "settings", mountPath: "/settings", readOnly: true }, { name: "scratch", mountPath: "/scratch" }, { name: "tokens", mountPath: "/tokens/t", subPath: "t" }],
    },
    { name: "sidecar", image: "busybox:1", startupProbe: { exec: { command: ["true"] } } },
  ],
  volumes: [{ name: "settings", configMap: { name: "settings", items: [{ key: "level", path: "level" }] } }, { name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }, { name: "tokens", secret: { secretName: "tokens", optional: true } }, { name: "gone", hostPath: { path: "/var/log" } }],
};

const workload = (kind: string, name: string, spec: Readonly<Record<string, unknown>>, podSpec: unknown): KubeObject => ({
  apiVersion: "apps/v1", kind, metadata: { name, namespace: ILL, labels: { app: name }, annotations: { "kubernetes.io/change-cause": `first of ${name}` } },
  spec: { ...spec, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name, tier: "back" }, annotations: { note: "kept", "other/note": "two\nlines" } }, spec: podSpec } },
});

/** A node whose kubelet is silent: nothing is scheduled there, and nobody has measured it. */
const LOST_NODE: KubeObject = { ...node("node-lost"), status: { ...node("node-lost").status, conditions: [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status.", lastHeartbeatTime: "2026-01-01T00:00:00Z", lastTransitionTime: "2026-01-01T00:00:00Z" }] } };

/** Objects of which most do not run: a crash loop, an image that nobody has, a claim that no volume answers and the pod that waits for it. */
export const ILL_OBJECTS: readonly KubeObject[] = [
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: ILL }, data: { level: "info" } },
  { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "waits", namespace: ILL, labels: { app: "stuck" } }, spec: { accessModes: ["ReadWriteOnce", "ReadOnlyMany"], resources: { requests: { storage: "5Gi" } }, storageClassName: "missing" } },
  { apiVersion: "v1", kind: "Pod", metadata: { name: "stuck", namespace: ILL, labels: { app: "stuck" } }, spec: { containers: [{ name: "c", image: "busybox:1", volumeMounts: [{ name: "data", mountPath: "/data" }] }], volumes: [{ name: "data", persistentVolumeClaim: { claimName: "waits" } }] } },
  { apiVersion: "v1", kind: "Pod", metadata: { name: "puller", namespace: ILL }, spec: { restartPolicy: "Never", containers: [{ name: "c", image: "nowhere/none:1" }] } },
  { apiVersion: "v1", kind: "Service", metadata: { name: "two", namespace: ILL }, spec: { selector: { app: "two" }, ports: [{ port: 80, targetPort: 8080 }] } },
  workload("StatefulSet", "two", { replicas: 2, serviceName: "two" }, POD_SPEC),
  workload("Deployment", "crash", { replicas: 1 }, { containers: [{ name: "c", image: "broken/app:1", resources: { limits: { memory: "64Mi" } } }] }),
];

/** The same of the drill world, where what happened since has its time. */
export const ILL_LATER: readonly { readonly agoMs: number; readonly object: KubeObject }[] = [
  { agoMs: 3 * 3_600_000, object: LOST_NODE },
  { agoMs: 2 * 3_600_000, object: { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "two", namespace: ILL }, spec: { template: { metadata: { annotations: { note: "changed" } } } } } },
  { agoMs: 20 * 60_000, object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop", annotations: { "kubernetes.io/change-cause": "new variable" } }, spec: { template: { spec: { containers: [{ name: "web", env: [{ name: "B", value: "2" }] }] } } } } },
  { agoMs: 12 * 60_000, object: { apiVersion: "batch/v1", kind: "Job", metadata: { name: "once", namespace: ILL }, spec: { template: { metadata: { labels: { app: "once" } }, spec: { restartPolicy: "Never", containers: [{ name: "c", image: "busybox:1", command: ["echo", "done"] }] } } } } },
];
