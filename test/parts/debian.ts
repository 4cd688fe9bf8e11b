import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cached } from "../../scripts/lib/cache.ts";
import { runCommand } from "../../scripts/lib/children.ts";
import { cacheFolder } from "../../scripts/lib/paths.ts";
import { findProgram, machineFolders } from "./programs.ts";

/** Packages taken from Debian where the machine has no program of its own. Choose those whose installation starts no service. */
export interface DebianPart {
  /** Names the folder in the cache. */
  readonly name: string;
  readonly packages: readonly string[];
  /** Programs that are wanted of them, as paths below `/`. */
  readonly programs: readonly string[];
}

/** Installs the packages for the whole machine, which only root may do. Rejects with what apt said. */
export async function installFromDebian(part: DebianPart): Promise<void> {
  const quiet = ["-qq", "-o", "DPkg::Lock::Timeout=300"];
  await apt([...quiet, "update"]);
  await apt([...quiet, "-y", "--no-install-recommends", "install", ...part.packages]);
}

/**
 * Downloads the packages with what they need and the machine lacks, and unpacks them into the cache, without root and without touching
 * the system. Resolves with a folder that has a launcher for each program, by its file name.
 */
export async function unpackFromDebian(part: DebianPart): Promise<string> {
  const folder = await cached(join(cacheFolder(), `${part.name}-debian`), async (scratch) => {
    const state = join(scratch, "apt");
    for (const each of ["lists/partial", "archives/partial"]) mkdirSync(join(state, each), { recursive: true });
    // A state of its own below scratch: the system's package lists may be empty, and only root could fill them.
    const own = ["-qq", "-o", `Dir::State::lists=${join(state, "lists")}`, "-o", `Dir::Cache=${state}`, "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="];
    await apt([...own, "update"]);
    await apt([...own, "-y", "--no-install-recommends", "--download-only", "install", ...part.packages]);
    await apt([...own, "download", ...part.packages], join(state, "archives"));
    const root = join(scratch, "root");
    for (const archive of readdirSync(join(state, "archives")).filter((name) => name.endsWith(".deb"))) {
      await run(["dpkg-deb", "-x", join(state, "archives", archive), root]);
    }
    rmSync(state, { recursive: true });
    writeLaunchers(scratch, root, part.programs);
  });
  return join(folder, "bin");
}

/** What is needed to try `unpackFromDebian` at all. */
export function hasApt(): boolean {
  return ["apt-get", "dpkg-deb"].every((name) => findProgram(name, machineFolders()) !== undefined);
}

/** Each program is started with the unpacked libraries, from wherever its folder lies. */
function writeLaunchers(folder: string, root: string, programs: readonly string[]): void {
  const libraries = ["usr/lib", "lib"].flatMap((base) => [base, ...subfolders(join(root, base)).filter((name) => /-linux-gnu/.test(name)).map((name) => `${base}/${name}`)]);
  mkdirSync(join(folder, "bin"));
  for (const program of programs) {
    if (!existsSync(join(root, program))) throw new Error(`${program}: not in the packages from Debian`);
    const launcher = join(folder, "bin", program.slice(dirname(program).length + 1));
    const path = libraries.map((each) => `$root/${each}`).join(":");
    writeFileSync(launcher, `#!/bin/sh\nroot="\${0%/*}/../root"\nLD_LIBRARY_PATH="${path}" exec "$root${program}" "$@"\n`);
    chmodSync(launcher, 0o755);
  }
}

function subfolders(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function apt(args: readonly string[], cwd?: string): Promise<void> {
  await run(["apt-get", ...args], cwd);
}

async function run(argv: readonly string[], cwd?: string): Promise<void> {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = await runCommand(argv, { environment, limitMs: 300_000, show: "capture", ...(cwd === undefined ? {} : { cwd }) });
  if (result.code !== 0) throw new Error(`${argv.join(" ")} failed:\n${result.output}`);
}
