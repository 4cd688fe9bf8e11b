import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { createFilePort } from "../../../src/services/files.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { type KubectlVersion, needKubectl } from "../../parts/kubectl.ts";
import { contextOf, runKubectl, type Ran } from "../../unit/kubectl/fakes.ts";
import { type ConnectedCluster, connectedWorld, SERVER_NAMES, type ServerKind } from "./connectedWorld.ts";
import { FidelityRecord } from "./fidelityRecord.ts";
import { asWordedBy } from "./wordedBy.ts";

const CRON_JOB = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: NAME
  labels: {app: not-of-jobs}
spec:
  schedule: "0 0 1 1 *"
  suspend: true
  jobTemplate:
    metadata:
      labels: {app: nightly}
      annotations: {note: kept}
    spec:
      backoffLimit: 1
      template:
        spec:
          restartPolicy: Never
          initContainers:
            - name: first
              image: busybox
          containers:
            - name: c
              image: busybox
              command: [sleep, "3600"]
              env: [{name: A, value: "1"}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]
              resources: {requests: {memory: 1Mi, cpu: 10m}, limits: {memory: 2Mi}}
              volumeMounts: [{name: v, mountPath: /v, readOnly: true}]
              securityContext: {runAsUser: 1, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
          volumes:
            - name: v
              emptyDir: {sizeLimit: 1Gi}
          nodeSelector: {b: "1", a: "2"}
          securityContext: {runAsNonRoot: true, fsGroup: 7, supplementalGroups: [8, 9]}
          imagePullSecrets: [{name: pull}]
          tolerations: [{key: t, operator: Exists}]
`;

/** `NAME` is another name for each of the two, so that both can make it; `< TEXT` at the end is standard input. */
const CALLS: readonly (readonly string[])[] = [
  ["create", "namespace", "NAME"],
  ["create", "ns", "NAME"],
  ["create", "namespace", "NAME", "--dry-run=client", "-o", "yaml"],
  ["create", "namespace", "NAME", "--dry-run=client", "-o", "json"],
  ["create", "namespace", "NAME", "--dry-run=client"],
  ["create", "namespace", "NAME2", "--dry-run=server"],
  ["create", "namespace"],
  ["create", "secret", "generic", "NAME", "--from-literal=a=1", "--from-literal=b=x=y"],
  ["create", "secret", "generic", "NAME", "--from-literal=a=1"],
  ["create", "secret", "generic", "NAME", "--from-literal=jwt.secret=abc", "--dry-run=client", "-o", "yaml"],
  ["create", "secret", "generic", "NAME", "-n", "shop", "--type=Opaque", "--from-literal=k=ä\n", "--dry-run=client", "-o", "yaml"],
  ["create", "secret", "generic", "NAME", "--dry-run=client", "-o", "json"],
  ["create", "secret", "generic", "NAME", "--dry-run=client", "-o", "name"],
  ["create", "secret", "generic", "NAME", "--dry-run=client", "-o", "jsonpath={.metadata.name}"],
  ["create", "secret", "generic", "NAME", "--from-literal=novalue"],
  ["create", "secret", "generic", "NAME", "--from-literal=a=1", "--from-literal=a=2"],
  ["create", "secret", "generic", "NAME", "--from-literal=a b=1"],
  ["create", "configmap", "NAME", "--from-literal=a=1"],
  ["create", "cm", "NAME", "--from-literal=a=1"],
  ["create", "cm", "NAME", "--from-literal=a b=1"],
  ["create", "cm", "NAME3", "--from-literal=a=1", "-o", "name"],
  ["create", "cm", "NAME3", "--from-literal=b=<1>", "--from-literal=a=2", "--dry-run=client", "-o", "json", "-n", "shop"],
  ["create", "secret", "generic", "NAME3", "--type=example.com/x", "--from-literal=b=1", "--dry-run=client", "-o", "json"],
  ["create", "configmap", "NAME", "--from-literal=b=2", "--from-literal=a=line\nline\n", "--dry-run=client", "-o", "yaml"],
  ["create", "configmap", "NAME", "--dry-run=client", "-o", "yaml"],
  ["create", "job", "NAME"],
  ["create", "job", "--image=busybox"],
  ["create", "job", "NAME", "--image=busybox", "--from=cronjob/NAME"],
  ["create", "job", "NAME", "--from=cronjob/NAME", "--", "date"],
  ["create", "job", "NAME", "--from=cronjob/NAME"],
  ["apply", "--server-side", "-f", "-", "<", CRON_JOB],
  ["create", "job", "NAME", "--from=cronjob/NAME", "--dry-run=client", "-o", "yaml", "-n", "shop"],
  ["create", "job", "NAME", "--from=cj/NAME", "--dry-run=server"],
  ["create", "job", "NAME", "--from=cronjob/NAME", "--dry-run=client"],
  ["create", "job", "NAME", "--from=cronjobs.batch/NAME"],
  ["create", "job", "NAME", "--from=cronjob/NAME"],
  ["get", "job", "NAME", "-o", "jsonpath={.metadata.annotations}{.metadata.labels.app}{.metadata.ownerReferences[*].kind}{.spec.template.spec.containers}{.spec.backoffLimit}"],
  ["create", "job", "NAME-2", "--image=busybox", "--dry-run=client", "-o", "yaml"],
  ["create", "job", "NAME-2", "--image=busybox", "--dry-run=client", "-o", "json", "--", "sh", "-c", "echo '<1>'"],
  ["create", "job", "NAME-4", "--from=cronjob/NAME", "--dry-run=client", "-o", "json"],
  ["create", "job", "NAME-4", "--from=cronjob/NAME", "--dry-run=client", "-o", "name"],
  ["create", "job", "NAME-4", "--from=cronjob/NAME", "--dry-run=server", "-o", "json"],
  ["create", "job", "NAME-4", "--from=cronjob/NAME", "-o", "json", "-n", "shop"],
  ["create", "job", "NAME-2", "--image=busybox", "-o", "name", "--", "date", "-u"],
  ["create", "job", "NAME-3", "--image=busybox", "--dry-run=client", "-o", "jsonpath={.spec.template.spec}", "--", "sh", "-c", "echo '<1>'"],
  ["get", "job", "NAME-2", "-o", "jsonpath={.spec.template.spec}"],
  ["create", "job", "NAME-2", "--image=busybox", "--context", "drill-view"],
  ["get", "secret", "NAME", "-o", "jsonpath={.data}"],
  ["patch", "secret", "NAME", "-p", '{"stringData":{"c":"3"}}'],
  ["patch", "secret", "NAME", "--type=merge", "-p", '{"data":{"a":"Mg=="}}'],
  ["patch", "secret", "NAME", "--type=merge", "-p", '{"data":{"a":"Mg=="}}'],
  ["patch", "secret", "NAME", "--type=json", "-p", '[{"op":"remove","path":"/data/b"}]'],
  ["patch", "secret/NAME", "--patch-file", "patch.yaml"],
  ["patch", "secret/NAME", "--patch-file", "/dev/stdin", "<", '{"data":{"z":"Mg=="}}'],
  ["patch", "secret/NAME", "--type=merge", "-p", "data: {y: MQ==}", "--dry-run=server"],
  ["patch", "secret/NAME", "--type=merge", "-p", "{}", "-o", "name"],
  ["patch", "secret/NAME", "--type=merge", "-p", "{}", "-o", "jsonpath={.data}"],
  ["patch", "secret/nope", "-p", "{}"],
  ["patch", "secret/NAME", "--type=odd", "-p", "{}"],
  ["patch", "secret/NAME", "-p", "{"],
  ["patch", "secret/NAME", "--patch-file", "nowhere.yaml"],
  ["patch", "deployment/web", "--subresource=scale", "--type=merge", "-p", '{"spec":{"replicas":3}}'],
  ["apply", "--server-side", "-f", "one.yaml", "--dry-run=server"],
  ["apply", "--server-side", "-f", "NAME.yaml"],
  ["apply", "--server-side", "-f", "NAME.yaml"],
  ["apply", "--server-side", "-f", "NAME.yaml", "-o", "name"],
  ["apply", "--server-side", "-f", "folder", "--dry-run=server"],
  ["apply", "--server-side", "-f", "empty"],
  ["apply", "--server-side", "-f", "nowhere.yaml"],
  ["apply", "--server-side", "-f", "unknown.yaml"],
  ["apply", "--server-side", "-f", "one.yaml", "-n", "other"],
  ["apply", "--server-side", "-f", "one.yaml", "--dry-run=client"],
  ["apply", "--server-side", "-f", "-", "<", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME-in\ndata:\n  a: b\n"],
  ["apply", "--server-side", "--field-manager=other", "-f", "NAME-changed.yaml"],
  ["apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "NAME-changed.yaml"],
  ["auth", "can-i", "--list"],
  ["auth", "can-i", "--list", "--no-headers", "-n", "other"],
  ["auth", "can-i", "--list", "--context", "drill-view"],
  ["rollout", "history", "deployment/web", "--revision=1"],
  ["rollout", "history", "deployment/web", "--revision=99"],
  ["rollout", "history", "statefulset/db"],
  ["rollout", "history", "statefulset/db", "--revision=1"],
  ["rollout", "undo", "statefulset/db"],
  ["rollout", "undo", "statefulset/db", "--to-revision=9"],
  ["rollout", "undo", "deployment/web"],
  ["rollout", "restart", "deployment/web", "-o", "name"],
  ["scale", "deployment/web", "--replicas=3", "-o", "name"],
  ["scale", "deployment/web", "--replicas=3", "--dry-run=client"],
  ["set", "env", "deployment/web", "Z=1", "--dry-run=server", "-o", "name"],
  ["set", "image", "deployment/web", "web=shop/web:2", "--dry-run=server", "-o", "name"],
  ["wait", "--for=create", "pod/db-0", "--timeout=5s"],
  ["wait", "--for=jsonpath={.status.phase}=Running", "pod/db-0", "--timeout=20s"],
  ["wait", "--for=jsonpath={.status.phase}=Nope", "pod/db-0", "--timeout=0"],
  ["wait", "--for=condition=Ready=false", "pod/db-0", "--timeout=0"],
  ["wait", "--for=delete", "pod/nope", "--timeout=1s"],
  ["wait", "--for=delete", "secret", "-l", "none=1", "--timeout=1s"],
  ["wait", "--for=condition=ready", "pod/db-0", "--timeout=20s", "-o", "name"],
  ["delete", "secret", "NAME", "--dry-run=server"],
  ["delete", "secret", "NAME", "--dry-run=client"],
  ["delete", "secret/NAME", "configmap/NAME", "-o", "name"],
  ["delete", "namespace", "NAME"],
];

const manifest = (name: string, value: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}-a
data:
  key: ${value}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}-d
  namespace: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: c
          image: shop/${value}
`;

function writeFiles(folder: string): void {
  const files: Readonly<Record<string, string>> = {
    "patch.yaml": "data:\n  q: MQ==\n", "one.yaml": manifest("one", "v"), "thing-one.yaml": manifest("thing-one", "v"), "thing-two.yaml": manifest("thing-two", "v"), "thing-one-changed.yaml": manifest("thing-one", "w"), "thing-two-changed.yaml": manifest("thing-two", "w"),
    "folder/b.yml": manifest("b", "v"), "folder/a.json": '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"listed"}}]}', "folder/notes.txt": "no",
    "unknown.yaml": "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: x}\n",
  };
  for (const sub of ["folder", "empty"]) mkdirSync(join(folder, sub), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const UID = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/g;

/** When and as which version an object was made. */
const MOMENT = /(?<="creationTimestamp": "|"resourceVersion": ")[\dTZ:-]+/g;

const named = (argv: readonly string[], name: string): readonly string[] => argv.map((word) => word.replaceAll("NAME", name));

/** Our kubectl and the stock one of that version change alike and say the same. */
export function describeChanges(version: KubectlVersion, server: ServerKind = "drill", connect: () => ConnectedCluster = connectedWorld): void {
  describe(`changes by kubectl in process and by stock kubectl ${version} on ${SERVER_NAMES[server]}`, function () {
    this.timeout(60_000);
    const connected = connect();
    // kubectl waits for creation since 1.31.
    const calls = CALLS.filter((call) => call[1] !== "--for=create" || Number(version.split(".")[1]) >= 31);
    const record = new FidelityRecord("changes", server, version);
    let binary: string;
    const ports = new Map<string | undefined, ClosableKubernetesPort>();
    before(async function () {
      binary = await needKubectl(version, this);
      writeFiles(connected.folder);
      for (const context of [undefined, "drill-view"]) ports.set(context, await createKubernetesPort({ kubeconfigPath: connected.kubeconfigPath, ...(context === undefined ? {} : { context }) }));
    });
    after(() => {
      for (const port of ports.values()) port.close();
      record.check(calls.length);
    });

    const stock = async (argv: readonly string[], stdin: string | undefined): Promise<Ran> => {
      // A file: what Node calls a pipe is a socket, which /dev/stdin does not open.
      writeFileSync(join(connected.folder, "stdin"), stdin ?? "");
      const input = openSync(join(connected.folder, "stdin"), "r");
      const child = spawn(binary, argv, { cwd: connected.folder, env: { PATH: "", KUBECONFIG: connected.kubeconfigPath, HOME: connected.folder, TZ: "UTC" }, stdio: [input, "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      assert.ok(child.stdout !== null && child.stderr !== null);
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      return await new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (exitCode) => {
          closeSync(input);
          resolve({ stdout, stderr, exitCode: exitCode ?? -1 });
        });
      });
    };

    const ours = async (argv: readonly string[], stdin: string | undefined): Promise<Ran> => {
      const port = ports.get(contextOf(argv));
      assert.ok(port);
      assert.equal(planOperation(wordsOf(["kubectl", ...argv])).operation.engine, "inProcess");
      async function* input(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(stdin ?? "");
      }
      return await runKubectl(port, argv, { stdin: input(), files: createFilePort({ cwd: connected.folder }) });
    };

    for (const call of calls) {
      it(call.join(" "), () => record.count(call, async () => {
        const at = call.indexOf("<");
        const [words, stdin] = at < 0 ? [call, undefined] : [call.slice(0, at), call[at + 1]];
        const theirs = await stock(named(words, "thing-one"), stdin?.replaceAll("NAME", "thing-one"));
        // A restart is refused within the second of another.
        if (words[1] === "restart") await setTimeout(1100);
        const mine = asWordedBy(version, words, await ours(named(words, "thing-two"), stdin?.replaceAll("NAME", "thing-two")));
        const plain = (ran: Ran, name: string): Ran => ({ ...ran, stdout: ran.stdout.replaceAll(name, "NAME").replaceAll(UID, "UID").replaceAll(MOMENT, "MOMENT"), stderr: ran.stderr.replaceAll(name, "NAME") });
        assert.deepEqual(plain(mine, "thing-two"), plain(theirs, "thing-one"));
      }));
    }
  });
}
