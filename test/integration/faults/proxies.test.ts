import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { makeCertificates } from "../../../src/drill/kube/certificates.ts";
import { createHttpPort } from "../../../src/services/http.ts";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { proxyFor } from "../../../src/services/proxy.ts";
import { createObjectStore } from "../../../src/services/s3.ts";
import { ok, type ScriptedServer, startScriptedServer } from "./scriptedServer.ts";

const never = new AbortController().signal;

describe("proxies and certificates of the environment", function () {
  this.timeout(20_000);
  const { ca, cert, key } = makeCertificates(Date.now());
  let folder: string;
  let secure: ScriptedServer;
  let plain: ScriptedServer;
  let proxy: Server;
  let seen: string[];
  let answer: 200 | 407 | 502 | "silence";
  let port: number;
  const sockets = new Set<Socket>();
  const ports: ClosableKubernetesPort[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "proxies-"));
    await writeFile(join(folder, "ca.pem"), ca);
    secure = await startScriptedServer({ cert, key });
    plain = await startScriptedServer();
    // Names lead here, as a company's proxy resolves what this machine cannot.
    proxy = createServer((request, response) => {
      seen.push(`${request.method ?? ""} ${request.url ?? ""} ${request.headers["proxy-authorization"] ?? ""}`.trimEnd());
      response.end("forwarded");
    });
    proxy.on("connect", (request: IncomingMessage, client: Socket) => {
      seen.push(`CONNECT ${request.url ?? ""} ${request.headers["proxy-authorization"] ?? ""}`.trimEnd());
      sockets.add(client);
      if (answer === "silence") return;
      if (answer !== 200) return void client.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
      const upstream = connect(request.url?.endsWith(":80") === true ? plain.port : secure.port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
      for (const [one, other] of [[client, upstream], [upstream, client]] as const) one.on("error", () => other.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    port = (proxy.address() as AddressInfo).port;
  });
  beforeEach(() => {
    seen = [];
    answer = 200;
    secure.script(ok("{}"));
    plain.script(ok("{}"));
  });
  afterEach(() => {
    ports.splice(0).forEach((each) => each.close());
    for (const socket of sockets) socket.destroy();
  });
  after(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await secure.close();
    await plain.close();
    await rm(folder, { recursive: true });
  });

  async function cluster(server: string, more: Readonly<Record<string, unknown>>, environment: Readonly<Record<string, string>>): Promise<ClosableKubernetesPort> {
    const path = join(folder, "config");
    const settings = { server, "insecure-skip-tls-verify": true, ...more };
    await writeFile(path, JSON.stringify({ "current-context": "lab", clusters: [{ name: "c", cluster: settings }], users: [{ name: "u", user: {} }], contexts: [{ name: "lab", context: { cluster: "c", user: "u" } }] }));
    const made = await createKubernetesPort({ kubeconfigPath: path, environment, limits: { connectMs: 600 } });
    ports.push(made);
    return made;
  }
  const address = (): string => `http://who:secret%21@127.0.0.1:${port}`;
  const signedIn = `Basic ${Buffer.from("who:secret!").toString("base64")}`;

  it("takes a cluster through HTTPS_PROXY and through proxy-url, one tunnel for many reads", async () => {
    for (const [more, environment] of [[{}, { HTTPS_PROXY: address() }], [{ "proxy-url": address() }, {}]] as const) {
      seen = [];
      const made = await cluster("https://api.example.test:6443", more, environment);
      for (let count = 0; count < 3; count += 1) assert.equal((await made.request({ method: "GET", path: "/version" }, never)).status, 200);
      assert.deepEqual(seen, [`CONNECT api.example.test:6443 ${signedIn}`]);
    }
  });

  it("runs exec through the tunnel too", async () => {
    const sessions = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "v5.channel.k8s.io" });
    await new Promise((resolve) => sessions.once("listening", resolve));
    sessions.on("connection", (socket) => {
      socket.send(Buffer.from(`\u0003${JSON.stringify({ status: "Success" })}`));
      socket.close(1000);
    });
    const own = createServer();
    own.on("connect", (_request: IncomingMessage, client: Socket) => {
      const upstream = connect((sessions.address() as AddressInfo).port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
    });
    await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
    const made = await cluster("http://api.example.test", { "proxy-url": `http://127.0.0.1:${(own.address() as AddressInfo).port}` }, {});
    const write = async (): Promise<void> => undefined;
    assert.equal(await made.exec({ namespace: "shop", pod: "db-0", container: undefined, command: ["true"] }, { stdin: undefined, stdout: write, stderr: write }, never), 0);
    own.close();
    sessions.close();
  });

  it("names a proxy that refuses, wants a sign-in, is not there, is silent, or is of another kind", async () => {
    const told = async (more: Readonly<Record<string, unknown>>): Promise<string> =>
      await cluster("https://api.example.test:6443", more, {}).then((made) => made.request({ method: "GET", path: "/version" }, never)).then(() => "well", (error: Error & { code?: string }) => `${String(error.code)}: ${error.message}`);
    const place = "Connecting to api.example.test:6443 through the proxy";
    answer = 502;
    assert.equal(await told({ "proxy-url": address() }), `proxyError: ${place} 127.0.0.1:${port}: it answered 502 No`);
    answer = 407;
    assert.equal(await told({ "proxy-url": address() }), `proxyError: ${place} 127.0.0.1:${port}: it wants you to sign in (407)`);
    answer = "silence";
    assert.equal(await told({ "proxy-url": address() }), `proxyError: ${place} 127.0.0.1:${port}: no answer for 0.6 s`);
    assert.match(await told({ "proxy-url": "http://127.0.0.1:1" }), /^proxyError: .* through the proxy 127\.0\.0\.1:1: .*ECONNREFUSED/);
    assert.match(await told({ "proxy-url": "socks5://127.0.0.1:1080" }), /^proxyError: .*socks5: proxies are not spoken/);
  });

  it("goes straight where NO_PROXY says so, and always on this machine", () => {
    const environment = { HTTPS_PROXY: "http://proxy.test:3128", HTTP_PROXY: "proxy.test", NO_PROXY: "internal.test, .only-below.test,10.0.0.0/8,192.168.1.7,api.test:8443,[fd00::1]" };
    const goes = (url: string): string | undefined => proxyFor(new URL(url), environment)?.host;
    for (const url of ["https://internal.test", "https://a.internal.test", "https://x.only-below.test", "https://10.1.2.3:6443", "https://192.168.1.7", "https://api.test:8443", "https://[fd00::1]", "https://localhost", "https://127.0.0.1:6443", "https://[::1]"]) assert.equal(goes(url), undefined, url);
    for (const url of ["https://notinternal.test", "https://only-below.test", "https://11.0.0.1", "https://api.test", "https://[fd00::2]"]) assert.equal(goes(url), "proxy.test:3128", url);
    assert.equal(goes("http://example.test"), "proxy.test");
    assert.equal(proxyFor(new URL("https://example.test"), { https_proxy: "small.test:1", no_proxy: "*" }), undefined);
    assert.equal(proxyFor(new URL("https://example.test"), {}), undefined);
  });

  it("takes curl's requests through it: a tunnel for https, the whole address for http", async () => {
    const http = createHttpPort({ environment: { https_proxy: address(), http_proxy: address(), CURL_CA_BUNDLE: join(folder, "ca.pem") } });
    const get = async (url: string): Promise<string> => {
      const { body } = await http.request({ method: "GET", url, headers: [], body: undefined, insecure: url.startsWith("https:"), resolve: [] }, never);
      let text = "";
      for await (const chunk of body) text += Buffer.from(chunk).toString();
      return text;
    };
    assert.equal(await get("https://shop.example.test/health?x=1"), "{}");
    assert.equal(await get("http://shop.example.test:8080/health?x=1"), "forwarded");
    assert.deepEqual(seen, [`CONNECT shop.example.test:443 ${signedIn}`, `GET http://shop.example.test:8080/health?x=1 ${signedIn}`]);
    assert.equal(secure.asked[0]?.path, "/health?x=1");
  });

  it("trusts CURL_CA_BUNDLE for curl and AWS_CA_BUNDLE for S3, and nobody else's certificate", async () => {
    const ask = async (environment: Readonly<Record<string, string>>): Promise<number> =>
      (await createHttpPort({ environment }).request({ method: "GET", url: secure.address, headers: [], body: undefined, insecure: false, resolve: [] }, never)).status;
    assert.equal(await ask({ CURL_CA_BUNDLE: join(folder, "ca.pem") }), 200);
    await assert.rejects(ask({}), { code: "unreachable" });
    secure.script(ok('<?xml version="1.0"?><ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>', { "content-type": "application/xml" }));
    const store = (environment: Readonly<Record<string, string>>): ReturnType<typeof createObjectStore> =>
      createObjectStore({ endpoint: secure.address, region: "eu-central-1", credentials: { accessKeyId: "A", secretAccessKey: "s" }, environment });
    assert.deepEqual(await store({ AWS_CA_BUNDLE: join(folder, "ca.pem") }).listBuckets(never), []);
    await assert.rejects(store({}).listBuckets(never));
  });

  it("takes S3 through the proxy", async () => {
    secure.script(ok('<?xml version="1.0"?><ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>', { "content-type": "application/xml" }));
    const environment = { HTTPS_PROXY: address() };
    const store = createObjectStore({ endpoint: "https://s3.example.test", region: "eu-central-1", credentials: { accessKeyId: "A", secretAccessKey: "s" }, environment });
    // The tunnel leads to a server of another name, which the client notices: what counts here is the way it went.
    await assert.rejects(store.listBuckets(never));
    assert.ok(seen.length > 0 && seen.every((line) => line === `CONNECT s3.example.test:443 ${signedIn}`));
  });
});
