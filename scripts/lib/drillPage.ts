import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fidelityRows, type FidelityRow } from "./fidelity.ts";
import { root } from "./paths.ts";

/** What a command printed, as the test records it. */
interface Printed {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr?: readonly string[];
}

interface Reasons {
  /** A heading and the reason itself. */
  readonly reasons: Readonly<Record<string, readonly [heading: string, text: string]>>;
  readonly commands: Readonly<Record<string, string>>;
}

const VERSION = "1.33";
const LONGEST_LINE = 150;
const MOST_LINES = 4;

const HEAD = `# How far the drill world is a real cluster

Generated from what the test run recorded (\`test/golden/conformance\`) by \`npm run docs\`; do not edit. The reasons are written by hand, in
\`test/integration/kubernetes/conformance/reasons.json\`.

\`test/integration/kubernetes/conformance/script.sh\` is what an operator types: every verb of the runbooks and a good deal of poking about.
Stock kubectl ${VERSION} runs it line by line at a real control plane (kube-apiserver, controller-manager and scheduler 1.20.2, etcd, a stand-in for the
kubelet), whose texts are recorded, and at the drill world, which imitates that version with the same objects in it. Standard output, standard
error and exit code have to be the same; times, ages, generated names, UIDs, versions of objects, addresses and the widths of columns are left out.

A command that differs without a reason fails the test, and so does one with a reason that no longer differs. It runs with
\`npm run test:all\`, some minutes on an idle machine (\`conformance.slow.test.ts\`); where no control plane can be had, the world is held to the recorded texts alone.
With \`UPDATE_GOLDEN=1\` the texts are recorded anew, and \`npm run docs\` writes this page.

Below, a minus is what the real control plane prints and the drill world does not; a plus the other way round.
`;

/** The page that says where the drill world differs from a real cluster, and why. */
export function drillPage(): string {
  const reasons = readJson("test/integration/kubernetes/conformance/reasons.json") as Reasons;
  const real = readJson(`test/golden/conformance/real-${VERSION}.json`) as Readonly<Record<string, Printed>>;
  const drill = readJson(`test/golden/conformance/drill-${VERSION}.json`) as Readonly<Record<string, Printed>>;
  const groups = Object.entries(reasons.reasons).map(([key, [heading, text]]) => {
    const commands = Object.keys(drill).filter((id) => reasons.commands[id] === key);
    return `### ${heading}\n\n${text}\n\n${commands.map((id) => differenceOf(id, real[id], drill[id])).join("\n")}`;
  });
  const rows = fidelityRows(["conformance"]);
  const total = (field: "same" | "of"): number => rows.reduce((sum, row) => sum + row[field], 0);
  return `${HEAD}\n## Verbs\n\n${total("same")} of ${total("of")} commands are the same.\n\n${verbTable(rows)}\n## Differences\n\n${groups.join("\n")}`;
}

function verbTable(rows: readonly FidelityRow[]): string {
  const lines = rows.toSorted((left, right) => (left.verb < right.verb ? -1 : 1)).map(({ verb, same, of }) => `| \`${verb}\` | ${same} of ${of} |`);
  return `| Verb | Same |\n| --- | --- |\n${lines.join("\n")}\n`;
}

function differenceOf(id: string, real: Printed | undefined, drill: Printed | undefined): string {
  const [theirs, ours] = [linesOf(real), linesOf(drill)];
  const lost = theirs.filter((line) => !ours.includes(line));
  const more = ours.filter((line) => !theirs.includes(line));
  const shown = [...told("-", lost), ...told("+", more)];
  return `\`${id}\`\n\n\`\`\`diff\n${(shown.length === 0 ? ["  the same lines in another order, or another number of times"] : shown).join("\n")}\n\`\`\`\n`;
}

function linesOf(printed: Printed | undefined): readonly string[] {
  if (printed === undefined) return [];
  return [...printed.stdout, ...(printed.stderr ?? []), ...(printed.exitCode === 0 ? [] : [`(exit code ${printed.exitCode})`])].filter((line) => line !== "");
}

function told(sign: string, lines: readonly string[]): readonly string[] {
  const cut = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
  const rest = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES).map((line) => `${sign} ${cut(line)}`), ...(rest > 0 ? [`${sign} … ${rest} more`] : [])];
}

/** An empty object where nothing was recorded yet. */
function readJson(path: string): unknown {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}
