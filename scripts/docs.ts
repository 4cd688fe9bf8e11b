// npm run docs: writes docs/COMMANDS.md from the schema table. A test fails while the two differ.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandsReference } from "../src/core/command/reference.ts";
import { root } from "./lib/paths.ts";

const file = join(root, "docs/COMMANDS.md");
writeFileSync(file, commandsReference());
console.log(`docs: ${file}`);
