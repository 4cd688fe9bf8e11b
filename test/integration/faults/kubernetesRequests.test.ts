import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesRequest } from "../../../src/core/ports.ts";
import { judgeStatement } from "../../../src/core/run/statementOutcome.ts";
import { makeCertificates } from "../../../src/drill/kube/certificates.ts";
import { type ClosableKubernetesPort, createKubernetesPort, type KubernetesPortOptions } from "../../../src/services/kubernetes/port.ts";
import { type Answer, ok, reset, type ScriptedServer, silence, stalledBody, startScriptedServer, status, truncated, truncatedChunks } from "./scriptedServer.ts";

const never = new AbortController().signal;
const READ: KubernetesRequest = { method: "GET", path: "/version" };
const CHANGE: KubernetesRequest = { method: "PATCH", path: "/apis/apps/v1/namespaces/shop/deployments/web", body: "{}" };
const LIMITS = { readSilenceMs: 300, changeSilenceMs: 500, connectMs: 1000 };

describe("requests to a Kubernetes API that misbehaves", function () {
  this.timeout(30_000);
  let folder: string;
  let server: ScriptedServer;
  const ports: ClosableKubernetesPort[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "faults-"));
    server = await startScriptedServer();
  });
  afterEach(() => ports.splice(0).forEach((port) => port.close()));
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function open(options: { readonly user?: object; readonly cluster?: object; readonly address?: string } & Pick<KubernetesPortOptions, "environment" | "limits"> = {}): Promise<ClosableKubernetesPort> {
    const path = join(folder, "config");
    const cluster = { server: options.address ?? server.address, ...options.cluster };
    await writeFile(path, JSON.stringify({ "current-context": "lab", clusters: [{ name: "c", cluster }], users: [{ name: "u", user: options.user ?? {} }], contexts: [{ name: "lab", context: { cluster: "c", user: "u" } }] }));
    const port = await createKubernetesPort({ kubeconfigPath: path, limits: { ...LIMITS, ...options.limits }, environment: options.environment ?? {} });
    ports.push(port);
    return port;
  }

  /** What a request came to, and how often the server was asked. */
  async function came(request: KubernetesRequest): Promise<string> {
    const ended = await (await open()).request(request, never).then(({ status: code }) => String(code), (error: unknown) => {
      assert.ok(error instanceof Error && "code" in error);
      const result = { exitCode: undefined, stages: [undefined], files: [], error, isCancelled: false };
      const outcome = judgeStatement(result, { risk: request.method === "GET" ? "read" : "change", waits: false, follows: false, timedOutAfterMs: undefined, startedAt: 0, endedAt: 1, stderr: "" });
      return `${String(error.code)}, ${outcome.status}`;
    });
    return `${ended}, asked ${server.asked.length}`;
  }

  const FAULTS: readonly (readonly [fault: string, answers: readonly Answer[], read: string, change: string])[] = [
    ["429, then well", [status(429, { "retry-after": "0" }), ok("{}")], "200, asked 2", "200, asked 2"],
    ["429 for good", [status(429)], "429, asked 4", "429, asked 4"],
    ["500, then well", [status(500), ok("{}")], "200, asked 2", "500, asked 1"],
    ["503 for good", [status(503)], "503, asked 4", "503, asked 1"],
    ["a reset, then well", [reset, ok("{}")], "200, asked 2", "connectionLost, unknown, asked 1"],
    ["resets", [reset], "connectionLost, finding, asked 4", "connectionLost, unknown, asked 1"],
    ["a body cut short", [truncated], "connectionLost, finding, asked 4", "connectionLost, unknown, asked 1"],
    ["a body cut short in chunks, then well", [truncatedChunks, ok("{}")], "200, asked 2", "connectionLost, unknown, asked 1"],
    ["silence", [silence], "timedOut, finding, asked 1", "connectionLost, unknown, asked 1"],
    ["a body that stops", [stalledBody], "timedOut, finding, asked 1", "connectionLost, unknown, asked 1"],
  ];
  for (const [fault, answers, read, change] of FAULTS) {
    it(`${fault}: read ${read}; change ${change}`, async () => {
      server.script(...answers);
      assert.equal(await came(READ), read);
      server.script(...answers);
      assert.equal(await came(CHANGE), change);
    });
  }

  it("takes an eviction's 429 for its answer", async () => {
    server.script(status(429));
    assert.equal(await came({ method: "POST", path: "/api/v1/namespaces/shop/pods/db-0/eviction", body: "{}" }), "429, asked 1");
  });

  it("waits for a change as long as its bytes come, and ends it for a person at once", async () => {
    server.script((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      let left = 6;
      const timer = setInterval(() => {
        response.write(" ");
        if ((left -= 1) > 0) return;
        clearInterval(timer);
        response.end("{}");
      }, 250);
    });
    assert.match(await came(CHANGE), /^200, /);
    server.script(silence);
    const stop = new AbortController();
    const reason = new Error("the person stopped it");
    setTimeout(() => stop.abort(reason), 50);
    await assert.rejects((await open()).request(CHANGE, stop.signal), reason);
  });

  it("closes an unused connection before something on the way forgets it, and makes a new one then", async () => {
    server.script(ok("{}"));
    const port = await open();
    const before = server.connections;
    await port.request(READ, never);
    await port.request(READ, never);
    assert.equal(server.connections - before, 1);
  });

  describe("credentials", () => {
    async function plugin(name: string, script: string): Promise<string> {
      const path = join(folder, name);
      await writeFile(path, `#!/bin/sh\n${script}`);
      await chmod(path, 0o700);
      return path;
    }
    const answerWith = (token: string): string => `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"${token}"}}'\n`;

    it("renews an expired token once for all calls that were refused together", async () => {
      const counter = join(folder, "spawned");
      await writeFile(counter, "");
      const command = await plugin("count.sh", `echo x >> ${counter}\nn=$(wc -l < ${counter} | tr -d ' ')\n${answerWith("t'$n'")}`);
      let valid = "Bearer t1";
      server.script((response, { headers }) => response.writeHead(headers.authorization === valid ? 200 : 401).end("{}"));
      const port = await open({ user: { exec: { command } } });
      await port.request(READ, never);
      valid = "Bearer t2";
      const answers = await Promise.all(Array.from({ length: 8 }, () => port.request(CHANGE, never)));
      assert.deepEqual(answers.map((answer) => answer.status), Array.from({ length: 8 }, () => 200));
      assert.equal((await readFile(counter, "utf8")).length, 4);
    });

    it("asks once more only, and gives the refusal when the renewed token is refused too", async () => {
      server.script(status(401, { "content-type": "application/json" }, '{"kind":"Status","reason":"Unauthorized","code":401}'));
      const port = await open({ user: { exec: { command: await plugin("same.sh", answerWith("same")) } } });
      assert.equal((await port.request(READ, never)).status, 401);
      assert.equal(server.asked.length, 2);
    });

    it("says within 3 seconds that a plugin waits for a person, where to go, and takes its answer afterwards", async () => {
      server.script(ok("{}"));
      const gate = join(folder, "signed-in");
      const command = await plugin("device.sh", `echo 'Open https://login.example.com/device and enter ABCD' >&2\nwhile [ ! -e ${gate} ]; do sleep 0.1; done\n${answerWith("late")}`);
      const port = await open({ user: { exec: { command } } });
      const began = performance.now();
      await assert.rejects(port.request(READ, never), { code: "signInNeeded", hint: "Visit https://login.example.com/device" });
      assert.ok(performance.now() - began < 3500);
      await writeFile(gate, "");
      assert.equal((await port.request(READ, never)).status, 200);
      assert.equal(server.asked.at(-1)?.headers.authorization, "Bearer late");
    });

    it("does not keep a person waiting for a plugin when the call is cancelled", async () => {
      const port = await open({ user: { exec: { command: await plugin("slow.sh", "exec sleep 5\n") } } });
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error("enough")), 50);
      await assert.rejects(port.request(READ, stop.signal), /enough/);
    });

    it("impersonates with user, uid, every group and extra, and reads a rotated token file", async () => {
      await writeFile(join(folder, "token"), "one\n");
      server.script(ok("{}"));
      const port = await open({ user: { tokenFile: "token", as: "ann", "as-uid": "7", "as-groups": ["ops", "dev"], "as-user-extra": { reason: ["drill"] } } });
      await port.request(READ, never);
      await writeFile(join(folder, "token"), "two\n");
      await port.request(READ, never);
      const [first, second] = server.asked;
      assert.deepEqual([first?.headers.authorization, second?.headers.authorization], ["Bearer one", "Bearer two"]);
      assert.deepEqual(first?.distinct["impersonate-group"], ["ops", "dev"]);
      assert.deepEqual(["user", "uid", "extra-reason"].map((name) => first?.distinct[`impersonate-${name}`]), [["ann"], ["7"], ["drill"]]);
    });
  });

  describe("certificates", () => {
    it("names a server whose certificate has changed, and sends it nothing", async () => {
      const [old, other] = [makeCertificates(Date.now()), makeCertificates(Date.now())];
      const first = await startScriptedServer(old);
      const port = await open({ address: first.address, cluster: { "certificate-authority-data": Buffer.from(old.ca).toString("base64") } });
      assert.equal((await port.request(READ, never)).status, 200);
      await first.close();
      const second = await startScriptedServer(other, first.port);
      await assert.rejects(port.request(CHANGE, never), (error: Error & { code?: string }) => error.code === "unreachable" && /its certificate is not trusted/.test(error.message));
      assert.equal(second.asked.length, 0);
      await second.close();
    });

    it("trusts the authority of SSL_CERT_FILE where the kubeconfig names none, as kubectl does", async () => {
      const made = makeCertificates(Date.now());
      const secure = await startScriptedServer(made);
      await writeFile(join(folder, "ca.pem"), made.ca);
      const port = await open({ address: secure.address, environment: { SSL_CERT_FILE: join(folder, "ca.pem") } });
      assert.equal((await port.request(READ, never)).status, 200);
      await assert.rejects(open({ address: secure.address, environment: { SSL_CERT_FILE: join(folder, "missing.pem") } }), { code: "invalidInput" });
      await secure.close();
    });
  });
});
