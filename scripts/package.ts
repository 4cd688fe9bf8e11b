// npm run package: a release build packed as dr-runbook-VERSION.vsix.
import { statSync } from "node:fs";
import { packExtension } from "./lib/pack.ts";

const file = await packExtension();
console.log(`package: ${file}, ${(statSync(file).size / 1024).toFixed(0)} KiB`);
