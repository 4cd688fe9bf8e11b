import assert from "node:assert/strict";
import { curlExecutor } from "../../../src/core/curl/curl.ts";
import { serviceOf } from "../../../src/core/curl/serviceProxy.ts";
import type { ToolPorts } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { operation, runTool, toolPorts } from "../../integration/s3/toolHarness.ts";
import { FakeCluster } from "../kubectl/fakeCluster.ts";

const unresolved = (): Promise<never> => Promise.reject(new RuntimeError("unreachable", "no such name", { facts: { reason: "resolve", host: "prometheus", port: "9090" } }));

function ports(cluster: FakeCluster): ToolPorts {
  return { ...toolPorts({ http: { request: unresolved } }), kubernetes: async () => cluster };
}

const curl = (cluster: FakeCluster, ...words: readonly string[]): ReturnType<typeof runTool> => runTool(curlExecutor, operation("curl", "", ["curl", ...words]), ports(cluster));

describe("addresses inside the cluster", () => {
  it("are names of services, by themselves or with .svc", () => {
    const short = (address: string): string => {
      const found = serviceOf(address);
      return found === undefined ? "" : `${found.scheme} ${found.name} ${found.namespace ?? "-"} ${found.port} ${found.path}`;
    };
    assert.deepEqual(["http://prometheus:9090/api?a=1", "https://web/", "http://db.shop.svc:3306/x", "http://db.shop.svc.cluster.local/"].map(short), ["http prometheus - 9090 /api?a=1", "https web - 443 /", "http db shop 3306 /x", "http db shop 80 /"]);
    assert.deepEqual(["http://api.example.com/", "http://a.b/", "http://localhost:1/", "http://127.0.0.1/"].map(short), ["", "", "", ""]);
  });

  it("are read through the API server's service proxy", async () => {
    const cluster = new FakeCluster().reply("GET /api/v1/namespaces/shop/services/http:prometheus:9090/proxy/api/v1/query", { text: '{"status":"success"}' });
    const ran = await curl(cluster, "-sG", "http://prometheus:9090/api/v1/query", "--data-urlencode", 'query=up{job="a"}');
    assert.deepEqual(ran, { stdout: '{"status":"success"}', stderr: "", exitCode: 0 });
    assert.equal(cluster.asked.at(-1)?.path, "/api/v1/namespaces/shop/services/http:prometheus:9090/proxy/api/v1/query?query=up%7bjob%3d%22a%22%7d");
  });

  it("stay unresolved where the cluster has no such service, and for calls that could change something", async () => {
    const cluster = new FakeCluster().reply("GET /api/v1/namespaces/shop/services/http:nope:80/proxy/", { status: 404, json: { kind: "Status", code: 404, reason: "NotFound" } });
    assert.equal((await curl(cluster, "-s", "http://nope/")).exitCode, 6);
    const before = cluster.asked.length;
    assert.equal((await curl(cluster, "-s", "-d", "x", "http://nope/")).exitCode, 6);
    assert.equal(cluster.asked.length, before);
  });
});
