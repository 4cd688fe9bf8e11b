import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RELEASES } from "../../../scripts/host/vscodeServer.ts";

const root = resolve(import.meta.dirname, "../../..");

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const { packages: locked }: { packages: Record<string, LockedPackage> } = JSON.parse(read("package-lock.json"));

describe("packages", () => {
  it("the lock file holds every optional package, of other platforms too: npm ci fails without them", () => {
    const missing = Object.entries(locked).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !(`node_modules/${name}` in locked) && !(`${path}/node_modules/${name}` in locked))
        .map((name) => `${path}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("every package is pinned to one version, the same in package.json and its lock", () => {
    const manifest: LockedPackage = JSON.parse(read("package.json"));
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
      const loose = Object.entries(manifest[kind] ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version));
      assert.deepEqual(loose, []);
      assert.deepEqual(locked[""]?.[kind] ?? {}, manifest[kind] ?? {});
    }
  });

  it("the oldest VS Code that a drill is rehearsed in is the one that the manifest allows", () => {
    const manifest: { engines: { vscode: string } } = JSON.parse(read("package.json"));
    const minor = (version: string): string | undefined => version.split(".")[1];
    assert.equal(minor(RELEASES.oldest.server), minor(manifest.engines.vscode));
  });
});
