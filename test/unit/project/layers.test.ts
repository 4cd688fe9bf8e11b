import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const source = resolve(import.meta.dirname, "../../../src");

/** Which layers each layer may import besides itself. */
const allowedLayers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  services: ["core"],
  drill: ["core"],
  cli: ["core"],
  kernel: ["core", "services"],
  editor: ["core"],
  renderer: ["core"],
};
const purePackages = new Set(["unbash", "yaml", "markdown-it", "@noble/hashes", "get-east-asian-width"]);
const compositionRoot = /^(activation|extension|[a-zA-Z]+\/main)\.ts$/;

interface Import {
  readonly from: string;
  readonly what: string;
}

describe("layers", () => {
  const files = globSync("**/*.ts", { cwd: source }).filter((file) => !file.endsWith(".d.ts")).toSorted();
  const imports = files.flatMap((from) => importsOf(readFileSync(join(source, from), "utf8")).map((what): Import => ({ from, what })));

  it("finds every way to import", () => {
    const text = ['import a from "a";', "import type { B } from './b.ts';", 'export * from "c";', 'const d = await import("d");', 'const e = require("e");', 'import "f";', 'import {\n  g,\n} from "g";', 'type H = import("h").H;'].join("\n");
    assert.deepEqual(importsOf(text).toSorted(), ["./b.ts", "a", "c", "d", "e", "f", "g", "h"]);
  });

  it("every source file belongs to a layer", () => {
    assert.ok(files.length > 0);
    assert.deepEqual(files.filter((file) => !["activation.ts", "extension.ts"].includes(file) && !(layerOf(file) in allowedLayers)), []);
  });

  it("layers import only what is below them; only composition roots cross", () => {
    const crossing = imports.filter(({ from, what }) => {
      if (!what.startsWith(".") || compositionRoot.test(from)) return false;
      const target = layerOf(relative(source, resolve(source, dirname(from), what)));
      const own = layerOf(from);
      return target !== own && !(allowedLayers[own] ?? []).includes(target);
    });
    assert.deepEqual(crossing, []);
  });

  it("core imports neither Node nor clients", () => {
    const impure = imports.filter(({ from, what }) => layerOf(from) === "core" && !what.startsWith(".") && !purePackages.has(packageOf(what)));
    assert.deepEqual(impure, []);
  });

  it("only the editor imports vscode", () => {
    const others = imports.filter(({ from, what }) => what === "vscode" && layerOf(from) !== "editor" && !["activation.ts", "extension.ts"].includes(from));
    assert.deepEqual(others, []);
  });

  it("the renderer is for a browser", () => {
    assert.deepEqual(imports.filter(({ from, what }) => layerOf(from) === "renderer" && what.startsWith("node:")), []);
  });

  it("imports carry their .ts extension and reach a file", () => {
    const known = new Set(files);
    const lost = imports.filter(({ from, what }) => what.startsWith(".") && !known.has(join(dirname(from), what)));
    assert.deepEqual(lost, []);
  });
});

function layerOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
}

function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The specifiers a source text imports, statically, dynamically, for types or by require. */
function importsOf(text: string): string[] {
  const statement = /^(?:import|export)\s(?:[^"'`;]*?\sfrom\s*)?["']([^"']+)["']/gm;
  const call = /\b(?:import|require)\(\s*["']([^"']+)["']/g;
  return [statement, call].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
}
