import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";

/** What a suite recorded of one verb. */
export interface FidelityRow {
  readonly verb: string;
  readonly version: string;
  readonly server: string;
  readonly same: number;
  readonly of: number;
}

const SERVERS: Readonly<Record<string, string>> = { drill: "drill world, as 1.30", real: "real control plane, 1.20" };
const HEAD = `# Fidelity

Generated from what the test run recorded (\`test/golden/fidelity\`) by \`npm run docs\`; do not edit.

Each command ran twice against one server: by stock kubectl of that version, and in process. *Identical* means that standard output,
standard error and exit code were the same, byte for byte. Where stock kubectls differ among themselves, ours speaks as 1.30 does: the
words that differ are replaced in the test by what that version says (\`test/integration/kubernetes/wordedBy.ts\`), and nothing else is.
The lines of several logs printed at once are compared without their order, which is another each time in kubectl itself, and so are sorted
lists with 1.33, whose Go orders equals in another way.

The drill world is compared in every \`npm test\`. The real control plane (kube-apiserver, controller-manager and scheduler 1.20.2 of Debian's
source package, etcd, and a stand-in for the kubelet) is built by \`npm run test:all\` the first time, which takes some minutes on an idle
machine and is kept in the cache; CI does not run these tests. Where it cannot be had, they are skipped, and one skipped counts as failed
there. On it, ages are left out of the comparison, since a cluster that is minutes old shows seconds. *Not run* means that this server has
nothing to compare (no metrics). A run of the tests fails where it differs from this table; \`UPDATE_GOLDEN=1\` records it anew.
`;

/** The page that shows which verbs print what stock kubectl prints, by version and server. */
export function fidelityPage(): string {
  const rows = fidelityRows(["reads", "changes"]);
  const versions = [...new Set(rows.map(({ version }) => version))].toSorted();
  const columns = Object.keys(SERVERS).flatMap((server) => versions.filter((version) => rows.some((row) => row.server === server && row.version === version)).map((version) => ({ server, version })));
  const lines = [...new Set(rows.map(({ verb }) => verb))].toSorted().map((verb) => {
    const cells = columns.map(({ server, version }) => cellOf(rows.filter((row) => row.verb === verb && row.server === server && row.version === version)));
    return `| \`${verb}\` | ${cells.join(" | ")} |`;
  });
  const head = ["Verb", ...columns.map(({ server, version }) => `kubectl ${version}, ${SERVERS[server] ?? server}`)];
  return `${HEAD}\n| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |\n${lines.join("\n")}\n`;
}

function cellOf(rows: readonly FidelityRow[]): string {
  const of = rows.reduce((sum, row) => sum + row.of, 0);
  const same = rows.reduce((sum, row) => sum + row.same, 0);
  if (of === 0) return "not run";
  return same === of ? `identical, ${of} of ${of}` : `differs, ${same} of ${of}`;
}

/** What these suites recorded; files are named SUITE-SERVER-VERSION.json. */
export function fidelityRows(suites: readonly string[]): readonly FidelityRow[] {
  const folder = join(root, "test/golden/fidelity");
  return readdirSync(folder).filter((name) => name.endsWith(".json")).flatMap((name) => {
    const [, suite = "", server = "", version = ""] = /^(\w+)-(\w+)-([\d.]+)\.json$/.exec(name) ?? [];
    if (!suites.includes(suite)) return [];
    const verbs = JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, { readonly same: number; readonly of: number }>;
    return Object.entries(verbs).map(([verb, { same, of }]) => ({ verb, version, server, same, of }));
  });
}
