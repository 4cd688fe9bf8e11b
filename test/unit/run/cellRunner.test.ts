import assert from "node:assert/strict";
import type { AskResult } from "../../../src/core/protocol.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { POD, type Reply, Scene } from "./scene.ts";

const YES: AskResult = { kind: "gate", answer: "yes", typed: undefined };

/** Resolves when what goes on has come to where it has to wait. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("running a cell", () => {
  it("runs reads at once and journals intent before the call, outcome after it", async () => {
    const scene = new Scene();
    scene.replies["kubectl get"] = { stdout: "NAME\n" };
    assert.equal(await scene.run("kubectl get pods"), "succeeded");
    assert.deepEqual(scene.log, ["cellStarted", "statementIntent", "run kubectl get pods", "statementOutcome", "cellOutcome"]);
    assert.deepEqual(scene.asked, []);
  });

  it("begins a read while the disk takes its intent, shows nothing before it has, and begins no change before", async () => {
    const scene = new Scene();
    const disk = Promise.withResolvers<void>();
    scene.disk = (type) => (type === "statementIntent" ? disk.promise : Promise.resolve());
    scene.replies["kubectl get pods"] = { stdout: "NAME\n" };
    const read = scene.run("kubectl get pods");
    await settled();
    assert.deepEqual([scene.log, scene.outputs], [["cellStarted", "statementIntent", "run kubectl get pods"], []]);
    const kept = scene.run("kubectl get pods > pods.txt");
    await settled();
    assert.ok(!scene.log.includes("write pods.txt"));
    disk.resolve();
    assert.deepEqual([await read, await kept], ["succeeded", "succeeded"]);
    assert.deepEqual(scene.outputs.map(({ text }) => text), ["NAME\n"]);
    assert.ok(scene.log.includes("write pods.txt"));

    const full = Promise.withResolvers<void>();
    scene.disk = (type) => (type === "statementIntent" ? full.promise : Promise.resolve());
    scene.answers = [YES];
    const change = scene.run("kubectl scale deployment/web --replicas=2");
    await settled();
    assert.equal(scene.log.at(-1), "statementIntent");
    full.reject(new RuntimeError("journalUnwritable", "the disk is full"));
    await assert.rejects(change, /the disk is full/);
    assert.ok(!scene.log.some((line) => line.startsWith("run kubectl scale")));
  });

  it("is rejected when the disk takes no outcome of a read", async () => {
    const scene = new Scene();
    scene.disk = async (type) => {
      if (type === "statementOutcome") throw new RuntimeError("journalUnwritable", "the disk is full");
    };
    await assert.rejects(scene.run("kubectl get pods\nkubectl get nodes"), /the disk is full/);
  });

  it("runs nothing of a cell with a syntax error", async () => {
    const scene = new Scene();
    assert.match(await scene.run("kubectl get pods\nkubectl delete pod 'db-0"), /^refused: /);
    assert.deepEqual(scene.types(), ["cellStarted", "cellOutcome"]);
  });

  it("runs nothing of a cell that names a variable without a value, and all of one that sets it first", async () => {
    const scene = new Scene();
    assert.match(await scene.run("kubectl get pods\nkubectl logs $POD"), /^refused: \$POD has no value in this run\. Run the cell that sets it first/);
    assert.ok(!scene.log.some((line) => line.startsWith("run ")));
    assert.equal(await scene.run("POD=db-0\nkubectl logs $POD"), "succeeded");
  });

  it("asks before a change, with the live object, and keeps the pod's logs first", async () => {
    const scene = new Scene();
    scene.replies["kubectl get pod db-0"] = { stdout: POD };
    scene.answers = [YES];
    assert.equal(await scene.run("kubectl delete pod db-0"), "succeeded");
    const [ask] = scene.asked;
    assert.ok(ask?.kind === "gate");
    assert.deepEqual([ask.question.risk, ask.question.target, ask.question.typed, ask.question.objects], ["change", "cluster", undefined, ["pod/db-0 (Running), kept by statefulset/db"]]);
    assert.ok(scene.log.indexOf("run kubectl logs db-0 --all-containers --tail=5000") < scene.log.indexOf("run kubectl delete pod db-0"));
    assert.ok(scene.log.indexOf("gateAnswered") < scene.log.indexOf("run kubectl delete pod db-0"));
  });

  it("calls the deletion of a pod that nothing brings back what it is", async () => {
    const scene = new Scene();
    scene.replies["kubectl get pod db-0"] = { stdout: JSON.stringify({ kind: "Pod", metadata: { name: "db-0" } }) };
    scene.answers = [YES];
    assert.match(await scene.run("kubectl delete pod db-0"), /^refused/);
    const [ask] = scene.asked;
    assert.ok(ask?.kind === "gate");
    assert.deepEqual([ask.question.risk, ask.question.typed], ["destroy", "prod"]);
  });

  it("stops at No and changes nothing", async () => {
    const scene = new Scene();
    scene.replies["kubectl get"] = { stdout: POD };
    assert.match(await scene.run("kubectl delete pod db-0\nkubectl get pods"), /^refused: Refused: the answer was No/);
    assert.ok(!scene.log.some((line) => line.startsWith("run kubectl delete") || line === "run kubectl get pods"));
  });

  it("asks anew, for the alias, when a pod's logs cannot be kept", async () => {
    const scene = new Scene();
    scene.replies["kubectl get"] = { stdout: POD };
    scene.isDiskFull = true;
    scene.answers = [YES, { kind: "gate", answer: "yes", typed: "prod" }];
    assert.equal(await scene.run("kubectl delete pod db-0"), "succeeded");
    const again = scene.asked[1];
    assert.ok(again?.kind === "gate");
    assert.deepEqual([again.question.risk, again.question.typed], ["destroy", "prod"]);
    assert.match(again.question.why, /cannot be kept \(.*No space left on device\), so they are lost/);
  });

  it("lets destruction pass only with the alias typed", async () => {
    for (const [typed, passes] of [["prod", true], ["production", false], [undefined, false]] as const) {
      const scene = new Scene();
      scene.answers = [{ kind: "gate", answer: "yes", typed }];
      await scene.run("kubectl delete pvc data-db-0");
      assert.equal(scene.log.includes("run kubectl delete pvc data-db-0"), passes, String(typed));
    }
  });

  it("asks again, saying what moved and who moved it, when the objects changed while the question stood open", async () => {
    const deployment = (generation: number, manager: string): Reply => ({
      stdout: JSON.stringify({
        kind: "Deployment", metadata: { name: "app", uid: "u1", generation, managedFields: [{ manager, time: "2026-01-31T03:02:05Z" }, { manager: "kube-controller-manager", time: "2026-01-31T03:09:00Z", subresource: "status" }] },
      }),
    });
    const scene = new Scene();
    scene.replies["kubectl get"] = deployment(3, "kubectl-create");
    scene.answers = [YES, YES];
    scene.onAsk = () => {
      scene.replies["kubectl get"] = deployment(4, "kubectl-edit");
    };
    assert.equal(await scene.run("kubectl scale deployment/app --replicas=1"), "succeeded");
    assert.deepEqual(scene.asked.map((ask) => (ask.kind === "gate" ? ask.question.moved : [])), [[], ["deployment/app was changed by kubectl-edit at 2026-01-31T03:02:05Z"]]);
  });

  it("asks once when only a state moved, and when the objects cannot be read", async () => {
    for (const later of [{ stdout: POD.replace("Running", "Failed") }, { exitCode: 1 }] satisfies Reply[]) {
      const scene = new Scene();
      scene.replies["kubectl get"] = { stdout: POD };
      scene.answers = [YES];
      scene.onAsk = () => {
        scene.replies["kubectl get"] = later;
      };
      assert.equal(await scene.run("kubectl delete pod db-0"), "succeeded");
      assert.equal(scene.asked.length, 1);
    }
  });

  it("refuses to change a cluster that drifted, and a cluster that no target names", async () => {
    const drifted = new Scene();
    drifted.clusterIdentity = "uid-2";
    drifted.answers = [YES];
    assert.match(await drifted.run("kubectl scale deployment/app --replicas=1"), /another kubernetes answers under that name/);
    assert.ok(drifted.types().includes("targetDrifted"));
    const other = new Scene();
    other.answers = [YES];
    assert.match(await other.run("kubectl --context=staging scale deployment/app --replicas=1"), /no target for the Kubernetes context staging/);
    for (const scene of [drifted, other]) assert.deepEqual(scene.asked, []);
  });

  it("goes on after a failed read, which is a finding, and stops after a failed change", async () => {
    const scene = new Scene();
    scene.replies["kubectl logs"] = { exitCode: 1 };
    scene.replies["kubectl scale"] = { exitCode: 1 };
    scene.answers = [YES];
    assert.match(await scene.run("kubectl logs db-0\nkubectl scale deployment/app --replicas=1\nkubectl get pods"), /^failed: It ended with exit code 1/);
    assert.ok(scene.log.includes("run kubectl scale deployment/app --replicas=1"));
    assert.ok(!scene.log.includes("run kubectl get pods"));
  });

  it("says why a call failed whose flags keep it silent", async () => {
    const scene = new Scene();
    scene.replies["curl"] = { exitCode: 6, hidden: "curl: (6) Could not resolve host: api.example.com\n" };
    assert.equal(await scene.run("curl -s https://api.example.com/health"), "finding: It ended with exit code 6: curl: (6) Could not resolve host: api.example.com");
  });

  it("calls a change unknown when its end was not seen", async () => {
    const scene = new Scene();
    scene.replies["kubectl scale"] = { error: new RuntimeError("connectionLost", "Scaling: the connection was lost.") };
    scene.answers = [YES];
    assert.match(await scene.run("kubectl scale deployment/app --replicas=1"), /^unknown: .*Verify its effect/);
  });

  it("executes expectations, and stops the cell where one is not met", async () => {
    const met = new Scene();
    met.replies["curl"] = { status: 200, stdout: "{}" };
    assert.equal(await met.run("curl -s https://api.example.com/health\n# Expected: 200 OK"), "succeeded");
    const unmet = new Scene();
    unmet.replies["curl"] = { status: 503 };
    assert.match(await unmet.run("curl -s https://api.example.com/health\n# Expected: 200 OK\nkubectl get pods"), /^failed: Expected .*200.*: got HTTP 503/);
    assert.ok(!unmet.log.includes("run kubectl get pods"));
  });

  it("never passes by itself what only a person can judge", async () => {
    const scene = new Scene();
    scene.answers = [{ kind: "manual", met: false }];
    assert.match(await scene.run("kubectl get pods\n# Expected: the shop feels fast again"), /^failed/);
    assert.equal(scene.asked[0]?.kind, "manual");
  });

  it("ends a read by its limit, and a follow without calling it a failure", async () => {
    const read = new Scene();
    read.replies["kubectl get"] = { waits: true };
    assert.match(await read.run("kubectl get pods", 5_000), /^finding: It did not end within 5 s/);
    const follow = new Scene();
    follow.replies["kubectl logs"] = { waits: true };
    assert.equal(await follow.run("kubectl logs -f db-0\nkubectl get pods", 5_000), "succeeded");
    assert.ok(follow.log.includes("run kubectl get pods"));
  });

  it("masks secrets on the screen and in the journal, not in variables", async () => {
    const scene = new Scene();
    const token = `eyJhbGciOiJIUzI1NiJ9.${btoa('{"sub":"1"}').replace(/=+$/, "")}.c2lnbmF0dXJlc2lnbmF0dXJl`;
    scene.replies["curl"] = { stdout: token };
    await scene.run("curl -s https://api.example.com/token");
    scene.replies["echo"] = { stdout: token };
    await scene.run("TOKEN=$(echo token)");
    assert.equal(scene.environment.get("TOKEN"), token);
    assert.ok(!JSON.stringify([scene.events, scene.outputs]).includes(token));
  });

  it("keeps a long output whole, masked, and names it in the journal beside head and tail; a short one is in the journal alone", async () => {
    const scene = new Scene();
    const lines = Array.from({ length: 3_000 }, (_, index) => `line ${index} password=hunter${index}\n`).join("");
    scene.replies["kubectl logs"] = { stdout: lines };
    scene.replies["kubectl get"] = { stdout: "NAME\n" };
    assert.equal(await scene.run("kubectl get pods\nkubectl logs db-0"), "succeeded");
    assert.deepEqual(scene.kept, [{ name: "c-stdout", text: lines.replaceAll(/hunter\d+/g, "[redacted]") }]);
    const outcomes = scene.events.flatMap((event) => (event.type === "statementOutcome" ? [event] : []));
    assert.deepEqual(outcomes.map((event) => event.whole?.map((whole) => whole.path)), [undefined, ["c-stdout"]]);
    assert.match(outcomes[1]?.stdout ?? "", /^line 0 [\s\S]*\n… [\d,]+ lines left out …\n[\s\S]*\nline 2999 password=\[redacted\]\n$/);
    assert.equal(scene.outputs.filter((output) => output.stream === "note").length, 0);
  });

  it("takes an expectation of what never ran for not met", async () => {
    const scene = new Scene();
    scene.replies["kubectl get"] = { stdout: "" };
    const loop = (pods: string): string => `PODS=${pods}\nfor POD in $PODS; do\n  kubectl describe pod "$POD"\ndone\n# Expected: contains "Name"\nkubectl get pods`;
    assert.match(await scene.run(loop('""')), /^failed: Expected contains Name: got no output/);
    scene.replies["kubectl describe"] = { stdout: "Name: db-0\n" };
    assert.equal(await scene.run(loop("db-0")), "succeeded");
  });

  it("asks what ran last of a list", async () => {
    const list = async (operator: string, code: number): Promise<string> => {
      const scene = new Scene();
      scene.replies["kubectl rollout"] = { exitCode: code, waits: false };
      scene.replies["kubectl get"] = { stdout: "second\n" };
      const result = await scene.run(`kubectl rollout history deployment/app ${operator} kubectl get pods\n# Expected: exit code 0\nkubectl describe pod db-0`);
      return `${result}; ${scene.events.filter((event) => event.type === "statementIntent").length} ran`;
    };
    assert.equal(await list("||", 0), "succeeded; 2 ran");
    assert.equal(await list("||", 1), "succeeded; 3 ran");
    assert.equal(await list("&&", 0), "succeeded; 3 ran");
    assert.match(await list("&&", 1), /^failed: Expected exit code 0: got exit code 1\.; 1 ran/);
  });

  it("finds what an expectation asks for in the middle of a long output, of which the journal keeps head and tail", async () => {
    const scene = new Scene();
    const filler = "all is well\n".repeat(20_000);
    scene.replies["kubectl logs"] = { stdout: `${filler}migration 42 done\n${filler}` };
    assert.equal(await scene.run("kubectl logs db-0\n# Expected: contains migration 42 done"), "succeeded");
    assert.match(await scene.run("kubectl logs db-0\n# Expected: contains migration 43 done"), /^failed: Expected contains migration 43 done/);
  });

  it("says when a long output could not be kept whole, and goes on", async () => {
    const scene = new Scene();
    scene.isDiskFull = true;
    scene.replies["kubectl logs"] = { stdout: "x".repeat(100_000) };
    assert.equal(await scene.run("kubectl logs db-0\nkubectl get pods"), "succeeded");
    assert.deepEqual(scene.outputs.flatMap((output) => (output.stream === "note" ? [output.text] : [])), ["The whole output could not be kept: the disk is full.\n"]);
  });

  it("refuses in a drill what would leave the world", async () => {
    const scene = new Scene();
    scene.mode = "drill";
    assert.match(await scene.run("terraform apply"), /in a drill nothing runs outside the world/);
    assert.ok(!scene.log.some((line) => line.startsWith("run ")));
  });

  it("runs in a drill what the world stands in for", async () => {
    const scene = new Scene();
    scene.mode = "drill";
    scene.rehearsed = ["terraform"];
    scene.replies["terraform"] = { stdout: "Plan: 1 to add" };
    await scene.run("terraform plan");
    assert.ok(scene.log.includes("run terraform plan"), scene.log.join("\n"));
  });
});
