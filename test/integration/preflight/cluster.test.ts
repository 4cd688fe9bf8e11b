import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ToolPorts } from "../../../src/core/ports.ts";
import { runPreflight } from "../../../src/core/preflight/preflight.ts";
import { itemSentence } from "../../../src/core/preflight/reportText.ts";
import type { PreflightReport } from "../../../src/core/preflight/report.ts";
import { planWholeRunbook } from "../../../src/core/plan/runbookPlan.ts";
import { defaultValues } from "../../../src/core/plan/variableValues.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { executeOperation } from "../../../src/kernel/executors.ts";
import { createFilePort } from "../../../src/services/files.ts";
import { createProcesses } from "../../../src/services/processes.ts";
import { createKubernetesPort, type ClosableKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { realClock } from "../../unit/kubectl/fakes.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";

const CHANGES = `## Step 1: Restart
\`\`\`bash {name: restart}
kubectl rollout restart deployment/web
kubectl rollout status deployment/web
\`\`\`
## Step 2: Scale
\`\`\`bash {name: scale}
kubectl scale statefulset/db --replicas=0
kubectl set env deployment/web A=2
kubectl set image deployment/web web=shop/web:2.0
kubectl patch deployment web -p '{"spec":{"replicas":1}}'
\`\`\`
## Step 3: Delete
\`\`\`bash {name: delete}
kubectl delete pod db-0
kubectl delete pods -l app=web
kubectl delete pvc db-data --wait=false
kubectl delete namespace shop
\`\`\`
## Step 4: Create
\`\`\`bash {name: create}
kubectl create namespace dr
kubectl create configmap notes --from-literal=a=b
kubectl create secret generic again --from-literal=a=b
kubectl apply -f objects.yaml
\`\`\`
## Step 5: Inside
\`\`\`bash {name: inside}
kubectl exec db-0 -- rm -rf /var/lib/mysql
kubectl logs deployment/web -c web
\`\`\`
`;

describe("a preflight against the drill cluster", function () {
  this.timeout(60_000);
  let world: TestWorld;
  let folder: string;
  const ports: ClosableKubernetesPort[] = [];

  before(async () => {
    world = await startTestWorld();
    folder = await mkdtemp(join(tmpdir(), "preflight-"));
    await writeFile(join(folder, "objects.yaml"), stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "fresh" }, data: { a: "b" } }));
    // The pods come up within a second; what is compared below stands still then.
    const admin = await open("drill");
    for (let left = 100; left > 0; left -= 1) {
      const { text } = await admin.request({ method: "GET", path: "/api/v1/namespaces/shop/pods" }, new AbortController().signal);
      if ((text.match(/"type":"Ready","status":"True"|"status":"True","type":"Ready"/g) ?? []).length >= 4 || /"Ready"/.test(text) && !/"ready":false/.test(text)) break;
      await realClock.sleep(100, new AbortController().signal);
    }
    await realClock.sleep(1500, new AbortController().signal);
  });

  after(async () => {
    for (const port of ports) port.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(context: string, kubeconfigPath = world.kubernetes.kubeconfigPath): Promise<ClosableKubernetesPort> {
    const port = await createKubernetesPort({ kubeconfigPath, context });
    ports.push(port);
    return port;
  }

  async function preflight(body: string, context = "drill", kubeconfigPath = world.kubernetes.kubeconfigPath): Promise<PreflightReport> {
    const document = parseRunbook(`---\ntargets:\n  main: { kubernetes: { context: ${context}, namespace: shop }, alias: prod }\n---\n${body}`);
    const known = new Map<string, Promise<ClosableKubernetesPort>>();
    const unused = (): never => assert.fail("no part of this runbook");
    const sources: ToolPorts = {
      clock: realClock, files: createFilePort({ cwd: folder }), processes: createProcesses({ path: "/usr/bin:/bin", cwd: folder }),
      kubernetes: (wanted) => {
        const name = wanted ?? context;
        const port = known.get(name) ?? open(name, kubeconfigPath);
        known.set(name, port);
        return port;
      },
      objectStore: unused, awsApi: unused, http: { request: unused }, compression: { gunzip: unused, gzip: unused }, jq: { run: unused }, randomBytes: (count) => new Uint8Array(count), timeZoneOffsetMinutes: () => 0,
    };
    const { targets } = document.frontMatter;
    return runPreflight(planWholeRunbook(document, defaultValues(document)), {}, {
      ports: sources, clock: realClock, isDrill: false, isRehearsed: unused, execute: (operation, io, callPorts, signal) => executeOperation(operation, io, callPorts, { targets, isDrill: false }, signal),
    }, new AbortController().signal);
  }

  const sentences = (report: PreflightReport, ...verdicts: readonly string[]): readonly string[] => report.items.filter(({ verdict }) => verdicts.includes(verdict)).map(itemSentence);

  /** Every object of every type that can be listed, as the server prints it. */
  async function everything(): Promise<string> {
    const admin = await open("drill");
    const signal = new AbortController().signal;
    const read = async (path: string): Promise<unknown> => JSON.parse((await admin.request({ method: "GET", path }, signal)).text);
    const groups = (await read("/apis")) as { groups: readonly { preferredVersion: { groupVersion: string } }[] };
    const roots = ["/api/v1", ...groups.groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
    const texts: string[] = [];
    for (const root of roots) {
      const { resources } = (await read(root)) as { resources: readonly { name: string; verbs: readonly string[] }[] };
      for (const { name, verbs } of resources) {
        if (name.includes("/") || !verbs.includes("list") || root.includes("metrics")) continue;
        const { items } = (await read(`${root}/${name}`)) as { items?: readonly unknown[] };
        texts.push(`${root}/${name}: ${JSON.stringify(items ?? [])}`);
      }
    }
    return texts.join("\n");
  }

  it("finds nothing wrong with changes that would work, and leaves every object as it was, to the byte", async () => {
    const before = await everything();
    const report = await preflight(CHANGES);
    assert.deepEqual(sentences(report, "fails", "warns", "unknown"), []);
    const tried = report.items.filter(({ kind }) => kind === "dryRun").map(({ what }) => what);
    assert.deepEqual(tried.length, 13, tried.join("\n"));
    assert.equal(await everything(), before);
    assert.match(before, /"db-0"/);
  });

  it("tells a viewer which step will fail, and why", async () => {
    const report = await preflight(CHANGES, "drill-view");
    const found = sentences(report, "fails");
    assert.ok(found.includes("Step 1 and step 2 will fail: cannot patch deployments in shop"), found.join("\n"));
    assert.ok(found.includes("Step 2 will fail: cannot patch statefulsets/scale in shop"), found.join("\n"));
    assert.ok(found.includes("Step 3 will fail: cannot delete namespaces"), found.join("\n"));
    assert.ok(found.includes("Step 5 will fail: cannot create pods/exec in shop"), found.join("\n"));
    assert.deepEqual(report.items.filter(({ kind, verdict }) => kind === "dryRun" && verdict === "fails").map(itemSentence), ['Step 4 will fail: Error from server (Forbidden): configmaps "fresh" is forbidden: User "viewer" cannot patch resource "configmaps" in API group "" in the namespace "shop"']);
  });

  const cases: readonly (readonly [what: string, command: string, sentences: readonly string[]])[] = [
    ["an object that is not there", "kubectl delete pod gone", ["Step 1 will fail: there is no pod gone in shop", 'Step 1: the server refuses to try it: Error from server (NotFound): pods "gone" not found']],
    ["a container that the pod has not", "kubectl logs db-0 -c sidecar", ["Step 1 will fail: pod db-0 has no container sidecar"]],
    ["a type that the server has not", "kubectl argo rollouts abort web", ["Step 1 will fail: the server has no type rollouts.argoproj.io"]],
    ["a selector that matches nothing", "kubectl wait --for=condition=ready pod -l app=nobody", ["Step 1 may fail: no pods match app=nobody in shop now"]],
    ["what exists already", "kubectl create namespace shop", ['Step 1 will fail: Error from server (AlreadyExists): namespaces "shop" already exists']],
    ["another cluster than the runbook's", "kubectl delete pod db-0 --context elsewhere", ["Step 1 will fail: Running kubectl delete: the runbook has no target for the Kubernetes context elsewhere. Add it under \"targets\" in the front matter, or correct the command."]],
    ["a program that is not installed", "velero version", ["Step 1 will fail: velero is not on the PATH"]],
    ["a text that does not run", "kubectl gett pods", ["Step 1 will fail: kubectl has no command gett (the nearest is get). Correct the name."]],
    ["what only the run knows", "POD=$(kubectl get pods -o name | head -n 1)\nkubectl delete $POD", ["Step 1: not checked in full: $POD is known only when the cell runs"]],
  ];
  for (const [what, command, expected] of cases) {
    it(`says it of ${what}`, async () => {
      const report = await preflight(`## Step 1: x\n\`\`\`bash\n${command}\n\`\`\`\n`);
      assert.deepEqual(sentences(report, "fails", "warns", "unknown"), expected);
    });
  }

  it("says it of a change that the server refuses", async () => {
    const report = await preflight("## Step 1: x\n```bash\nkubectl patch deployment web -p '{\"spec\":{\"replicas\":-1}}'\n```\n");
    const [only, ...others] = sentences(report, "fails", "warns", "unknown");
    assert.match(only ?? "", /^Step 1 will fail: .*"web" is invalid: spec\.replicas: Invalid value: -1: must be greater than or equal to 0$/);
    assert.deepEqual(others, []);
  });

  it("takes an object for possible that a step before may make", async () => {
    const report = await preflight("## Step 1: x\n```bash\nkubectl create configmap notes --from-literal=a=b\n```\n## Step 2: y\n```bash\nkubectl get configmap notes\n```\n");
    assert.deepEqual(sentences(report, "fails", "warns"), ["Step 2 may fail: there is no configmap notes in shop now"]);
  });

  it("names a server that says nothing within 3 seconds, once, and asks it nothing more", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const path = join(folder, "silent");
    await writeFile(path, stringify({ apiVersion: "v1", kind: "Config", clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${port}` } }], users: [{ name: "u", user: { token: "t" } }], contexts: [{ name: "silent", context: { cluster: "c", user: "u" } }] }));
    try {
      const report = await preflight(CHANGES, "silent", path);
      assert.deepEqual(report.targets.map(({ alias, state }) => `${alias} ${state}`), ["prod unreachable"]);
      const [only, ...others] = sentences(report, "fails", "warns", "unknown");
      assert.match(only ?? "", /^Step 1, step 2, step 3 and 2 more will fail: prod is unreachable: https:\/\/127\.0\.0\.1:\d+: no TLS connection/);
      assert.deepEqual(others, []);
      assert.ok(report.tookMs < 3200, `${report.tookMs} ms`);
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  it("tells credentials that are over", async () => {
    const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 600 })).toString("base64url");
    const soon = `x.${claims}.y`;
    const other = await startTestWorld({ users: [{ name: "admin", token: soon, roles: ["cluster-admin"] }], contexts: [{ name: "drill", user: "admin", namespace: "shop" }] });
    try {
      const report = await preflight("## Step 1: x\n```bash\nkubectl get pods\n```\n", "drill", other.kubernetes.kubeconfigPath);
      assert.match(sentences(report, "warns").join("\n"), /^Step 1 may fail: the credentials for prod end in (?:9|10) min, at /);
    } finally {
      await other.close();
    }
  });
});
