// npm run docs: writes docs/COMMANDS.md from the schema table and docs/FIDELITY.md and docs/DRILL.md from what the tests recorded. A test fails while they differ.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandsReference } from "../src/core/command/reference.ts";
import { drillPage } from "./lib/drillPage.ts";
import { fidelityPage } from "./lib/fidelity.ts";
import { root } from "./lib/paths.ts";

const pages: Readonly<Record<string, string>> = { "docs/COMMANDS.md": commandsReference(), "docs/FIDELITY.md": fidelityPage(), "docs/DRILL.md": drillPage() };
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(join(root, name), text);
  console.log(`docs: ${join(root, name)}`);
}
