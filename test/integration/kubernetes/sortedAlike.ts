import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { goSort, SHIFTS_OF_1_30, SHIFTS_OF_1_33 } from "../../../src/core/kubectl/goSort.ts";
import { assertGolden } from "../../unit/command/golden.ts";
import { SORTED_LISTS } from "../../unit/kubectl/sortedLists.ts";
import { type KubectlVersion, needKubectl } from "../../parts/kubectl.ts";

const run = promisify(execFile);

/** A server that knows config maps only: namespace `lN` holds the Nth list, each map with one key to sort by. */
async function startLists(): Promise<Server> {
  const server = createServer((request, response) => {
    const list = /^\/api\/v1\/namespaces\/l(\d+)\/configmaps/.exec(request.url ?? "")?.[1];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(list === undefined ? discovery(request.url ?? "") : configMaps(Number(list))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function discovery(path: string): unknown {
  if (path.startsWith("/apis")) return { kind: "APIGroupList", apiVersion: "v1", groups: [] };
  if (!path.startsWith("/api/v1")) return { kind: "APIVersions", versions: ["v1"] };
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: "v1", resources: [{ name: "configmaps", singularName: "configmap", namespaced: true, kind: "ConfigMap", verbs: ["get", "list"], shortNames: ["cm"] }] };
}

function configMaps(list: number): unknown {
  const items = (SORTED_LISTS[list] ?? []).map((key, place) => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name: `c${String(place)}`, namespace: `l${String(list)}` }, data: { key } }));
  return { kind: "ConfigMapList", apiVersion: "v1", metadata: {}, items };
}

/** Equals under `--sort-by` as stock kubectl of that version orders them. */
export function describeSortOrder(version: KubectlVersion): void {
  describe("the order of equals under --sort-by", function () {
    this.timeout(60_000);
    let server: Server;
    let home: string;
    before(async () => {
      server = await startLists();
      home = await mkdtemp(join(tmpdir(), "dr-runbook-sort-"));
    });
    after(async () => {
      server.close();
      await rm(home, { recursive: true, force: true });
    });

    it(`is that of stock kubectl ${version}`, async function () {
      const binary = await needKubectl(version, this);
      const orders: number[][] = [];
      for (const list of SORTED_LISTS.keys()) {
        const { stdout } = await run(binary, ["--server", `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, "get", "cm", "-n", `l${String(list)}`, "--sort-by=.data.key", "-o", "name"], { env: { PATH: "", HOME: home } });
        orders.push(stdout.trim().split("\n").map((line) => Number(line.replace("configmap/c", ""))));
      }
      const shifts = version === "1.33" ? SHIFTS_OF_1_33 : SHIFTS_OF_1_30;
      assert.deepEqual(SORTED_LISTS.map((list) => goSort([...list.keys()], (a, b) => (list[a] ?? "") < (list[b] ?? ""), shifts)), orders);
      const age = version === "1.33" ? "since-1.33" : "until-1.30";
      assertGolden(new URL(`../../golden/sort/order-${age}.json`, import.meta.url), `[\n${orders.map((order) => JSON.stringify(order)).join(",\n")}\n]\n`);
    });
  });
}
