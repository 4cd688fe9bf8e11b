import { alignTabs, TABLE_TABS } from "../../../src/core/kubectl/tabwriter.ts";
import type { KubectlVersion } from "../../parts/kubectl.ts";
import type { Ran } from "../../unit/kubectl/fakes.ts";

/**
 * Where stock kubectls differ among themselves, ours speaks as 1.30 does. Here stand all the differences: this is our text as another version
 * words it.
 */
export function asWordedBy(version: KubectlVersion, argv: readonly string[], ran: Ran): Ran {
  const minor = Number(version.split(".")[1]);
  const [verb = "", second = ""] = argv;
  if (verb === "describe" && minor >= 33) return { ...ran, stdout: ran.stdout.replaceAll("    ConfigMapOptional:       <nil>\n", "    Optional:                false\n") };
  if (verb === "top" && second.startsWith("no") && minor >= 32) return { ...ran, stdout: withSharesInParentheses(ran.stdout) };
  if (verb === "scale" && second.includes("/") && minor >= 32 && ran.stderr === "error: no objects passed to scale\n") return { ...ran, stderr: `error: no objects passed to scale ${argv.includes("nothing") ? 'namespaces "nothing"' : nameInWords(second)} not found\n` };
  // A null that a path leads to was Go's.
  if (verb === "get" && minor <= 28 && argv.some((word) => word.startsWith("jsonpath="))) return { ...ran, stdout: ran.stdout.replaceAll(/(?<=^| )null(?= |$)/g, "<nil>") };
  if (minor >= 30) return ran;
  // A missing object of `logs` was any missing object, and an exec that the kubelet refused was refused once.
  if (verb === "logs") return { ...ran, stderr: ran.stderr.replace(/^error: error from server (.*) in namespace "[^"]*"\n$/, "Error from server $1\n") };
  if (verb === "exec") return { ...ran, stderr: ran.stderr.replace("Internal error occurred: Internal error occurred: ", "Internal error occurred: ") };
  if (second === "job") return asJobOf(version, ran);
  // A pod template's last two lines are newer.
  if (argv.some((word) => word.startsWith("--revision"))) return { ...ran, stdout: ran.stdout.replace(/ {2}Node-Selectors:.*\n {2}Tolerations:.*\n(?:\t.*\n)*/, "") };
  return ran;
}

/** Of a job's owner 1.27 does not say that it controls, 1.28 says more, and 1.29 what 1.30 says. */
function asJobOf(version: KubectlVersion, ran: Ran): Ran {
  if (version === "1.29") return ran;
  const [asYaml, asJson] = version === "1.28" ? ["    blockOwnerDeletion: true\n    controller: true\n", "$&,\n                \"blockOwnerDeletion\": true"] : ["", ""];
  return { ...ran, stdout: ran.stdout.replace("    controller: true\n", asYaml).replace(/,\n +"controller": true/, asJson) };
}

/** The columns of shares are called `CPU(%)` and `MEMORY(%)`, and are wider by that. */
function withSharesInParentheses(stdout: string): string {
  if (!stdout.startsWith("NAME")) return stdout;
  const rows = stdout.split("\n").filter((line) => line !== "").map((line) => line.trimEnd().split(/ {2,}/));
  return alignTabs(rows.map((cells) => `${cells.map((cell) => cell.replace(/^(CPU|MEMORY)%$/, "$1(%)")).join("\t")}\t\n`).join(""), TABLE_TABS);
}

/** `deployment/x` as `deployments.apps "x"`. */
function nameInWords(word: string): string {
  const [kind = "", name = ""] = word.split("/");
  return `${kind}s.apps ${JSON.stringify(name)}`;
}
