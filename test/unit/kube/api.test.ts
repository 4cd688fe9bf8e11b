import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { ApiRequest, ApiServices } from "../../../src/drill/kube/api/context.ts";
import { jsonPatch, mergePatch } from "../../../src/drill/kube/api/patch.ts";
import { serverSideApply } from "../../../src/drill/kube/api/serverSideApply.ts";
import { strategicPatch } from "../../../src/drill/kube/api/strategicPatch.ts";
import { isAllowed } from "../../../src/drill/kube/api/users.ts";
import { watchObjects } from "../../../src/drill/kube/api/watch.ts";
import { makeCertificates } from "../../../src/drill/kube/certificates.ts";
import { humanDuration } from "../../../src/drill/kube/duration.ts";
import { HeaderCodec } from "../../../src/drill/kube/exec/spdyHeaders.ts";
import { decodeProtobuf } from "../../../src/drill/kube/protobuf/decode.ts";
import { findResource } from "../../../src/drill/kube/resources.ts";
import { labelTest, parseFieldSelector } from "../../../src/drill/kube/selectors.ts";
import { ObjectStore } from "../../../src/drill/kube/store.ts";
import { seeded, VirtualClock } from "./virtualCluster.ts";

describe("ages", () => {
  const S = 1000;
  const cases: [number, string][] = [[0, "0s"], [119 * S, "119s"], [120 * S, "2m"], [200 * S, "3m20s"], [599 * S, "9m59s"], [600 * S, "10m"], [3 * 3600 * S, "3h"], [3 * 3600 * S + 60 * S, "3h1m"], [9 * 3600 * S, "9h"], [47 * 3600 * S, "47h"], [49 * 3600 * S, "2d1h"], [12 * 86400 * S, "12d"], [800 * 86400 * S, "2y70d"], [-5000, "<invalid>"]];
  for (const [ms, text] of cases) it(text, () => assert.equal(humanDuration(ms), text));
});

describe("selectors", () => {
  const labels = { app: "mysql", tier: "db" };
  const cases: [string, boolean][] = [["app=mysql", true], ["app==mysql,tier!=web", true], ["app in (a, mysql)", true], ["app notin (mysql)", false], ["!app", false], ["tier", true], ["gone!=x", true], ["gone>1", false], ["app in (mysql,),tier", true]];
  for (const [selector, expected] of cases) it(selector, () => assert.equal(labelTest(selector)(labels), expected));

  it("refuses fields that the kind does not index", () => {
    assert.deepEqual(parseFieldSelector("Pod", "spec.nope=1"), { unsupported: "spec.nope" });
  });
});

describe("patches", () => {
  it("merge: null removes", () => assert.deepEqual(mergePatch({ a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: 3 } }), { b: { c: 3, d: 2 } }));
  it("JSON: add, replace, remove and escaped keys", () => {
    const patched = jsonPatch({ l: [1, 2], "a/b": 1 }, [{ op: "add", path: "/l/1", value: 9 }, { op: "remove", path: "/a~1b" }, { op: "replace", path: "/l/0", value: 0 }]);
    assert.deepEqual(patched, { l: [0, 9, 2] });
  });
  it("JSON: a failed test refuses", () => assert.throws(() => jsonPatch({ a: 1 }, [{ op: "test", path: "/a", value: 2 }]), /testing value/u));
  it("strategic: `set env` changes one variable of one container and keeps the rest", () => {
    const template = { containers: [{ name: "web", image: "x", env: [{ name: "A", value: "1" }, { name: "B", value: "2" }] }, { name: "side", image: "y" }] };
    const patch = { "$setElementOrder/containers": [{ name: "web" }, { name: "side" }], containers: [{ "$setElementOrder/env": [{ name: "A" }, { name: "B" }], name: "web", env: [{ name: "B", value: "3" }] }] };
    assert.deepEqual(strategicPatch(template, patch), { containers: [{ name: "web", image: "x", env: [{ name: "A", value: "1" }, { name: "B", value: "3" }] }, { name: "side", image: "y" }] });
  });
  it("strategic: $patch delete, and lists without a merge key are replaced", () => {
    assert.deepEqual(strategicPatch({ env: [{ name: "A" }, { name: "B" }], args: ["a"] }, { env: [{ name: "A", $patch: "delete" }], args: ["b"] }), { env: [{ name: "B" }], args: ["b"] });
  });
  it("server-side apply: takes back what is no longer applied and refuses another manager's field", () => {
    const resource = findResource("apps", "v1", "deployments");
    assert.ok(resource !== undefined);
    const object = (spec: Record<string, unknown>) => ({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec });
    const first = serverSideApply(undefined, object({ replicas: 1, paused: true }), { manager: "a", isForced: false, now: 0 }, resource);
    const second = serverSideApply(first, object({ replicas: 1 }), { manager: "a", isForced: false, now: 0 }, resource);
    assert.deepEqual(second.spec, { replicas: 1 });
    assert.throws(() => serverSideApply(second, object({ replicas: 2 }), { manager: "b", isForced: false, now: 0 }, resource), /Apply failed with 1 conflict: conflict with "a": \.spec\.replicas/u);
    const forced = serverSideApply(second, object({ replicas: 2 }), { manager: "b", isForced: true, now: 0 }, resource);
    assert.deepEqual(forced.spec, { replicas: 2 });
  });
});

