import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import * as S3 from "@aws-sdk/client-s3";
import type { WorldState } from "../../../src/core/protocol.ts";
import { DerivedCache } from "../../../src/drill/world/derivedCache.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";
import { startWorld } from "../../../src/drill/world/world.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";

const DESCRIPTION = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest.yaml");

/** What no two starts have alike: secrets, places, what was measured. */
const OWN = new Set(["credentials", "tokens", "control", "port", "ports", "hosts", "prometheus", "ca.crt", "signingKey"]);
const EARLIEST_MS = Date.parse("2020-01-01");

/** What a world is, without the moment at which it began. A database's file is told by its size: its rows have times. */
async function firstDay(folder: string): Promise<unknown> {
  const snapshot: unknown = JSON.parse(await readFile(join(folder, "snapshot.json"), "utf8"));
  const sizes = new Map(await Promise.all(globSync("snapshot-*.bin", { cwd: folder }).map(async (name) => [name, (await stat(join(folder, name))).size] as const)));
  return JSON.parse(JSON.stringify(snapshot, (key, value: unknown) => (key === "dataFile" ? sizes.get(String(value)) : withoutTimes(key, value)))) as unknown;
}

function withoutTimes(_key: string, value: unknown): unknown {
  if (OWN.has(_key)) return undefined;
  if (typeof value === "number" && value > EARLIEST_MS) return "TIME";
  return typeof value === "string" ? value.replaceAll(/\d{4}-\d\d-\d\d[T-]?[\d:.]*Z?/gu, "TIME") : value;
}

/** A world on real time and what its snapshot holds. */
async function begin(cache?: DerivedCache): Promise<{ readonly state: WorldState; learn(): Promise<void>; look(): Promise<unknown>; end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "drill-anew-"));
  const world = await startWorld(readWorld(DESCRIPTION, cache), { ...(cache === undefined ? {} : { cache }), folder, rate: 1, descriptionPath: DESCRIPTION, onShutdown: () => undefined, report: (text) => console.log(text) });
  return {
    state: JSON.parse(await readFile(world.statePath, "utf8")) as WorldState,
    learn: () => world.learn(),
    look: () => firstDay(folder),
    end: async () => {
      await world.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function spoil(state: WorldState): Promise<void> {
  for (const { name } of readWorld(DESCRIPTION).faults) {
    // Some damage what another has taken away already: those are refused.
    const response = await fetch(`${state.control.url}/inject`, { method: "POST", headers: { authorization: `Bearer ${state.control.token}` }, body: JSON.stringify({ fault: name, parameters: {} }) });
    assert.ok([200, 400].includes(response.status), `${name}: ${await response.text()}`);
  }
}

describe("a world that is begun anew", function suite() {
  this.timeout(180_000);

  it("has nothing of the one before: objects, databases, buckets, DNS, caches and faults are the first day's", async () => {
    const first = await begin();
    const before = await first.look();
    const { s3, kubeconfig } = first.state;
    const client = new S3.S3Client({ endpoint: s3.endpoint, region: s3.region, forcePathStyle: true, credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey } });
    const [bucket] = (await client.send(new S3.ListBucketsCommand({}))).Buckets ?? [];
    await client.send(new S3.PutObjectCommand({ Bucket: bucket?.Name, Key: "left/behind", Body: "x" }));
    client.destroy();
    const port = await createKubernetesPort({ kubeconfigPath: kubeconfig });
    const body = JSON.stringify({ metadata: { labels: { "left-behind": "yes" } } });
    assert.equal((await port.request({ method: "PATCH", path: "/apis/apps/v1/namespaces/buildnest/deployments/buildnest-app", contentType: "application/merge-patch+json", body }, AbortSignal.timeout(30_000))).status, 200);
    port.close();
    await spoil(first.state);
    const spoilt = await first.look();
    for (const trace of ["left/behind", "left-behind", "database-crash-loop"]) assert.ok(JSON.stringify(spoilt).includes(trace), `${trace} is in the spoilt world`);
    await first.end();
    const second = await begin();
    try {
      assert.deepEqual(await second.look(), before);
    } finally {
      await second.end();
    }
  });

  it("is the same on its first day where it finds in the cache what the one before has worked out", async () => {
    const home = await mkdtemp(join(tmpdir(), "drill-cache-"));
    try {
      const days: unknown[] = [];
      for (const round of ["first", "second"]) {
        const world = await begin(new DerivedCache(join(home, "cache"), "program", (text) => assert.fail(text)));
        days.push(await world.look());
        await world.learn();
        await world.end();
        assert.notDeepEqual(globSync("*", { cwd: join(home, "cache") }), [], round);
      }
      assert.deepEqual(days[1], days[0]);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it("finds what was compiled of the program too, in a folder of the user's own", async () => {
    const home = await mkdtemp(join(tmpdir(), "drill-compiled-"));
    const world = spawn(process.execPath, [resolve(import.meta.dirname, "../../../dist/world.js"), "--world", DESCRIPTION, "--state", join(home, "world"), "--cache", join(home, "cache")], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(createInterface({ input: world.stdout }), "line");
      world.kill("SIGTERM");
      await once(world, "exit");
      const programs = globSync("cache/compiled/*", { cwd: home });
      assert.equal(programs.length, 1);
      assert.equal((await stat(join(home, programs[0] ?? ""))).mode & 0o777, 0o700);
      assert.notDeepEqual(globSync(`${programs[0] ?? ""}/*/*`, { cwd: home }), []);
    } finally {
      world.kill("SIGKILL");
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
