import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubectlVersion, needKubectl } from "../../parts/kubectl.ts";
import { startTestWorld, type TestWorld } from "./drillCluster.ts";

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Time in this world runs five times as fast. */
const RATE = 5;

/** A person's kubectl of that version, over what runbooks and rehearsals do with it. */
export function describeStockKubectl(version: KubectlVersion): void {
  describe(`stock kubectl ${version} against the drill cluster`, function suite() {
    this.timeout(120_000);
    let path: string;
    let world: TestWorld;
    let home: string;

    async function kubectl(command: string | readonly string[], input?: string | Uint8Array): Promise<Result> {
      const args = typeof command === "string" ? command.split(" ") : command;
      return new Promise((resolve, reject) => {
        const child = spawn(path, args, { env: { PATH: "", HOME: home, KUBECONFIG: world.kubernetes.kubeconfigPath }, stdio: "pipe" });
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
        child.on("error", reject);
        child.on("close", (code) => resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }));
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
      });
    }

    /** Asks until the text matches; the last text is what fails. */
    async function eventually(command: string, pattern: RegExp): Promise<void> {
      for (let turn = 0; turn < 40; turn += 1) if (pattern.test(await succeed(command))) return;
      assert.match(await succeed(command), pattern);
    }

    async function succeed(command: string | readonly string[], input?: string | Uint8Array): Promise<string> {
      const result = await kubectl(command, input);
      assert.equal(result.code, 0, `${String(command)}: ${result.err}`);
      return result.out;
    }

    before(async function () {
      home = await mkdtemp(join(tmpdir(), "drill-home-"));
      world = await startTestWorld({}, RATE);
      path = await needKubectl(version, this);
    });
    after(async () => {
      await world.close();
      await rm(home, { recursive: true, force: true });
    });

    it("gets what has been running for days", async () => {
      assert.match(await succeed("get pods"), /^NAME +READY +STATUS +RESTARTS +AGE\ndb-0 +1\/1 +Running +0 +12d\nweb-/u);
      assert.match(await succeed("get pods -o wide"), /IP +NODE +NOMINATED NODE +READINESS GATES\n/u);
      assert.match(await succeed("get pvc"), /db-data +Bound +pvc-\S+ +20Gi +RWO +standard +<unset> +12d/u);
      assert.match(await succeed("get all,cm,secret -o yaml"), /kind: List/u);
      assert.equal((await stat(world.kubernetes.kubeconfigPath)).mode & 0o777, 0o600);
    });

    it("describes the pod and its claim", async () => {
      assert.match(await succeed("describe pod db-0"), /Controlled By: +StatefulSet\/db\n[\s\S]*ROOT_PASSWORD: +<set to the key 'password' in secret 'db-secret'>/u);
      assert.match(await succeed("describe pvc db-data"), /Used By: +db-0/u);
      assert.match(await succeed("describe svc db"), /Endpoints: +10\.244\.\d+\.\d+:3306/u);
    });

    it("runs programs in the pod, with standard input and exit codes", async () => {
      assert.equal(await succeed("exec -i db-0 -- count", new Uint8Array(1_000_000)), "1000000\n");
      assert.match(await succeed("exec db-0 -- env"), /^ROOT_PASSWORD=hunter2$/mu);
      assert.deepEqual(await kubectl("exec db-0 -- fail"), { code: 3, out: "", err: "ERROR 1045 (28000): Access denied\ncommand terminated with exit code 3\n" });
      const missing = await kubectl("exec db-0 -- nosuch");
      assert.equal(missing.code, 1);
      assert.match(missing.err, /exec: "nosuch": executable file not found in \$PATH: unknown\n$/u);
      assert.equal((await kubectl("exec db-0 -c other -- env")).err, "Error from server (BadRequest): container other is not valid for pod db-0\n");
      assert.equal(await succeed(["exec", "-i", "db-0", "--", "sh", "-c", 'read -r P; export P; exec "$@"', "sh", "printenv", "P"], "secret\n"), "secret\n");
    });

    it("shows a crash loop with its logs, and the cure after a deletion", async () => {
      assert.equal((await kubectl("logs db-0 --previous")).err, 'Error from server (BadRequest): previous terminated container "db" in pod "db-0" not found\n');
      world.isCrashing = true;
      world.kubernetes.reconsider();
      // The container is started again and again, so that a look may fall between two back-offs.
      await eventually("get pod db-0", /db-0 +0\/1 +CrashLoopBackOff +[1-9]\d* \(\d+s ago\) +12d/u);
      assert.equal(await succeed("logs db-0 --previous"), "[ERROR] tablespace corrupted\n[ERROR] Aborting\n");
      assert.match(await succeed("describe pod db-0"), /Warning +BackOff +.*kubelet +Back-off restarting failed container db in pod db-0_shop\(/u);
      assert.equal((await kubectl("exec db-0 -- env")).code, 1);
      world.isCrashing = false;
      // Without kubectl's own wait: nothing runs in this pod, so another has its name within milliseconds, and a kubectl that looks only then waits for that one's end.
      assert.equal(await succeed("delete pod db-0 --wait=false"), 'pod "db-0" deleted\n');
      await eventually("get pod db-0 --ignore-not-found", /db-0 +1\/1 +Running +0 /u);
      assert.match(await succeed("get events --sort-by=.lastTimestamp"), /Killing|SuccessfulCreate/u);
    });

    it("follows a log until the pod is gone", async () => {
      const following = kubectl("logs -f db-0 --tail=1");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      world.kubernetes.log("shop", "db-0", "db", "a new line");
      await succeed("delete pod db-0");
      assert.match((await following).out, /ready for connections\.\na new line\n$/u);
      await succeed("wait --for=condition=ready pod db-0 --timeout=30s");
    });

    it("rolls a deployment out, back and again", async () => {
      await succeed("set env deployment/web A=2");
      assert.match(await succeed("rollout status deployment/web --timeout=60s"), /deployment "web" successfully rolled out\n$/u);
      assert.match(await succeed("rollout history deployment/web"), /\n1 +<none>\n2 +<none>\n/u);
      await succeed("rollout restart deployment/web");
      await succeed("rollout status deployment/web --timeout=60s");
      await succeed("rollout undo deployment/web --to-revision=1");
      await succeed("rollout status deployment/web --timeout=60s");
      assert.match(await succeed("set env deployment/web --list"), /^A=1$/mu);
      await succeed("scale deployment/web --replicas=1");
      await succeed(["wait", "--for=jsonpath={.status.replicas}=1", "deployment/web", "--timeout=30s"]);
    });

    it("applies, diffs, creates and counts", async () => {
      const file = join(home, "settings.yaml");
      await writeFile(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n");
      assert.equal(await succeed(`apply -f ${file}`), "configmap/settings created\n");
      assert.equal(await succeed(`apply -f ${file}`), "configmap/settings unchanged\n");
      assert.equal(await succeed(`apply --server-side --force-conflicts -f ${file}`), "configmap/settings serverside-applied\n");
      assert.equal(await succeed("create secret generic fresh --from-literal=a=b"), "secret/fresh created\n");
      assert.equal(await succeed("create job hello --image=busybox:1 -- echo hello"), "job.batch/hello created\n");
      await succeed("wait --for=condition=complete job/hello --timeout=30s");
      assert.equal(await succeed("logs job/hello"), "hello\n");
      assert.match(await succeed("top pods"), /db-0 +\d+m +\d+Mi/u);
    });

    it("creates CronJobs, and Jobs from them by hand", async () => {
      await succeed(["create", "cronjob", "tick", "--image=busybox", "--schedule=0 2 * * *", "--", "true"]);
      assert.match(await succeed("get cronjob tick"), /tick +0 2 \* \* \*.* False +0 +<none>/u);
      await succeed("create job by-hand --from=cronjob/tick");
      await succeed("wait job/by-hand --for=condition=complete --timeout=60s");
      assert.match(await succeed("describe cronjob tick"), /Schedule: +0 2 \* \* \*\n/u);
      assert.match(await succeed("get job by-hand"), /by-hand .*1\/1/u);
      const refused = await kubectl(["create", "cronjob", "never", "--image=busybox", "--schedule=0 25 * * *", "--", "true"]);
      assert.match(refused.err, /spec\.schedule: Invalid value: "0 25 \* \* \*": end of range \(25\) above maximum \(23\): 25/u);
      await succeed("delete cronjob tick");
    });

    it("refuses what a viewer may not do", async () => {
      assert.equal((await kubectl("--context drill-view auth can-i delete pods")).out, "no\n");
      assert.equal(
        (await kubectl("--context drill-view delete pod db-0")).err,
        'Error from server (Forbidden): pods "db-0" is forbidden: User "viewer" cannot delete resource "pods" in API group "" in the namespace "shop"\n',
      );
      assert.equal((await kubectl("--token=wrong --kubeconfig=/dev/null --insecure-skip-tls-verify --server " + world.kubernetes.url + " get pods")).err, "error: You must be logged in to the server (Unauthorized)\n");
    });
  });
}
