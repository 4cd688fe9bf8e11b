import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelClient, KernelState, WorldState } from "../../../src/core/protocol.ts";
import { startKernel, startWorld } from "../../../src/services/kernelProcess.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const PARAMETER = "correct horse battery";
const RUNBOOK = `---
title: Secrets
targets:
  cluster:
    kubernetes: { context: buildnest-prod, namespace: buildnest }
    alias: prod
parameters:
  API_KEY: { type: secret, description: The key of the paging service }
---

# Secrets
`;

describe("secrets of a run", function () {
  this.timeout(60_000);
  let home: string;
  let world: WorldState;
  let worldStatePath: string;
  let password: string;
  const shown: string[] = [];
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "secrets-"));
    writeFileSync(join(home, "secrets.runbook.md"), RUNBOOK);
    worldStatePath = await startWorld({ bundles: join(ROOT, "dist"), description: join(ROOT, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 30 });
    world = JSON.parse(readFileSync(worldStatePath, "utf8"));
    password = /root-password: *"?([^"\s,}]+)/.exec(readFileSync(join(ROOT, "notebooks/worlds/buildnest.yaml"), "utf8"))?.[1] ?? "";
    assert.notEqual(password, "");
  });
  after(async () => {
    await controlWorld(world, "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it("that a cell reads and decodes work as values and are shown and written nowhere; a secret parameter is asked for again after a crash", async () => {
    const kernel = listen(await startKernel({ bundles: join(ROOT, "dist"), root: join(home, "runs"), client: "test" }));
    const { run } = await kernel.request("startRun", {
      mode: "drill", runbookPath: join(home, "secrets.runbook.md"), driver: "test", unattended: false, worldStatePath, parameters: { API_KEY: PARAMETER }, impactAt: undefined,
    });
    const works = "kubectl exec mysql-0 -n buildnest -- mysql -u root -N -e 'SELECT 1+1' --password=\"$PW\"";
    const cell = `PW=$(kubectl get secret mysql-credentials -n buildnest -o jsonpath='{.data.root-password}' | base64 -d)\necho "it is $PW, $API_KEY"\n${works}`;
    assert.equal(await runCell(kernel, cell), "succeeded");
    assert.match(shown.join(""), /it is \[redacted\], \[redacted\]\n[\s\S]*\n2\n/);
    // What a cell is copied with holds the run's values, and neither secret.
    assert.equal(await runCell(kernel, "POD=mysql-0; COPY=$PW"), "succeeded");
    const { IMPACT_AT, ...held } = await kernel.request("variables", {});
    assert.match(IMPACT_AT ?? "", /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(held, { POD: "mysql-0" });

    const { pid }: KernelState = JSON.parse(readFileSync(join(home, "runs", run, "kernel.json"), "utf8"));
    process.kill(pid, "SIGKILL");
    await sleep(300);
    const asked: string[] = [];
    const resumed = listen(await startKernel({ bundles: join(ROOT, "dist"), root: join(home, "runs"), client: "test", resume: run }));
    resumed.onAsk(async (params) => {
      asked.push(params.kind === "secret" ? params.prompt : params.kind);
      return params.kind === "secret" ? { kind: "secret", value: PARAMETER } : undefined;
    });
    assert.equal(await runCell(resumed, 'echo "again $API_KEY"'), "succeeded");
    assert.deepEqual(asked, ["API_KEY: The key of the paging service"]);
    assert.match(shown.join(""), /again \[redacted\]\n/);
    await resumed.request("endRun", { by: "person" });
    resumed.dispose();
    // The kernel takes its state file and its lock away as it ends.
    const isEnding = (): boolean => ["kernel.json", "lock"].some((name) => existsSync(join(home, "runs", run, name)));
    for (let turn = 0; turn < 100 && isEnding(); turn += 1) await sleep(50);

    const written = readdirSync(join(home, "runs"), { recursive: true, encoding: "utf8" }).map((path) => join(home, "runs", path)).filter((path) => statSync(path).isFile());
    assert.ok(written.some((path) => path.endsWith("journal.jsonl")));
    for (const path of written) {
      const text = readFileSync(path, "utf8");
      for (const secret of [password, PARAMETER]) for (const form of [secret, Buffer.from(secret).toString("base64")]) assert.ok(!text.includes(form), `${path} holds ${form}`);
    }
  });

  function listen(kernel: KernelClient): KernelClient {
    kernel.on("output", ({ text }) => void shown.push(text));
    return kernel;
  }

  async function runCell(kernel: KernelClient, text: string): Promise<string> {
    const outcome = await kernel.request("runCell", { execution: `x-${Math.random()}`, cell: { name: "x", step: undefined, language: "bash" }, text, via: undefined, timeoutMs: undefined });
    return outcome.message === undefined ? outcome.status : `${outcome.status}: ${outcome.message}`;
  }
});
