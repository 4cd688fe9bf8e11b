import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ByteStream, Stdio } from "../../../src/core/ports.ts";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { runKubectl } from "../../unit/kubectl/fakes.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";
import { type FaultyProxy, startFaultyProxy } from "./faultyProxy.ts";

const never = new AbortController().signal;
/** Real time: what is cut must be told by the second. */
const RATE = 1;

describe("watches, logs and exec over connections that break", function () {
  this.timeout(60_000);
  let world: TestWorld;
  let proxy: FaultyProxy;
  const ports: ClosableKubernetesPort[] = [];
  before(async () => {
    world = await startTestWorld({}, RATE);
    proxy = await startFaultyProxy(world.kubernetes.port);
  });
  afterEach(() => {
    Object.assign(proxy, { latencyMs: 0, resetAfterBytes: undefined, isMute: false, isDown: false });
    proxy.cut();
    ports.splice(0).forEach((port) => port.close());
  });
  after(async () => {
    await proxy.close();
    await world.close();
  });

  async function throughProxy(limits = {}): Promise<ClosableKubernetesPort> {
    const path = join(world.folder, "proxied");
    const direct = await readFile(world.kubernetes.kubeconfigPath, "utf8");
    await writeFile(path, direct.replaceAll(`127.0.0.1:${world.kubernetes.port}`, `127.0.0.1:${proxy.port}`));
    const port = await createKubernetesPort({ kubeconfigPath: path, limits, environment: {} });
    ports.push(port);
    return port;
  }

  it("prints the same over a slow connection", async () => {
    const argv = ["get", "pods", "-o", "name"];
    const direct = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath });
    ports.push(direct);
    proxy.latencyMs = 150;
    assert.deepEqual(await runKubectl(await throughProxy(), argv), await runKubectl(direct, argv));
  });

  it("follows a log over cuts without losing a line or telling one twice", async () => {
    const port = await throughProxy();
    const stop = new AbortController();
    let text = "";
    const following = runKubectl(port, ["logs", "-f", "db-0", "--tail=0"], { signal: stop.signal, onStdout: (chunk) => (text += chunk) }).catch((error: unknown) => error);
    await delay(400);
    const total = 240;
    for (let line = 1; line <= total; line += 1) {
      world.kubernetes.log("shop", "db-0", "db", `line ${line}`);
      if (line % 60 === 0) proxy.cut();
      await delay(10);
    }
    for (let waited = 0; waited < 10_000 && !text.includes(`line ${total}\n`); waited += 100) await delay(100);
    stop.abort(new Error("enough"));
    await following;
    assert.deepEqual(text.trimEnd().split("\n"), Array.from({ length: total }, (_, index) => `line ${index + 1}`));
    assert.ok(proxy.connections > 4);
  });

  it("ends a followed log with the server out of reach by name, and not before it has tried again", async () => {
    const port = await throughProxy();
    const following = runKubectl(port, ["logs", "-f", "db-0", "--tail=1"]);
    const ended = assert.rejects(following, { code: "unreachable" });
    await delay(400);
    proxy.isDown = true;
    const before = proxy.connections;
    proxy.cut();
    await ended;
    assert.ok(proxy.connections - before >= 5);
  });

  it("watches over cuts as over a whole connection", async () => {
    const stop = new AbortController();
    const watch = async (port: ClosableKubernetesPort): Promise<string[]> => {
      let text = "";
      await runKubectl(port, ["get", "configmaps", "-w", "-o", "jsonpath={.metadata.name} {.data.n}{'\\n'}"], { signal: stop.signal, onStdout: (chunk) => (text += chunk) }).catch(() => undefined);
      return text.trimEnd().split("\n");
    };
    const direct = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath });
    ports.push(direct);
    const both = Promise.all([watch(await throughProxy()), watch(direct)]);
    await delay(500);
    const change = async (method: "POST" | "PATCH", path: string, body: object): Promise<void> => {
      const { status } = await direct.request({ method, path: `/api/v1/namespaces/shop/configmaps${path}`, contentType: method === "POST" ? "application/json" : "application/merge-patch+json", body: JSON.stringify(body) }, never);
      assert.ok(status < 300, String(status));
    };
    await change("POST", "", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "watched" }, data: { n: "0" } });
    for (let n = 1; n <= 30; n += 1) {
      await change("PATCH", "/watched", { data: { n: String(n) } });
      if (n % 10 === 0) proxy.cut();
    }
    await delay(2500);
    stop.abort(new Error("enough"));
    const [cut, whole] = await both;
    assert.deepEqual(cut, whole);
    assert.equal(whole?.at(-1), "watched 30");
  });

  it("takes a silent stream for dead and resumes it", async () => {
    const port = await throughProxy({ streamSilenceMs: 700 });
    const stop = new AbortController();
    let text = "";
    const following = runKubectl(port, ["logs", "-f", "db-0", "--tail=0"], { signal: stop.signal, onStdout: (chunk) => (text += chunk) }).catch(() => undefined);
    await delay(400);
    world.kubernetes.log("shop", "db-0", "db", "before");
    await delay(200);
    proxy.isMute = true;
    world.kubernetes.log("shop", "db-0", "db", "unheard");
    await delay(1000);
    proxy.isMute = false;
    for (let waited = 0; waited < 8000 && !text.includes("unheard"); waited += 100) await delay(100);
    stop.abort(new Error("enough"));
    await following;
    assert.equal(text, "before\nunheard\n");
  });

  describe("exec", () => {
    const request = { namespace: "shop", pod: "db-0", container: undefined, command: ["count"] };
    const io = (stdin: ByteStream | undefined, onOut: (text: string) => void = () => undefined): Stdio => ({ stdin, stdout: async (chunk) => onOut(Buffer.from(chunk).toString()), stderr: async () => undefined });

    async function* endless(onTaken: (bytes: number) => void): ByteStream & AsyncGenerator<Uint8Array> {
      for (let sent = 0; ; sent += 65_536) {
        onTaken(sent);
        yield new Uint8Array(65_536);
      }
    }

    it("says that the end was not seen when the server goes in the middle, and stops reading its input", async () => {
      const port = await throughProxy();
      let ended: Promise<void> | undefined;
      let taken = 0;
      const enough = new Promise<void>((resolve) => {
        const running = port.exec(request, io(endless((bytes) => {
          taken = bytes;
          if (bytes === 4 << 20) resolve();
        })), never);
        ended = assert.rejects(running, { code: "connectionLost" });
      });
      await enough;
      proxy.cut();
      await ended;
      const atEnd = taken;
      await delay(100);
      assert.ok(taken - atEnd <= 65_536);
    });

    it("finds a half-open connection by its missing signs of life", async () => {
      const port = await throughProxy({ pingMs: 200 });
      const running = port.exec({ ...request, command: ["sleep", "60"] }, io(undefined), never);
      const ended = assert.rejects(running, (error: Error & { code?: string }) => error.code === "connectionLost" && /no sign of life/.test(error.message));
      await delay(300);
      proxy.isMute = true;
      await ended;
    });

    it("names a server that takes the connection and never speaks", async () => {
      const port = await throughProxy({ connectMs: 400 });
      proxy.isMute = true;
      await assert.rejects(port.exec(request, io(undefined), never), { code: "unreachable" });
    });
  });
});
