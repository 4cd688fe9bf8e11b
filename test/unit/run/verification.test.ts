import assert from "node:assert/strict";
import { probeVerification, requireVerification } from "../../../src/core/run/verification.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { Scene } from "./scene.ts";

const F = "```";
const cell = (name: string, text: string): string => `${F}bash {name: ${name}}\n${text}\n${F}\n\n`;

describe("the verification of a run", () => {
  it("is refused where the runbook names none, with the cure", () => {
    const refusal = { code: "invalidInput", message: /names no verification/, hint: /Declare it restored yourself, with a reason/ };
    for (const front of ["title: T", "verification: []"]) assert.throws(() => requireVerification(parseRunbook(`---\n${front}\n---\n`)), refusal);
    requireVerification(parseRunbook("---\nverification: [is-serving]\n---\n"));
  });

  it("is green only by what a machine has seen", async () => {
    const scene = new Scene();
    scene.replies["kubectl get pods"] = { stdout: "web-0 Running\n" };
    scene.replies["kubectl get nodes"] = { exitCode: 1 };
    const cells = [
      cell("pods", 'kubectl get pods -n shop\n# Expected: contains "Running"'), cell("nodes", "kubectl get nodes"), cell("wrong", 'kubectl get pods -n shop\n# Expected: contains "Pending"'),
      cell("words", "kubectl get pods -n shop\n# Expected: it looks well to you"), cell("nothing", "# kubectl get pods"), cell("change", "kubectl delete pod web-0 -n shop"),
    ].join("");
    const probe = async (names: string): Promise<string> => {
      const round = await probeVerification(parseRunbook(`---\nverification: [${names}]\n---\n\n${cells}`), scene.host(), scene.cancel.signal);
      return `${round.isGreen ? "green" : "red"}: ${round.detail}`;
    };
    assert.equal(await probe("pods"), "green: pods");
    assert.equal(await probe(""), "red: The runbook names no verification.");
    assert.match(await probe("pods, nodes"), /^red: nodes: /);
    assert.match(await probe("wrong"), /^red: wrong: Expected /);
    assert.equal(await probe("words"), 'red: words: Only a person can tell whether "it looks well to you" is met.');
    assert.equal(await probe("nothing"), "red: nothing: It runs no command, so it shows nothing.");
    assert.match(await probe("change"), /^red: change: /);
    assert.equal(await probe("gone"), "red: The runbook has no cell named gone.");
    assert.deepEqual([scene.events, scene.asked, scene.outputs], [[], [], []], "it leaves no trace in the run");
  });
});
