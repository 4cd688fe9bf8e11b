import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../../scripts/lib/paths.ts";
import { checkFault } from "../../../src/core/runbook/drillCase.ts";
import { readFault } from "../../../src/drill/world/readFaults.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";

const SLOW = { name: "slow", title: "Slow", description: "Takes {delay} s, see {offset}.", parameters: { delay: 3, tag: "v1" }, slowSeconds: "{delay}", unready: "release {tag} is not ready" };

describe("a fault's parameters", () => {
  it("have the described values where none are given, numbers as numbers", () => {
    const fault = readFault(SLOW);
    assert.equal(fault.description, "Takes 3 s, see {offset}.");
    assert.deepEqual([fault.recipe({}).flaws.slowMs, fault.recipe({}).flaws.unready], [3000, "release v1 is not ready"]);
    assert.deepEqual([fault.recipe({ delay: "0.5", tag: "v2" }).flaws.slowMs, fault.recipe({ tag: "v2" }).flaws.unready], [500, "release v2 is not ready"]);
  });

  it("are refused in a description where nothing uses them", () => {
    assert.throws(() => readFault({ ...SLOW, unready: "not ready" }), /The fault slow: nothing uses the parameter tag\./);
    assert.throws(() => readFault({ ...SLOW, parameters: { delay: [3] } }), /The fault slow: the parameter delay must have a number or a text as its default\./);
  });

  it("are checked before anything is injected", () => {
    const known = [readFault(SLOW), readFault({ name: "plain", title: "Plain", description: "No parameters." })];
    const problem = (fault: string, parameters: Record<string, string>): unknown => {
      try {
        checkFault({ fault, parameters }, known);
        return undefined;
      } catch (error) {
        return error instanceof Error && "hint" in error ? `${error.message} ${String(error.hint)}` : error;
      }
    };
    assert.equal(problem("slow", { delay: "2", tag: "v9" }), undefined);
    assert.equal(problem("gone", {}), "Injecting gone: the world has no such fault. It has slow, plain.");
    assert.equal(problem("slow", { dely: "2" }), "Injecting slow:dely=2: it has no parameter dely. It has delay=3, tag=v1.");
    assert.equal(problem("slow", { delay: "soon" }), "Injecting slow:delay=soon: delay must be a number; it is soon. It is usually delay=3, tag=v1.");
    assert.equal(problem("plain", { delay: "2" }), "Injecting plain:delay=2: it has no parameter delay. It takes none.");
  });

  it("change what BuildNest's faults do", () => {
    const { faults } = readWorld(join(root, "notebooks/worlds/buildnest.yaml"));
    const recipeOf = (name: string, values: Record<string, string>) => faults.find((fault) => fault.name === name)?.recipe(values);
    assert.equal(recipeOf("replica-lag", {})?.replication?.lagMs, 900_000);
    assert.equal(recipeOf("replica-lag", { lagSeconds: "60" })?.replication?.lagMs, 60_000);
    assert.equal(recipeOf("database-too-many-connections", { connections: "40" })?.connections?.count, 40);
    const attack = recipeOf("jwt-secret-leaked", { address: "198.51.100.7", everySeconds: "30", pageRows: "5" })?.attack;
    assert.deepEqual([attack?.address, attack?.everyMs, attack?.foothold?.process, attack?.foothold?.pageRows], ["198.51.100.7", 30_000, "/tmp/.cache/kworkerd --connect 198.51.100.7:4444", 5]);
    assert.match(attack?.foothold?.statement ?? "", /LIMIT 5 OFFSET \{offset\}$/);
    assert.throws(() => recipeOf("jwt-secret-leaked", { address: "attacker.example" }), /attack\.address must be an address such as 203\.0\.113\.66; it is attacker\.example\./);
    assert.match(JSON.stringify(recipeOf("release-image-missing", { tag: "v9.9.9" })?.changes), /"image":"buildnest\/ecommerce:v9\.9\.9"/);
  });
});
