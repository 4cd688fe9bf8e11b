import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readClusterHealth } from "../../../src/core/health/clusterHealth.ts";
import { createClock } from "../../../src/services/clock.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { ok, reset, type ScriptedServer, silence, startScriptedServer, status } from "./scriptedServer.ts";

const never = new AbortController().signal;
/** What the promise allows, and a moment for a busy machine. */
const LIMIT_MS = 3000 + 500;

describe("a target's state has its name within 3 seconds", function () {
  this.timeout(20_000);
  let folder: string;
  let server: ScriptedServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "states-"));
    server = await startScriptedServer();
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function stateOf(address: string, user: object = {}, more: object = {}): ReturnType<typeof readClusterHealth> {
    const path = join(folder, "config");
    await writeFile(path, JSON.stringify({ "current-context": "lab", clusters: [{ name: "c", cluster: { server: address, ...more } }], users: [{ name: "u", user }], contexts: [{ name: "lab", context: { cluster: "c", user: "u" } }] }));
    const kubernetes = await createKubernetesPort({ kubeconfigPath: path, environment: {} });
    const began = performance.now();
    const report = await readClusterHealth({ clock: createClock({ realEpochMs: Date.now(), worldEpochMs: Date.now(), rate: 1 }), kubernetes, services: [] }, never);
    assert.ok(performance.now() - began < LIMIT_MS, `${performance.now() - began} ms`);
    kubernetes.close();
    return report;
  }

  it("reachable", async () => {
    server.script(ok('{"kind":"List","items":[]}'));
    assert.equal((await stateOf(server.address)).state, "reachable");
  });
  it("slow, where the connection stands and no answer comes", async () => {
    server.script(silence);
    assert.equal((await stateOf(server.address)).state, "slow");
  });
  it("unreachable, where nothing listens, TLS is never spoken, or every connection is reset", async () => {
    assert.equal((await stateOf("http://127.0.0.1:1")).state, "unreachable");
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    assert.equal((await stateOf(`https://127.0.0.1:${(mute.address() as AddressInfo).port}`)).state, "unreachable");
    for (const socket of sockets) socket.destroy();
    mute.close();
    server.script(reset);
    assert.equal((await stateOf(server.address)).state, "unreachable");
  });
  it("sign-in needed, with the address to visit", async () => {
    server.script(status(401));
    assert.equal((await stateOf(server.address)).state, "signInNeeded");
    const waiting = join(folder, "sign-in.sh");
    await writeFile(waiting, "#!/bin/sh\necho 'visit https://login.example.com/device' >&2\nexec sleep 20\n", { mode: 0o700 });
    const report = await stateOf(server.address, { exec: { command: waiting } });
    assert.equal(report.state, "signInNeeded");
    assert.match(report.detail, /https:\/\/login\.example\.com\/device/);
  });
  it("forbidden", async () => {
    server.script(status(403, { "content-type": "application/json" }, '{"kind":"Status","message":"pods is forbidden: User \\"ann\\" cannot list resource"}'));
    const report = await stateOf(server.address);
    assert.equal(report.state, "forbidden");
    assert.match(report.detail, /ann/);
  });
  it("proxy error", async () => {
    assert.equal((await stateOf("https://api.example.test", {}, { "proxy-url": "http://127.0.0.1:1" })).state, "proxyError");
  });
});
