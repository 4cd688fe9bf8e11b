import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The application that the script applies; `level` and `version` are what its second version changes. */
function application(version: string, level: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: app-settings}
data: {level: ${level}}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec:
  selector: {app: app}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: app-public}
spec:
  type: NodePort
  selector: {app: app}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app}}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: shop/app:${version}
          ports: [{containerPort: 8080, name: http}]
          envFrom: [{configMapRef: {name: app-settings}}]
          env:
            - {name: PLAIN, value: "1"}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db-secret, key: password}}}
            - {name: HERE, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          readinessProbe: {httpGet: {path: /health, port: http}, initialDelaySeconds: 1}
          livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 20}
          resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}
          volumeMounts: [{name: settings, mountPath: /settings}, {name: scratch, mountPath: /scratch}]
      volumes:
        - {name: settings, configMap: {name: app-settings}}
        - {name: scratch, emptyDir: {}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: "shop/agent:1"}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app}
spec:
  rules: [{host: app.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: app, port: {number: 80}}}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: app}
spec:
  podSelector: {matchLabels: {app: app}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: most}
spec: {hard: {configmaps: "50"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: usual}
spec: {limits: [{type: Container, max: {memory: 8Gi}}]}
`;
}

const POD_TEMPLATE = "template: {metadata: {labels: {app: bad}}, spec: {containers: [{name: c, image: shop/x:1}]}}";

const FILES: Readonly<Record<string, string>> = {
  "app.yaml": application("1", "info"),
  "app-v2.yaml": application("2", "debug"),
  "conflict.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app-settings}\ndata: {level: trace}\n",
  "invalid.yaml": `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {selector: {matchLabels: {app: other}}, ${POD_TEMPLATE}}\n`,
  "invalid-port.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 0}]}\n",
  "unknown-field.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\nodd: 1\n",
  "unknown-kind.yaml": "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: x}\n",
  "broken.yaml": "apiVersion: v1\nkind: ConfigMap\n metadata: {name: x}\n",
  "immutable.yaml": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: another}\n",
  "stale.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app-settings, resourceVersion: \"1\"}\ndata: {level: stale}\n",
  "missing.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nope}\n",
  "crd.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: backups, singular: backup, kind: Backup, shortNames: [bk]}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {keep: {type: integer}}}}}}
      additionalPrinterColumns: [{name: Keep, type: integer, jsonPath: .spec.keep}]
`,
  "backup.yaml": "apiVersion: example.com/v1\nkind: Backup\nmetadata: {name: nightly}\nspec: {keep: 7}\n",
};

/** Writes the files that the script names. */
export function writeManifests(folder: string): void {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
}
