import assert from "node:assert/strict";
import type { KubeRule } from "../../../src/drill/kube/api/users.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { runKubectl } from "../../unit/kubectl/fakes.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";

const READ_PODS = { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] };
const may = (...verbs: readonly string[]): KubeRule => ({ verbs, apiGroups: [""], resources: ["pods/exec"] });

/** Users by what they may do with `pods/exec`, and what exec comes to. */
const USERS: readonly (readonly [name: string, verbs: readonly string[], exitCode: number, stderr: RegExp])[] = [
  ["both", ["get", "create"], 0, /^$/],
  ["get-alone", ["get"], 0, /^$/],
  ["create-alone", ["create"], 1, /^error: Running a program in a pod: your role may create pods\/exec but not get it, .*\n$/],
  ["neither", [], 1, /^Error from server \(Forbidden\): pods "db-0" is forbidden: User "neither" cannot create resource "pods\/exec" in API group "" in the namespace "shop"\n$/],
];

describe("exec and the rights that it takes", () => {
  let world: TestWorld;
  before(async () => {
    world = await startTestWorld({
      users: USERS.map(([name, verbs]) => ({ name, token: `${name}-token`, roles: [], rules: [READ_PODS, ...(verbs.length === 0 ? [] : [may(...verbs)])] })),
      contexts: USERS.map(([name]) => ({ name, user: name, namespace: "shop", cluster: "drill" })),
    });
  });
  after(() => world.close());

  for (const [name, , exitCode, stderr] of USERS) {
    it(name, async () => {
      const port = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath, context: name });
      try {
        const ran = await runKubectl(port, ["exec", "db-0", "--", "echo", "here"]);
        assert.deepEqual([ran.exitCode, ran.stdout], [exitCode, exitCode === 0 ? "here\n" : ""]);
        assert.match(ran.stderr, stderr);
      } finally {
        port.close();
      }
    });
  }
});
