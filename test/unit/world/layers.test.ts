import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/drill/contract.ts";
import type { JsonRecord } from "../../../src/drill/kube/json.ts";
import { layered } from "../../../src/drill/world/layers.ts";

const object = (kind: string, name: string, rest: Partial<KubeObject> = {}): KubeObject => ({ apiVersion: "v1", kind, metadata: { name, namespace: "shop" }, ...rest });

describe("a world that extends another", () => {
  const heads: readonly (readonly [what: string, base: JsonRecord, change: JsonRecord, merged: JsonRecord])[] = [
    ["merges maps", { s3: { region: "a", speed: 1 }, seed: 1 }, { s3: { region: "b" } }, { s3: { region: "b", speed: 1 }, seed: 1 }],
    ["merges named items, adds new ones behind", { users: [{ name: "a", roles: ["edit"] }, { name: "b" }] }, { users: [{ name: "a", roles: ["view"] }, { name: "c" }] }, { users: [{ name: "a", roles: ["view"] }, { name: "b" }, { name: "c" }] }],
    ["tells items by the first field that all have", { applications: [{ host: "h", service: "s", name: "n" }] }, { applications: [{ host: "h", service: "t" }] }, { applications: [{ host: "h", service: "t", name: "n" }] }],
    ["takes an item out", { faults: [{ name: "a" }, { name: "b" }] }, { faults: [{ name: "a", $patch: "delete" }] }, { faults: [{ name: "b" }] }],
    ["replaces lists of unnamed items and of texts", { rules: [{ verbs: ["get"] }], tools: ["a"] }, { rules: [{ verbs: ["list"] }], tools: ["b"] }, { rules: [{ verbs: ["list"] }], tools: ["b"] }],
    ["has no variants by itself", { variants: ["x.yaml"], seed: 1 }, {}, { seed: 1 }],
  ];
  for (const [what, base, change, merged] of heads) {
    it(what, () => assert.deepEqual(layered({ head: base, manifests: [] }, { head: change, manifests: [] }).head, merged));
  }

  it("puts objects in the place of those of the same name, with all their later states, and takes some out", () => {
    const base = [object("Service", "web"), object("Deployment", "web", { spec: { a: 1 } }), object("Deployment", "web", { spec: { a: 2 } }), object("Secret", "keys")];
    const own = [object("Deployment", "web", { $patch: "delete" }), object("Service", "web", { spec: { b: 1 } })];
    assert.deepEqual(layered({ head: {}, manifests: base }, { head: {}, manifests: own }).manifests, [object("Secret", "keys"), object("Service", "web", { spec: { b: 1 } })]);
  });
});
