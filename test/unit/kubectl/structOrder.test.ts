import assert from "node:assert/strict";
import { inStructOrder } from "../../../src/core/kubectl/structOrder.ts";

describe("the order of Go's structs", () => {
  it("goes down to the pod, through lists; maps are by key", () => {
    const spec = { template: { spec: { restartPolicy: "Never", nodeSelector: { b: "1", a: "2" }, containers: [{ env: [{ value: "1", name: "A" }], image: "i", name: "c" }] } }, parallelism: 1 };
    const written = '{"parallelism":1,"template":{"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"}]}],"restartPolicy":"Never","nodeSelector":{"a":"2","b":"1"}}}}';
    assert.equal(JSON.stringify(inStructOrder(spec, "JobSpec")), written);
  });

  it("keeps fields that it does not know, last and by name", () => {
    assert.equal(JSON.stringify(inStructOrder({ zone: 1, kind: "Job", area: 2, apiVersion: "v1" }, "OwnerReference")), '{"apiVersion":"v1","kind":"Job","area":2,"zone":1}');
  });
});
