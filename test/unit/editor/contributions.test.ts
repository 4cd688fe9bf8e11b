import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  COMMANDS, CONTEXT_KEYS, INTERNAL_COMMANDS, NOTEBOOK_TYPE, QUICK_ACTIONS, RENDERER_ID, SETTINGS, OUTPUT_MIMES, VIEW_CONTAINER, VIEWS,
} from "../../../src/editor/contributions.ts";

import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { readManifest, ROOT } from "./manifest.ts";
import { readQuickActions } from "../../../src/core/runbook/quickActions.ts";

interface CommandContribution {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly enablement?: string;
}
interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly notebooks: readonly { readonly type: string; readonly selector: readonly { readonly filenamePattern: string }[]; readonly priority: string }[];
    readonly notebookRenderer: readonly { readonly id: string; readonly mimeTypes?: readonly string[]; readonly entrypoint: string | { readonly extends: string; readonly path: string } }[];
    readonly commands: readonly CommandContribution[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly name: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly description: string; readonly media: { readonly markdown: string }; readonly completionEvents: readonly string[] }[] }[];
    readonly colors: readonly { readonly id: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown; readonly markdownDescription: string }>> };
  };
}

const manifest = readManifest() as Manifest;
const { contributes } = manifest;
const walkthroughSteps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
const allCommands: Readonly<Record<string, string>> = { ...COMMANDS, ...INTERNAL_COMMANDS };

function sorted(values: Iterable<string>): readonly string[] {
  return [...values].sort();
}

/** Our ids inside a `when` or `enablement` clause. */
function keysOf(clause: string | undefined): readonly string[] {
  return clause?.match(/dr-runbook\.[\w.]+/g) ?? [];
}

function sourceOf(folder: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"))
    .join("\n");
}

