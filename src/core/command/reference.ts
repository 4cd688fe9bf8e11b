import { FILTERS } from "./schema/filters.ts";
import { POD_PROGRAMS } from "./schema/pod.ts";
import type { CommandSpec, FlagSpec, ToolSpec } from "./schema/spec.ts";
import { LOCAL_TOOLS } from "./schema/table.ts";

const INTRODUCTION = `# Commands

Generated from the schema table (\`src/core/command/schema/\`) by \`npm run docs\`; do not edit.

A cell's text is read as bash reads it, and each call is understood through this table before anything runs. *In process* calls run
in the kernel and print what the real tool prints; *delegated* ones run the real binary with its target pinned. A flag marked † makes
a call delegated that would otherwise run in process. A drill runs no binary. A command or flag that is not here is an error in the cell.

## The shell

Simple commands, pipelines (with pipefail: a failing call anywhere fails the pipeline; a call whose reader had enough, as before
\`head\`, does not), \`&&\`, \`||\`, \`;\`, \`!\`, redirections (\`<\`, \`>\`, \`>>\`, \`2>\`, \`2>&1\`, \`&>\`), variables and \`\${NAME:-default}\`,
\`$(…)\`, quoting, here-documents and here-strings, continuations, brace ranges (\`{1..10}\`, \`{a,b}\`), \`for … in\` (at most 1,000 turns)
and comments. Everything else (\`if\`, \`while\`, functions, \`( … )\`, \`&\`, \`<( … )\`, arithmetic, \`NAME=value command\`) is *untyped
shell*: live, it runs in real bash after a person has agreed; a drill refuses it.

Differences from bash, all on the safe side:

- A variable without a value is an error, never an empty word.
- Any syntax error keeps the whole cell from running.
- File patterns (\`*\`, \`?\`, \`[…]\`) stand for the files of the run that match; in addresses and in the values of variables
  they are passed on as written.
- An \`&\` inside an unquoted \`http://…\` address belongs to the address; a warning offers the quotes.
- Calls have no standard input unless a pipe or redirection gives them one.
- \`sort\` orders by code (as with \`LC_ALL=C\`); of \`grep\`'s alternatives the first that matches is taken, which only \`-o\` can tell.

## Risk

*read* changes nothing; *change* can be taken back; *destroy* loses data or evidence for good; *undetermined* is asked about, with its
arguments shown. The risk comes from the call as it is: a dry run is a read, \`kubectl exec\` (and \`run\`, \`debug\`, \`create job\`) is as
dangerous as its program, and a database client is as dangerous as its SQL and its flags. What is not known to only look is
undetermined: a program that no row knows, a flag that its row lacks, a function that is not one of MySQL's own.

- Programs that look do more by some words, and are judged by them: \`find -delete\` destroys, \`find -exec\` is as dangerous as what it
  starts, \`sort -o\` writes, \`mount\` and \`hostname\` change with an argument, \`mysqldump --delete-source-logs\` purges.
- In a pod a file that is written anew (\`>\`, \`tee\`, \`-o\`, \`--result-file\`) is lost as it was: that destroys, but for \`/tmp\`, \`/var/tmp\`
  and \`/dev/shm\`. Appending (\`>>\`) changes.
- Programs that start others (\`env\`, \`nice\`, \`timeout\`, \`sudo\`, \`xargs\`, \`sh -c\`, \`ssh\` …) are at least as dangerous as what they
  start. Untyped shell, \`bash -c\`, \`eval\`, \`sudo\`, \`timeout\`, \`watch\` and \`xargs\` on this machine are never less than undetermined.
- A patch that sets the replicas to 0, takes finalizers away or removes stored values destroys. SQL from a pipe or file is a restore
  and destroys; \`EXPLAIN ANALYZE\` and MariaDB's \`ANALYZE\` are as dangerous as the statement that they run.

Inside \`kubectl exec\`, \`-t\` is left out (there is no terminal), and a bare \`-p\` of \`mysql\`, \`mysqldump\` and \`mysqladmin\` becomes
\`sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql "$@"' mysql …\`: the password comes from the pod's own environment
(\`MYSQL_PASSWORD\` for other users than root) and is neither asked for nor part of arguments or input.
`;

/** Why some forms of a tool's calls are left to the binary, where the table cannot show it. */
const NOTES: Readonly<Record<string, string>> = {
  aws: `\`--output yaml\` and \`yaml-stream\` are delegated: only version 2 of the AWS command line has them. What runs in process is compared with
recordings of version 1, which refuses them (\`argument --output: Invalid choice\`). Where YAML is wanted, \`--output json\` is YAML as well.`,
};

/** The text of docs/COMMANDS.md. */
export function commandsReference(): string {
  const filters = new Set(FILTERS.map((tool) => tool.tool));
  const own = LOCAL_TOOLS.filter((tool) => ["kubectl", "aws", "curl", "jq"].includes(tool.tool));
  const others = LOCAL_TOOLS.filter((tool) => !own.includes(tool) && !filters.has(tool.tool));
  return [
    INTRODUCTION,
    ...own.map(toolSection),
    "## Text filters and small commands (in process)\n",
    table(FILTERS.map((tool) => [`\`${tool.tool}\``, escapeCell(tool.commands[0]?.args.names ?? ""), tool.commands[0]?.summary ?? "", flagList(tool.commands[0]?.flags ?? [])]), ["Command", "Arguments", "What it does", "Flags"]),
    "## Programs inside a pod\n\nAfter `kubectl exec … --`. Any other program may run too; its risk is undetermined. `sh -c '…'` is as dangerous as the calls in its text.\n",
    table(POD_PROGRAMS.map((tool) => [`\`${tool.tool}\``, tool.commands[0]?.summary ?? ""]), ["Program", "What it does"]),
    "## Other tools (delegated)\n\nTheir flags are taken as written.\n",
    table(others.map((tool) => [`\`${tool.tool}\``, tool.commands[0]?.summary ?? ""]), ["Command", "What it does"]),
  ].join("\n");
}

function toolSection(tool: ToolSpec): string {
  const rows = [...tool.commands, ...(tool.fallback === undefined ? [] : [tool.fallback])].map((command) => [
    `\`${`${tool.tool} ${command.verb === "" && tool.commands.length > 1 ? "…" : command.verb}`.trim()}\``,
    escapeCell(command.args.names),
    command.summary,
    engineWord(command),
    flagList(command.flags, command.engine !== "delegated"),
  ]);
  const global = tool.flags.length === 0 ? "" : `Everywhere: ${flagList(tool.flags)}.\n\n`;
  const note = NOTES[tool.tool];
  return `## ${tool.tool}\n\n${global}${note === undefined ? "" : `${note}\n\n`}${table(rows, ["Command", "Arguments", "What it does", "Where", "Flags"])}`;
}

function engineWord(command: CommandSpec): string {
  if (typeof command.engine === "function") return "in process, some forms delegated";
  switch (command.engine) {
    case "inProcess":
      return "in process";
    case "delegated":
      return "delegated";
    case "untypedShell":
      return "bash";
  }
}

function flagList(specs: readonly FlagSpec[], isMarked = true): string {
  return specs.map((flag) => `\`${flag.short === undefined || flag.short === flag.name ? "" : `-${flag.short} `}${flag.name.length === 1 ? "-" : "--"}${flag.name}\`${isMarked && flag.isDelegated ? "†" : ""}`).join(", ");
}

function table(rows: readonly (readonly string[])[], head: readonly string[]): string {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${lines.join("\n")}\n`;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}
