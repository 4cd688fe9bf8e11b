// Ours of the large cluster's bench in a process of its own: `list KUBECONFIG` or `health KUBECONFIG`. Reads once
// and prints by how many KiB the process had grown at its peak.
import { readFileSync, writeFileSync } from "node:fs";
import { readClusterHealth } from "../../src/core/health/clusterHealth.ts";
import { createClock } from "../../src/services/clock.ts";
import { createKubernetesPort } from "../../src/services/kubernetes/port.ts";
import { runKubectl } from "../../test/unit/kubectl/fakes.ts";

const [, , what = "", kubeconfigPath = ""] = process.argv;
const kubernetes = await createKubernetesPort({ kubeconfigPath, environment: {} });
const memoryKiB = (name: "VmHWM" | "VmRSS"): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
// Code and connection are there, and the system's high-water mark is set back, before what is measured.
await kubernetes.request({ method: "GET", path: "/version" }, new AbortController().signal);
writeFileSync("/proc/self/clear_refs", "5");
const before = memoryKiB("VmRSS");
if (what === "list") await runKubectl(kubernetes, ["get", "pods"]);
else await readClusterHealth({ clock: createClock(undefined), kubernetes, services: [] }, new AbortController().signal);
console.log(Math.max(1, memoryKiB("VmHWM") - before));
process.exit(0);