describe("a watch", () => {
  it("sends nothing once its time is over, also where a bookmark is due in the same moment", async () => {
    const clock = new VirtualClock();
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const errors: Error[] = [];
    response.on("error", (error) => errors.push(error));
    const resource = findResource("", "v1", "pods");
    assert.ok(resource !== undefined);
    const query = new URLSearchParams({ watch: "true", allowWatchBookmarks: "true", timeoutSeconds: "120" });
    watchObjects({ store: new ObjectStore(clock, seeded(1)), clock } as unknown as ApiServices, { query, response } as ApiRequest, { resource, namespace: "shop", name: undefined, subresource: undefined });
    clock.advance(300_000);
    await setImmediate();
    assert.equal(response.writableEnded, true);
    assert.deepEqual(errors, []);
  });
});

describe("the store", () => {
  it("hands out copies, counts generations by spec, and resumes or refuses watches", () => {
    const store = new ObjectStore(new VirtualClock(), seeded(1));
    store.put({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d", namespace: "n" }, spec: { replicas: 1, template: { spec: { containers: [] } } } });
    const from = store.revision;
    const copy = store.get("Deployment", "n", "d");
    assert.ok(copy?.spec !== undefined);
    copy.spec["replicas"] = 2;
    assert.equal(store.get("Deployment", "n", "d")?.spec?.["replicas"], 1);
    assert.equal(store.put(copy).metadata.generation, 2);
    assert.equal(store.put(store.get("Deployment", "n", "d") ?? copy).metadata.resourceVersion, String(from + 1), "an unchanged object is not written");
    assert.deepEqual(store.changesSince(from)?.map((change) => change.type), ["MODIFIED"]);
    store.restore(store.snapshot());
    assert.equal(store.changesSince(from), undefined, "410 Gone after a restore");
  });

  it("gives a repeated event a count", () => {
    const store = new ObjectStore(new VirtualClock(), seeded(1));
    const pod = store.put({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" }, spec: { containers: [] } });
    store.event(pod, "Warning", "BackOff", "again", "kubelet");
    store.event(pod, "Warning", "BackOff", "again", "kubelet");
    assert.deepEqual(store.list("Event", "n").map((event) => event["count"]), [2]);
  });
});

describe("permissions", () => {
  const viewer = { name: "v", token: "t", roles: ["view"] } as const;
  const ask = (verb: string, resource: string) => isAllowed(viewer, { verb, group: "", resource, namespace: "n", name: undefined });
  it("a viewer reads pods and logs, no secrets, and changes nothing", () => {
    assert.deepEqual([ask("list", "pods"), ask("get", "pods/log"), ask("get", "secrets"), ask("delete", "pods"), ask("create", "pods/exec")], [true, true, false, false, false]);
  });
});

describe("wire formats", () => {
  it("certificates: the server's is signed by the authority, for 127.0.0.1", () => {
    const made = makeCertificates(Date.parse("2026-01-31T00:00:00Z"));
    const [ca, server] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
    assert.ok(ca.ca && server.verify(ca.publicKey) && server.checkIssued(ca));
    assert.equal(server.checkIP("127.0.0.1"), "127.0.0.1");
  });

  it("SPDY headers survive two blocks of one compression stream", async () => {
    const [sender, receiver] = [new HeaderCodec(), new HeaderCodec()];
    for (const type of ["stdin", "error"]) {
      const headers = await receiver.decode(await sender.encode(new Map([["streamtype", type]])));
      assert.deepEqual([...headers], [["streamtype", type]]);
    }
    sender.close();
    receiver.close();
  });

  it("protobuf: a secret as kubectl creates it; cut bytes are refused", () => {
    const text = (number: number, ...parts: Buffer[]): Buffer => {
      const body = Buffer.concat(parts);
      return Buffer.concat([Buffer.from([(number << 3) | 2, body.length]), body]);
    };
    const secret = Buffer.concat([text(1, text(1, Buffer.from("s"))), text(2, text(1, Buffer.from("key")), text(2, Buffer.from("v"))), text(3, Buffer.from("Opaque"))]);
    const body = Buffer.concat([Buffer.from("k8s\0"), text(1, text(1, Buffer.from("v1")), text(2, Buffer.from("Secret"))), text(2, secret)]);
    assert.deepEqual(decodeProtobuf(body), { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { key: "dg==" }, type: "Opaque" });
    assert.equal(decodeProtobuf(body.subarray(0, body.length - 3)), undefined);
  });
});
