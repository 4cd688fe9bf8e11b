// node --import: gives `import * as vscode from "vscode"` something to load. Every export is one object that can be called, constructed,
// extended and looked into; it does nothing, so only the loading of code that imports it can be measured.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const types = readFileSync(new URL("../../node_modules/@types/vscode/index.d.ts", import.meta.url), "utf8");
const names = new Set([...types.matchAll(/^\texport (?:abstract )?(?:class|enum|namespace|const|let|function) (\w+)/gm)].map((match) => match[1]));
const source = [
  "const anything = new Proxy(function () {}, { get: (target, key) => (key === 'prototype' ? target.prototype : key === Symbol.toPrimitive ? () => '' : anything), apply: () => anything });",
  ...[...names].map((name) => `export { anything as ${name} };`),
].join("\n");

registerHooks({
  resolve: (specifier, context, next) => (specifier === "vscode" ? { url: "stub:vscode", format: "module", shortCircuit: true } : next(specifier, context)),
  load: (url, context, next) => (url === "stub:vscode" ? { format: "module", source, shortCircuit: true } : next(url, context)),
});
