import type { KubeObject, PodProgram, ProgramInvocation } from "../contract.ts";

/** What a person sees of the volume that a pod's server keeps its data on. */
export interface MountedVolume {
  readonly mountPath: string;
  readonly capacityBytes: number;
  /** Everything on it: the server's data by their folder, and files beside them, bytes by path. */
  readonly contents: ReadonlyMap<string, number>;
  /** Whether there was such a file; what the server itself keeps stays. */
  remove(path: string): boolean;
}

/** The root file system of every container, bytes: no drill fills it. */
const ROOT = { name: "overlay", size: 100 * 2 ** 30, used: 23 * 2 ** 30, mount: "/" };
const DEVICE = "/dev/nvme1n1";
const encoder = new TextEncoder();

/** `df`, `du` and `rm` on the volume behind a pod. */
export function volumeTools(volumeOf: (pod: KubeObject) => MountedVolume | undefined): Readonly<Record<"df" | "du" | "rm", PodProgram>> {
  return {
    df: async (call) => {
      const { flags, paths } = argumentsOf(call);
      const volume = volumeOf(call.pod);
      const mounted = volume === undefined ? [] : [{ name: DEVICE, size: volume.capacityBytes, used: Math.min(usedOf(volume), volume.capacityBytes), mount: volume.mountPath }];
      const all = [ROOT, ...mounted];
      const shown = paths.length === 0 ? all : paths.map((path) => mounted.find(({ mount }) => isWithin(path, mount)) ?? ROOT);
      await call.stdout(encoder.encode(dfText(shown, flags.includes("h"))));
      return 0;
    },
    du: async (call) => {
      const { flags, paths } = argumentsOf(call);
      const volume = volumeOf(call.pod);
      for (const path of paths.length === 0 ? ["."] : paths) {
        const own = volume?.contents.get(path);
        if (volume === undefined || (own === undefined && !isWithin(volume.mountPath, path))) {
          await call.stderr(encoder.encode(`du: cannot access '${path}': No such file or directory\n`));
          return 1;
        }
        const size = (bytes: number): string => (flags.includes("h") ? human(bytes) : String(Math.ceil(bytes / 1024)));
        const inside = own !== undefined || flags.includes("s") ? [] : [...volume.contents].filter(([name]) => flags.includes("a") || !/\.\w+$/u.test(name));
        await call.stdout(encoder.encode([...inside, [path, own ?? usedOf(volume)] as const].map(([name, bytes]) => `${size(bytes)}\t${name}\n`).join("")));
      }
      return 0;
    },
    rm: async (call) => {
      const { flags, paths } = argumentsOf(call);
      const volume = volumeOf(call.pod);
      let exitCode = 0;
      for (const path of paths) {
        if (volume?.remove(path) === true) continue;
        const isData = volume?.contents.has(path) === true;
        if (!isData && flags.includes("f")) continue;
        await call.stderr(encoder.encode(`rm: cannot remove '${path}': ${!isData ? "No such file or directory" : flags.includes("r") ? "a drill keeps the server's own data" : "Is a directory"}\n`));
        exitCode = 1;
      }
      return exitCode;
    },
  };
}

function argumentsOf({ argv }: ProgramInvocation): { readonly flags: string; readonly paths: readonly string[] } {
  const words = argv.slice(1);
  return { flags: words.filter((word) => word.startsWith("-")).join("").replaceAll("-", ""), paths: words.filter((word) => !word.startsWith("-")) };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/\/$/u, "")}/`);
}

function usedOf({ contents }: MountedVolume): number {
  return [...contents.values()].reduce((sum, bytes) => sum + bytes, 0);
}

interface FileSystem {
  readonly name: string;
  readonly size: number;
  readonly used: number;
  readonly mount: string;
}

/** As GNU df lays it out: names to the left, numbers to the right, shares rounded up. */
function dfText(systems: readonly FileSystem[], isHuman: boolean): string {
  const amount = (bytes: number): string => (isHuman ? human(bytes) : String(Math.ceil(bytes / 1024)));
  const head = isHuman ? ["Filesystem", "Size", "Used", "Avail", "Use%", "Mounted on"] : ["Filesystem", "1K-blocks", "Used", "Available", "Use%", "Mounted on"];
  const rows = [head, ...systems.map(({ name, size, used, mount }) => [name, amount(size), amount(used), amount(size - used), `${Math.ceil((used * 100) / size)}%`, mount])];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const first = Math.max(widths[0] ?? 0, 14);
  return rows.map(([name = "", ...cells]) => `${name.padEnd(first)} ${cells.slice(0, -1).map((cell, index) => cell.padStart(Math.max(widths[index + 1] ?? 0, isHuman && index < 3 ? 5 : 0))).join(" ")} ${cells.at(-1) ?? ""}\n`).join("");
}

/** `12G`, `1.5G`, `0`: rounded up, as GNU's tools do. */
function human(bytes: number): string {
  let value = bytes;
  let unit = "";
  for (const next of ["K", "M", "G", "T"]) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  const tenths = Math.ceil(value * 10) / 10;
  return unit !== "" && tenths < 10 ? `${tenths.toFixed(1)}${unit}` : `${Math.ceil(value)}${unit}`;
}