describe("contributions", () => {
  it("declares every command once, with the title that the code knows", () => {
    assert.deepEqual(sorted(contributes.commands.map((command) => command.command)), sorted(Object.keys(allCommands)));
    for (const { command, title } of contributes.commands) assert.equal(title, allCommands[command], command);
  });

  it("gives every command a category and a Title Case title", () => {
    const small = new Set(["a", "an", "and", "as", "of", "on", "the", "to", "for", "in"]);
    for (const { command, title, category } of contributes.commands) {
      assert.equal(category, "Runbook", command);
      const words = title.replace("…", "").split(" ");
      const isTitleCase = words.every((word, index) => /^[A-Z]/.test(word) || (index > 0 && small.has(word)));
      assert.ok(isTitleCase, `${command}: ${title}`);
    }
  });

  it("hides internal commands from the palette, and no others", () => {
    const hidden = (contributes.menus["commandPalette"] ?? []).filter((entry) => entry.when === "false").map((entry) => entry.command);
    assert.deepEqual(sorted(hidden), sorted(Object.keys(INTERNAL_COMMANDS)));
  });

  it("names only known commands in menus, welcomes and keybindings", () => {
    const used = [
      ...Object.values(contributes.menus).flatMap((items) => items.map((entry) => entry.command)),
      ...contributes.keybindings.map((binding) => binding.command),
      ...[...contributes.viewsWelcome.map((welcome) => welcome.contents), ...walkthroughSteps.flatMap((step) => [step.description, ...step.completionEvents])].flatMap((text) => [...text.matchAll(/(?:command|onCommand):([\w.-]+)/g)].map((match) => match[1] ?? "")),
    ];
    assert.ok(used.length > 0);
    for (const command of used) assert.ok(command in allCommands, command);
  });

  it("declares every setting with the code's default, and says what the default means", () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(sorted(Object.keys(properties)), sorted(Object.keys(SETTINGS)));
    for (const [id, value] of Object.entries(SETTINGS)) {
      assert.equal(properties[id]?.default, value, id);
      assert.match(properties[id]?.markdownDescription ?? "", /default/, id);
    }
  });

  it("uses only known context keys and views in clauses, and every context key somewhere", () => {
    const clauses = [
      ...contributes.commands.map((command) => command.enablement),
      ...Object.values(contributes.menus).flatMap((items) => items.map((entry) => entry.when)),
      ...contributes.viewsWelcome.map((welcome) => welcome.when),
      ...contributes.keybindings.map((binding) => binding.when),
      ...walkthroughSteps.flatMap((step) => step.completionEvents.filter((event) => event.startsWith("onContext:"))),
    ];
    const used = new Set(clauses.flatMap(keysOf));
    const known: readonly string[] = [...CONTEXT_KEYS, ...Object.keys(VIEWS)];
    for (const key of used) assert.ok(known.includes(key), key);
    for (const key of CONTEXT_KEYS) assert.ok(used.has(key), key);
  });

  it("declares every view in our container, each with a welcome", () => {
    assert.deepEqual(Object.keys(contributes.views), [VIEW_CONTAINER]);
    assert.deepEqual(contributes.viewsContainers.activitybar.map((container) => container.id), [VIEW_CONTAINER]);
    const views = contributes.views[VIEW_CONTAINER] ?? [];
    assert.deepEqual(Object.fromEntries(views.map((view) => [view.id, view.name])), VIEWS);
    for (const { id } of views) assert.ok(contributes.viewsWelcome.some((welcome) => welcome.view === id), id);
  });

  it("declares the notebook type, the renderer of the outputs and the one of the Markdown", () => {
    assert.deepEqual(contributes.notebooks.map((notebook) => notebook.type), [NOTEBOOK_TYPE]);
    const [outputs, head, ...others] = contributes.notebookRenderer;
    assert.deepEqual({ id: outputs?.id, mimeTypes: outputs?.mimeTypes }, { id: RENDERER_ID, mimeTypes: Object.values(OUTPUT_MIMES) });
    assert.deepEqual([head?.entrypoint, ...others], [{ extends: "vscode.markdown-it-renderer", path: "./dist/runbookMarkdown.js" }]);
  });

  it("has the pictures and texts that it names", () => {
    for (const path of [manifest.icon, ...walkthroughSteps.map((step) => step.media.markdown), ...contributes.viewsContainers.activitybar.map((container) => container.icon)]) assert.ok(existsSync(join(ROOT, path)), path);
  });

  it("activates for runbooks, and for the links of alerts, which name one", () => {
    assert.deepEqual(manifest.activationEvents, [`onNotebook:${NOTEBOOK_TYPE}`, "workspaceContains:**/*.runbook.md", "onUri"]);
  });

  it("has a cell in the shipped runbooks for each quick action of the palette", () => {
    const offered = new Set(
      readdirSync(join(ROOT, "notebooks")).filter((name) => name.endsWith(".runbook.md")).flatMap((name) => readQuickActions(parseRunbook(readFileSync(join(ROOT, "notebooks", name), "utf8"))).map((action) => action.name)),
    );
    for (const name of Object.values(QUICK_ACTIONS)) assert.ok(offered.has(name), name);
  });

  it("spells no id in the code that is not contributed", () => {
    const spelt = new Set(sourceOf("src/editor").match(/"dr-runbook\.[\w.]+"/g)?.map((literal) => literal.slice(1, -1)));
    const known = new Set([...Object.keys(allCommands), ...Object.keys(SETTINGS), ...CONTEXT_KEYS, ...Object.keys(VIEWS), RENDERER_ID, "dr-runbook.markdown", "dr-runbook.kernel", "dr-runbook.run.focus", "dr-runbook.target", "dr-runbook.clock"]);
    for (const id of spelt) assert.ok(known.has(id), id);
    const colours = sourceOf("src/editor").match(/"drRunbook\.\w+"/g)?.map((literal) => literal.slice(1, -1)) ?? [];
    for (const colour of colours) assert.ok(contributes.colors.some(({ id }) => id === colour), colour);
  });

  it("renders nothing but its own mime types", () => {
    for (const mime of Object.values(OUTPUT_MIMES)) assert.match(mime, /^application\/vnd\.dr-runbook\./);
  });
});
