import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { needKubectl } from "../../parts/kubectl.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const NOTEBOOKS = resolve(import.meta.dirname, "../../../notebooks");
/** In the order of a rebuild: what is needed comes first. */
const FILES = ["namespace", "buildnest-secrets", "mysql-statefulset", "redis-statefulset", "mysql-backup-cronjobs", "buildnest-deployment", "buildnest-service", "buildnest-ingress"];
/** The Secret is there since the world takes its accounts from it. */
const CLUSTER_KINDS = new Set(["Node", "StorageClass", "Secret"]);

/** The world of the notebooks without its workloads: what a rebuilt cluster is like before anything is deployed. */
function emptyWorld(folder: string): string {
  const [description, ...objects] = parseAllDocuments(readFileSync(join(NOTEBOOKS, "worlds/buildnest.yaml"), "utf8"));
  const own = objects.filter((object) => CLUSTER_KINDS.has(String(object.get("kind"))));
  // Whoever makes a cluster is its administrator.
  description?.setIn(["contexts", 0, "user"], "admin");
  description?.delete("variants");
  for (const name of ["backups", "clusters"]) symlinkSync(join(NOTEBOOKS, "worlds", name), join(folder, name));
  const path = join(folder, "empty.yaml");
  writeFileSync(path, [description, ...own].map((document) => `---\n${String(document).replace(/^---\n/, "")}`).join(""));
  return path;
}

describe("the sample manifests", function suite() {
  this.timeout(120_000);
  let world: RehearsedWorld;
  let folder: string;
  before(async function () {
    folder = mkdtempSync(join(tmpdir(), "manifests-"));
    world = await rehearse(await needKubectl("1.30", this), emptyWorld(folder));
  });
  after(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("apply one after the other with stock kubectl, and serve", async () => {
    await world.kubectl("delete secret mysql-credentials -n buildnest");
    for (const file of FILES) {
      const out = await world.kubectl(["apply", "--server-side", "-f", join(NOTEBOOKS, `data/kubernetes/${file}.yaml`)]);
      assert.match(out, /serverside-applied|created|configured/u, file);
    }
    await world.until("all is ready", async () => {
      const ready = await world.kubectl(["get", "statefulsets,deployments", "-n", "buildnest", "-o", "jsonpath={range .items[*]}{.metadata.name}={.status.readyReplicas} {end}"]);
      return ready.trim().split(" ").toSorted().join(" ") === "buildnest-app=2 mysql=1 redis=1";
    });
    assert.equal((await world.ask("/actuator/health")).status, 200);
    assert.match(await world.kubectl("get pvc -n buildnest"), /data-mysql-0 +Bound[\s\S]*logs-mysql-0 +Bound/u);
  });

  it("hold no secret but what works in drills", async () => {
    const secrets = parseAllDocuments(readFileSync(join(NOTEBOOKS, "data/kubernetes/buildnest-secrets.yaml"), "utf8"));
    const values = secrets.flatMap((document) => Object.values((document.toJS() as { readonly stringData: Record<string, string> }).stringData));
    assert.ok(values.length >= 5);
    assert.deepEqual(values.filter((value) => !value.startsWith("drill-only-")), []);
  });
});
