import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import { createKubernetesPort, type ClosableKubernetesPort, type KubernetesPortOptions } from "../../../src/services/kubernetes/port.ts";
import type { ByteStream, Stdio } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";

const signal = new AbortController().signal;
const version = { method: "GET", path: "/version" } as const;

describe("the Kubernetes transport", function () {
  this.timeout(15_000);
  let folder: string;
  let server: Server;
  let sockets: WebSocketServer;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let onSocket: (socket: WebSocket) => void;
  const ports: ClosableKubernetesPort[] = [];
  const connections = new Set<Socket>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "transport-"));
    server = createServer((request, response) => answer(request, response));
    server.on("connection", (socket) => connections.add(socket));
    sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v5.channel.k8s.io" });
    server.on("upgrade", (request, socket, head) => sockets.handleUpgrade(request, socket, head, (opened) => onSocket(opened)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
    connections.clear();
  });
  after(async () => {
    sockets.close();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  async function open(user: Readonly<Record<string, unknown>> = {}, address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, limits: KubernetesPortOptions["limits"] = {}): Promise<ClosableKubernetesPort> {
    const path = join(folder, "config");
    const config = { "current-context": "lab", clusters: [{ name: "c", cluster: { server: address } }], users: [{ name: "u", user }], contexts: [{ name: "lab", context: { cluster: "c", user: "u", namespace: "shop" } }] };
    await writeFile(path, JSON.stringify(config));
    const port = await createKubernetesPort({ kubeconfigPath: path, limits });
    ports.push(port);
    return port;
  }

  it("keeps one connection for many requests", async () => {
    answer = (_request, response) => response.end("{}");
    const port = await open();
    for (let count = 0; count < 10; count += 1) await port.request(version, signal);
    assert.equal(connections.size, 1);
    assert.deepEqual([port.context, port.namespace], ["lab", "shop"]);
  });

  it("names a server that refuses the connection", async () => {
    const port = await open({}, "http://127.0.0.1:1");
    await assert.rejects(port.request(version, signal), { code: "unreachable" });
  });

  it("names a server that accepts but never speaks TLS, within 3 seconds", async () => {
    const silent = createTcpServer((socket) => connections.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const port = await open({}, `https://127.0.0.1:${String((silent.address() as AddressInfo).port)}`);
    const started = Date.now();
    await assert.rejects(port.request(version, signal), { code: "unreachable" });
    assert.ok(Date.now() - started < 3500);
    for (const socket of connections) socket.destroy();
    silent.close();
  });

  it("repeats a read on 503 and after a lost connection, but never a change", async () => {
    let asked = 0;
    answer = (request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(503).end();
      else if (asked === 2) request.socket.destroy();
      else response.end("ok");
    };
    const port = await open();
    assert.equal((await port.request(version, signal)).text, "ok");
    assert.equal(asked, 3);
    asked = 0;
    assert.equal((await port.request({ method: "PATCH", path: "/x", body: "{}" }, signal)).status, 503);
    await assert.rejects(port.request({ method: "DELETE", path: "/x" }, signal), { code: "connectionLost" });
    assert.equal(asked, 2);
  });

  it("asks its credential plugin once for many calls, and again after a 401", async () => {
    const counter = join(folder, "count");
    const plugin = join(folder, "plugin.sh");
    await writeFile(counter, "");
    await writeFile(plugin, `#!/bin/sh\necho x >> ${counter}\nn=$(wc -l < ${counter} | tr -d ' ')\necho '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t'$n'"}}'\n`);
    await chmod(plugin, 0o700);
    const seen: string[] = [];
    answer = (request, response) => {
      const token = request.headers.authorization ?? "";
      seen.push(token);
      response.writeHead(seen.length > 5 && token === "Bearer t1" ? 401 : 200).end("{}");
    };
    const port = await open({ exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin.sh" } });
    await Promise.all(Array.from({ length: 5 }, async () => await port.request(version, signal)));
    assert.deepEqual(new Set(seen), new Set(["Bearer t1"]));
    assert.equal((await port.request(version, signal)).status, 200);
    assert.deepEqual(seen.slice(5), ["Bearer t1", "Bearer t2"]);
  });

  it("reads a rotating token file and impersonates with every group", async () => {
    await writeFile(join(folder, "token"), "one\n");
    const seen: unknown[] = [];
    answer = (request, response) => {
      seen.push([request.headers.authorization, request.headersDistinct["impersonate-user"], request.headersDistinct["impersonate-group"]]);
      response.end("{}");
    };
    const port = await open({ tokenFile: "token", as: "ann", "as-groups": ["ops", "dev"] });
    await port.request(version, signal);
    await writeFile(join(folder, "token"), "two\n");
    await port.request(version, signal);
    assert.deepEqual(seen, [["Bearer one", ["ann"], ["ops", "dev"]], ["Bearer two", ["ann"], ["ops", "dev"]]]);
  });

  it("asks for sign-in when the plugin fails, with the address to visit", async () => {
    const plugin = join(folder, "fail.sh");
    await writeFile(plugin, "#!/bin/sh\necho 'go to https://login.example.com/device' >&2\nexit 1\n");
    await chmod(plugin, 0o700);
    const port = await open({ exec: { command: plugin } });
    await assert.rejects(port.request(version, signal), { code: "signInNeeded", hint: "Visit https://login.example.com/device" });
  });

  it("ends a stream with the signal's own reason, and names a cut one", async () => {
    answer = (request, response) => {
      response.write("tick\n");
      if (request.url === "/cut") setTimeout(() => request.socket.destroy(), 50);
    };
    const port = await open();
    const abort = new AbortController();
    const followed = await port.stream({ method: "GET", path: "/follow" }, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await assert.rejects(drain(followed.body), /enough/);
    const cut = await port.stream({ method: "GET", path: "/cut" }, signal);
    await assert.rejects(drain(cut.body), { code: "connectionLost" });
  });

  describe("exec", () => {
    const request = { namespace: "shop", pod: "db-0", container: undefined, command: ["cat"] };
    const frame = (channel: number, text: string): Buffer => Buffer.concat([Uint8Array.of(channel), Buffer.from(text)]);
    const success = frame(3, JSON.stringify({ status: "Success" }));

    it("half-closes standard input and reads the exit code", async () => {
      let input = "";
      onSocket = (socket) =>
        socket.on("message", (data: Buffer) => {
          if (data[0] === 0) input += data.subarray(1).toString();
          else if (data[0] === 255 && data[1] === 0) {
            socket.send(frame(1, "out"));
            socket.send(frame(2, "err"));
            socket.send(frame(3, JSON.stringify({ status: "Failure", reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message: "9" }] } })));
            socket.close(1000);
          }
        });
      const { io, text } = collected(feed("a", "b"));
      assert.equal(await (await open()).exec(request, io, signal), 9);
      assert.deepEqual([input, text()], ["ab", "out|err"]);
    });

    it("says connectionLost when the socket ends without a status", async () => {
      onSocket = (socket) => {
        socket.send(frame(1, "half"));
        setTimeout(() => socket.terminate(), 50);
      };
      await assert.rejects((await open()).exec(request, collected(undefined).io, signal), { code: "connectionLost" });
    });

    it("holds the server back while its output is not taken", async () => {
      const total = 2000;
      let sent = 0;
      onSocket = (socket) => {
        const more = (): void => {
          if (sent === total) {
            socket.send(success);
            socket.close(1000);
            return;
          }
          sent += 1;
          socket.send(Buffer.concat([Uint8Array.of(1), Buffer.alloc(32 * 1024)]), () => more());
        };
        more();
      };
      let taken = 0;
      let wasHeldBack = false;
      const slow: Stdio = {
        stdin: undefined,
        stdout: async (chunk) => {
          if (taken === 0) {
            await new Promise((resolve) => setTimeout(resolve, 500));
            wasHeldBack = sent < total / 2;
          }
          taken += chunk.length;
        },
        stderr: async () => undefined,
      };
      assert.equal(await (await open()).exec(request, slow, signal), 0);
      assert.equal(taken, total * 32 * 1024);
      assert.ok(wasHeldBack, "the server could send everything while nothing was taken");
    });

    it("sends every group of an impersonation by itself", async () => {
      let groups: readonly string[] | undefined;
      server.once("upgrade", (upgraded: IncomingMessage) => (groups = upgraded.headersDistinct["impersonate-group"]));
      onSocket = (socket) => {
        socket.send(success);
        socket.close(1000);
      };
      assert.equal(await (await open({ as: "ann", "as-groups": ["ops", "dev"] })).exec(request, collected(undefined).io, signal), 0);
      assert.deepEqual(groups, ["ops", "dev"]);
    });

    it("calls a handshake without an answer a stall: the command may have been started", async () => {
      const silent = createTcpServer((socket) => connections.add(socket));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const port = await open({}, `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`, { changeSilenceMs: 200 });
      await assert.rejects(port.exec(request, collected(undefined).io, signal), (error: unknown) => error instanceof RuntimeError && error.code === "connectionLost" && error.facts["reason"] === "stalled");
      for (const socket of connections) socket.destroy();
      silent.close();
    });

    it("holds standard input back while the server does not read, and does not take that for its end", async () => {
      let given = 0;
      let givenWhilePaused = 0;
      onSocket = (socket) => {
        socket.pause();
        setTimeout(() => {
          givenWhilePaused = given;
          socket.resume();
        }, 500);
        socket.on("message", (data: Buffer) => {
          if (data[0] !== 255) return;
          socket.send(success);
          socket.close(1000);
        });
      };
      async function* endless(): ByteStream & AsyncGenerator<Uint8Array> {
        for (; given < 64; given += 1) yield Buffer.alloc(1024 * 1024);
      }
      assert.equal(await (await open({}, undefined, { pingMs: 100 })).exec(request, collected(endless()).io, signal), 0);
      assert.ok(givenWhilePaused < 32, `${String(givenWhilePaused)} MiB were taken while nobody read`);
    });

    it("stops at once when cancelled", async () => {
      onSocket = () => undefined;
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error("enough")), 50);
      await assert.rejects((await open()).exec(request, collected(undefined).io, abort.signal), /enough/);
    });
  });
});

async function drain(body: ByteStream): Promise<void> {
  for await (const _ of body);
}

async function* feed(...texts: readonly string[]): ByteStream & AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function collected(stdin: ByteStream | undefined): { readonly io: Stdio; readonly text: () => string } {
  const out: string[] = [];
  const write = async (chunk: Uint8Array): Promise<void> => void out.push(Buffer.from(chunk).toString());
  return { io: { stdin, stdout: write, stderr: write }, text: () => out.join("|") };
}
