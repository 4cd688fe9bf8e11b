import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { listRuns } from "../../src/services/journal/runFolder.ts";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { WorldState } from "../../src/core/protocol.ts";
import { needKubectl } from "../parts/kubectl.ts";
import { assertIdlingFails, drill } from "./drillCommand.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUNBOOK = "01-database-failure.runbook.md";

function journal(home: string): string {
  const runs = join(home, "runs");
  return readFileSync(join(runs, listRuns(runs).at(-1) ?? "", "journal.jsonl"), "utf8");
}

describe("scenario 1, rehearsed from the command line", function () {
  this.timeout(120_000);
  const notebooks = join(ROOT, "notebooks");
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "drill-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  it("passes by the restart, with an empty PATH, within 30 s of wall time", async () => {
    const { code, last, seconds, text } = await drill(join(notebooks, RUNBOOK), home);
    assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 15:00$/, text);
    assert.equal(code, 0);
    assert.ok(seconds < 30, `${seconds} s`);
    assert.match(text, /^Step 2: .*succeeded in .* of 3 min/mu);
  });

  it("fails when nobody does anything", () => assertIdlingFails(join(notebooks, RUNBOOK), home));

  it("passes by promoting the replica and by restoring the backup where a restart does not help", async () => {
    for (const option of ["3=A", "3=B"]) {
      const { last, text } = await drill(join(notebooks, RUNBOOK), home, ["--fault", "database-corrupted-volume", "--option", option]);
      assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 15:00$/, `${option}\n${text}`);
      assert.match(text, /^Step 2: .*failed/mu, "the restart must not help");
    }
    const restored = /users\\t(\d+)\\nproducts\\t(\d+)\\norders\\t(\d+)/.exec(journal(home).slice(journal(home).indexOf("row-counts")));
    assert.deepEqual(restored?.slice(1), ["300", "200", "2000"], "the rows of the backup");
  });

  it("fails when the pod is restarted over damaged data and nothing else is done", async () => {
    const source = readFileSync(join(notebooks, RUNBOOK), "utf8");
    const copy = join(home, "notebooks");
    cpSync(notebooks, copy, { recursive: true });
    // Only triage, restart and verification are left of the runbook.
    writeFileSync(join(copy, RUNBOOK), source.replace(/## Step 3: [\s\S]*?(?=## Step 7:)/, ""));
    const { code, last } = await drill(join(copy, RUNBOOK), home, ["--fault", "database-corrupted-volume"]);
    assert.match(last, /^FAIL not recovered/);
    assert.equal(code, 1);
  });

  it("passes after every pod, table, bucket, host and namespace of data and notebook was renamed", async () => {
    const copy = join(home, "notebooks");
    cpSync(notebooks, copy, { recursive: true });
    const names: readonly (readonly [RegExp, string])[] = [
      [/buildnest-backups/g, "vault"], [/api\.buildnest\.com/g, "shop.example.org"], [/buildnest_ecommerce/g, "warehouse"], [/buildnest-app/g, "storefront"], [/buildnest-prod/g, "blue"],
      [/mysql-standby/g, "ledger-b"], [/mysql-0/g, "ledger-0"], [/data-mysql/g, "data-ledger"], [/(statefulset|app=|name: |app: |sourceHost: |serviceName: |\/\/)(\/?)mysql(?![-\w])/g, "$1$2ledger"], [/\bredis-0/g, "cache-0"],
      [/-n buildnest\b/g, "-n market"], [/namespace: buildnest\b/g, "namespace: market"], [/kind: Namespace\nmetadata: \{ name: buildnest \}/g, "kind: Namespace\nmetadata: { name: market }"],
      [/\bFROM users\b/g, "FROM people"], [/\bendpoints mysql\b/g, "endpoints ledger"],
    ];
    const rename = (text: string): string => names.reduce((current, [from, to]) => current.replaceAll(from, to), text);
    for (const file of [join(copy, RUNBOOK), join(copy, "worlds/buildnest.yaml")]) writeFileSync(file, rename(readFileSync(file, "utf8")));
    const dumps = join(copy, "worlds/backups");
    for (const name of readdirSync(dumps).filter((each) => each.endsWith(".gz"))) {
      const renamed = spawnSync("sh", ["-c", 'gunzip -c "$1" | sed "s/\\`users\\`/\\`people\\`/g" | gzip -n > "$1.new" && mv "$1.new" "$1"', "sh", join(dumps, name)], { encoding: "utf8" });
      assert.equal(renamed.status, 0, renamed.stderr);
    }
    for (const args of [[], ["--fault", "database-corrupted-volume", "--option", "3=B"]]) {
      const { last, text } = await drill(join(copy, RUNBOOK), home, args);
      assert.match(last, /^PASS/, text);
    }
  });

  it("passes when other commands of stock kubectl cure it", async function () {
    const kubectl = await needKubectl("1.30", this);
    const folder = join(home, "world");
    const world = spawn(process.execPath, [join(ROOT, "dist/world.js"), "--world", join(notebooks, "worlds/buildnest.yaml"), "--state", folder, "--rate", "20"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const statePath = await new Promise<string>((done) => world.stdout.once("data", (line: Buffer) => done((JSON.parse(String(line)) as { state: string }).state)));
      const state = JSON.parse(readFileSync(statePath, "utf8")) as WorldState;
      const running = drill(join(notebooks, RUNBOOK), home, ["--idle", "--attach", statePath]);
      const run = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync(kubectl, ["--kubeconfig", state.kubeconfig, ...args], { encoding: "utf8", env: { HOME: home, PATH: "" } });
      // The fault shows first, however long the drill takes to begin; then the pod is replaced by scaling, which the runbook does not do.
      const shown = run("wait", "pod/mysql-0", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff", "--timeout=60s");
      assert.equal(shown.status, 0, String(shown.stderr));
      for (const replicas of [0, 1]) {
        const scaled = run("scale", "statefulset/mysql", `--replicas=${replicas}`);
        assert.equal(scaled.status, 0, String(scaled.stderr));
        if (replicas === 0) run("wait", "--for=delete", "pod/mysql-0", "--timeout=10s");
      }
      const { last, text } = await running;
      assert.match(last, /^PASS/, text);
    } finally {
      world.kill();
    }
  });

  it("reads no credentials of the person and lets nothing out of loopback", async () => {
    for (const folder of [".kube", ".aws"]) mkdirSync(join(home, folder));
    const trap = "https://203.0.113.7:6443";
    writeFileSync(join(home, ".kube/config"), JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [{ name: "c", cluster: { server: trap } }], users: [{ name: "u", user: { token: "PLANTED-TOKEN" } }], contexts: [{ name: "buildnest-prod", context: { cluster: "c", user: "u" } }], "current-context": "buildnest-prod" }));
    writeFileSync(join(home, ".aws/credentials"), "[default]\naws_access_key_id = AKIAPLANTEDPLANTED00\naws_secret_access_key = PLANTEDSECRETPLANTEDSECRETPLANTEDSECRET0\n");
    const hook = join(home, "hook.cjs");
    const log = join(home, "network.log");
    // Every process of the drill reports what it connects to and which of the planted files it opens.
    writeFileSync(hook, `
      const net = require("node:net"), fs = require("node:fs");
      const note = (line) => fs.appendFileSync(${JSON.stringify(log)}, line + "\\n");
      const connect = net.Socket.prototype.connect;
      net.Socket.prototype.connect = function (...args) { const [options] = net._normalizeArgs(args.flat()); note("connect " + (options.path ?? options.host ?? "localhost")); return connect.apply(this, args); };
      for (const name of ["readFileSync", "openSync", "readFile", "open"]) { const real = fs[name]; fs[name] = function (path, ...rest) { if (/[.]kube|[.]aws/.test(String(path))) note("read " + path); return real.call(this, path, ...rest); }; }
      const { open, readFile } = fs.promises;
      fs.promises.readFile = (path, ...rest) => { if (/[.]kube|[.]aws/.test(String(path))) note("read " + path); return readFile(path, ...rest); };
      fs.promises.open = (path, ...rest) => { if (/[.]kube|[.]aws/.test(String(path))) note("read " + path); return open(path, ...rest); };
    `);
    const { last } = await drill(join(notebooks, RUNBOOK), home, ["--fault", "database-corrupted-volume", "--option", "3=B", "--rate", "15"], { NODE_OPTIONS: `--require=${hook}`, AWS_ACCESS_KEY_ID: "AKIAPLANTEDPLANTED11", AWS_SECRET_ACCESS_KEY: "PLANTEDENVIRONMENTSECRET", KUBECONFIG: join(home, ".kube/config") });
    assert.match(last, /^PASS/);
    const lines = readFileSync(log, "utf8").trim().split("\n");
    assert.deepEqual(lines.filter((line) => line.startsWith("read ")), []);
    const outside = lines.filter((line) => line.startsWith("connect ") && !/^connect (127\.0\.0\.1|localhost|::1|\/|\\\\)/.test(line));
    assert.deepEqual(outside, []);
    assert.ok(lines.length > 10, "the hook saw the drill's connections");
    assert.doesNotMatch(journal(home), /PLANTED/);
  });
});

