// Bundles the extension, the kernel, the drill world, the command line and the renderer into dist/.
// usage: node esbuild.js [--release]   (--release: minified, and the sizes of the parts)
import { chmodSync, copyFileSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const isRelease = process.argv.includes("--release");
const require = createRequire(import.meta.url);

// CommonJS packages inside an ES module bundle still ask for require, __filename and __dirname. The last two go by other names, since
// some packages declare them themselves.
const nodeBanner = `import { createRequire as bundleCreateRequire } from "node:module";
import { fileURLToPath as bundlePath } from "node:url";
import { dirname as bundleDirname } from "node:path";
const require = bundleCreateRequire(import.meta.url), commonJsFile = bundlePath(import.meta.url), commonJsFolder = bundleDirname(commonJsFile);`;

/**
 * Asks for some modules by require, which costs less than an import. node:http imported has to name all its exports, some of which load
 * undici: a twentieth of a second and more at each start of a process. VS Code imported is a module that it writes into an address, which
 * is decoded while all extensions wait; of what it exports only what the sources name is copied.
 */
const required = {
  name: "required",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^((node:)?http|vscode)$/ }, ({ path, kind }) => (kind === "import-statement" ? { path, namespace: "required" } : undefined));
    onLoad({ filter: /http$/, namespace: "required" }, ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(path)});`, loader: "js" }));
    onLoad({ filter: /^vscode$/, namespace: "required" }, () => ({ contents: ['const api = require("vscode");', ...namesOfVsCode().map((name) => `export const ${name} = api.${name};`)].join("\n"), loader: "js" }));
  },
};

/** What the sources name of VS Code's API, types among it: those are undefined at run time, and nobody asks. */
function namesOfVsCode() {
  const texts = globSync("src/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\bvscode\.([A-Za-z]+)/g)].map(([, name]) => name)))];
}

/** What the extension loads in pieces (`src/editor/loadInPieces.ts`), and where its code is cut besides: a file alone is not loaded in pieces. */
const loadedInPieces = ["src/extension.ts", "src/editor/language/commandHelp.ts", "src/services/kernelProcess.ts"];
const cuts = [
  "src/editor/notebook/controller.ts", "src/editor/language/diagnostics.ts", "src/editor/views/drillsView.ts", "src/editor/commands/runCommands.ts", "src/editor/views/runView.ts", "src/editor/commands/updates.ts", "src/editor/commands/planningCommands.ts", "src/editor/commands/registerCommands.ts", "src/editor/views/healthView.ts", "src/editor/statusBar.ts", "src/editor/commands/startRun.ts",
  "src/core/runbook/yamlReader.ts", "src/core/shell/parse.ts", "src/core/command/schema/kubectl.ts", "src/core/command/schema/databases.ts", "src/core/command/schema/aws.ts", "src/core/shell/interpreter.ts", "src/core/command/planOperation.ts", "src/core/command/planDocument.ts",
];
/** So much is loaded without a turn for others, bytes and files: a file costs some time whatever its size. */
const PIECE = { bytes: 24 * 1024, files: 4 };

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  outdir: dist,
  metafile: true,
  minify: isRelease,
  keepNames: isRelease,
  sourcemap: "linked",
  sourcesContent: false,
  logLevel: "warning",
};

const nodeBundles = {
  ...shared,
  platform: "node",
  target: "node22",
  // The modules of a package before its CommonJS twin: smaller, and its names survive a lazy import.
  mainFields: ["module", "main"],
  splitting: true,
  chunkNames: "chunk-[hash]",
  entryPoints: {
    extension: "src/activation.ts",
    kernel: "src/kernel/main.ts",
    world: "src/drill/main.ts",
    cliMain: "src/cli/main.ts",
    // A thread of the editor's: what takes long enough to be felt is read there.
    reading: "src/services/reading/readingThread.ts",
    // Threads of the world's, for its real databases and caches alone.
    queryWorker: "src/drill/engines/queryWorker.ts",
    commandWorker: "src/drill/engines/commandWorker.ts",
    ...Object.fromEntries(cuts.map((path) => [`cuts/${path.replaceAll("/", ".")}`, path])),
  },
  external: ["vscode"],
  plugins: [required],
  banner: { js: nodeBanner },
  define: { __filename: "commonJsFile", __dirname: "commonJsFolder" },
};

const browserBundle = {
  ...shared,
  platform: "browser",
  target: "es2023",
  entryPoints: { renderer: "src/renderer/main.ts", runbookMarkdown: "src/renderer/markdown.ts" },
};

const started = performance.now();
mkdirSync(dist, { recursive: true });
const results = await Promise.all([nodeBundles, browserBundle].map((options) => build(options))).catch(() => process.exit(1)); // esbuild has said why
const outputs = Object.assign({}, ...results.map((result) => result.metafile.outputs));
const kept = new Set([...Object.keys(outputs).map((path) => join(root, path)), ...writeAssets()]);
removeStale(dist, kept);
report();

/** Writes what bundles load from beside themselves; gives the paths written. */
function writeAssets() {
  const assets = [
    // jq-wasm and sql.js look for their WebAssembly in build/ and beside the module that loads it.
    [join(dirname(require.resolve("jq-wasm")), "build/jq.wasm"), "build/jq.wasm"],
    [require.resolve("sql.js/dist/sql-wasm.wasm"), "sql-wasm.wasm"],
    [join(root, "scripts/cliLauncher.mjs"), "cli.js"],
  ];
  // Of what stands above it, Node would read the extension's whole manifest to learn this one thing, in each process that starts.
  const own = join(dist, "package.json");
  writeFileSync(own, '{ "type": "module" }\n');
  const pieces = join(dist, "pieces.json");
  writeFileSync(pieces, JSON.stringify(Object.fromEntries(loadedInPieces.map((source) => [source, piecesOf(source)]))));
  const written = assets.map(([from, to]) => {
    const target = join(dist, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(from, target);
    return target;
  });
  chmodSync(join(dist, "cli.js"), 0o755);
  return [...written, own, pieces];
}

/** The files of a source file's bundle in the order in which they are evaluated, each after those that it imports, in groups. */
function piecesOf(source) {
  const entry = Object.keys(outputs).find((path) => outputs[path].entryPoint === source);
  const groups = [];
  let room = { bytes: 0, files: 0 };
  for (const path of reach(entry, ["import-statement"])) {
    room = { bytes: room.bytes - outputs[path].bytes, files: room.files - 1 };
    if (room.bytes < 0 || room.files < 0) {
      groups.push([]);
      room = { bytes: PIECE.bytes - outputs[path].bytes, files: PIECE.files - 1 };
    }
    groups.at(-1).push(relative("dist", path));
  }
  return groups;
}

/** Removes chunks of earlier builds; dist/test belongs to the editor suite. */
function removeStale(folder, kept) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === join(dist, "test")) continue;
    if (entry.isDirectory()) removeStale(path, kept);
    else if (!kept.has(path)) rmSync(path);
  }
}

/** Prints each entry point's own size and what it loads at once and lazily, and keeps esbuild's metafile for closer looks. */
function report() {
  writeFileSync(join(dist, "metafile.json"), JSON.stringify({ outputs, inputs: Object.assign({}, ...results.map((r) => r.metafile.inputs)) }));
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
  for (const [path, output] of Object.entries(outputs)) {
    if (!output.entryPoint?.startsWith("src/") || !/^dist\/[a-zA-Z]+\.js$/.test(path)) continue;
    const atOnce = reach(path, ["import-statement"]);
    const everything = reach(path, ["import-statement", "dynamic-import"]);
    const size = (paths) => [...paths].reduce((sum, p) => sum + outputs[p].bytes, 0);
    console.log(`build: ${relative("dist", path).padEnd(13)} loads ${kib(size(atOnce)).padStart(9)} at once, ${kib(size(everything) - size(atOnce)).padStart(9)} lazily`);
  }
  console.log(`build: done in ${((performance.now() - started) / 1000).toFixed(1)} s${isRelease ? " (release)" : ""}`);
}

/** The files that one leads to, each after those that it imports. */
function reach(path, kinds, seen = new Set()) {
  if (seen.has(path) || !outputs[path]) return seen;
  // Lazy imports may go round: it is seen at once, and has its place after what it imports.
  seen.add(path);
  for (const entry of outputs[path].imports) if (kinds.includes(entry.kind)) reach(entry.path, kinds, seen);
  seen.delete(path);
  return seen.add(path);
}
