import { existsSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../scripts/lib/cache.ts";
import { runCommand } from "../../scripts/lib/children.ts";
import { cacheFolder, root } from "../../scripts/lib/paths.ts";
import { type DebianPart, hasApt, unpackFromDebian } from "./debian.ts";
import { findProgram, machineFolders } from "./programs.ts";

/** The programs of a Kubernetes control plane. */
export interface KubernetesBinaries {
  /** Holds `kube-apiserver`, `kube-controller-manager` and `kube-scheduler`. */
  readonly folder: string;
  readonly etcd: string;
}

const BUILD_LIMIT_MS = 3_600_000;
// The package's service is not wanted, so it is unpacked also where it could be installed.
const etcdPart: DebianPart = { name: "etcd", packages: ["etcd-server"], programs: ["/usr/bin/etcd"] };

function binariesFolder(): string {
  return join(cacheFolder(), "kubernetes-1.20.2");
}

/**
 * Kubernetes 1.20.2 from the cache, built from Debian's source package the first time, and Debian's etcd. Building takes minutes and
 * happens only where it is asked for (`DR_RUNBOOK_BUILD_KUBERNETES=1`, which `npm run test:all` sets). Rejects with the reason where there is none.
 */
export async function findKubernetes(): Promise<KubernetesBinaries> {
  const folder = binariesFolder();
  if (!existsSync(folder)) {
    if (process.env["DR_RUNBOOK_BUILD_KUBERNETES"] !== "1") throw new Error(`there is none in ${folder}; \`npm run test:all\` builds it (once, some minutes), and so does any run with DR_RUNBOOK_BUILD_KUBERNETES=1`);
    if (process.platform !== "linux" || !hasApt()) throw new Error("it is built from Debian's packages, and there is no apt-get here");
    console.log("  building kube-apiserver, kube-controller-manager and kube-scheduler from Debian's source package (once, some minutes)");
    await cached(folder, async (scratch) => {
      const work = `${scratch}.work`;
      const built = await runCommand([join(root, "test/parts/buildKubernetes.sh"), work, scratch], { limitMs: BUILD_LIMIT_MS, show: "capture" });
      await runCommand(["rm", "-rf", work], { show: "capture" });
      if (built.code !== 0) throw new Error(`building Kubernetes failed:\n${built.output}`);
    }, BUILD_LIMIT_MS);
  }
  const etcd = findProgram("etcd", machineFolders()) ?? join(await unpackFromDebian(etcdPart), "etcd");
  return { folder, etcd };
}
