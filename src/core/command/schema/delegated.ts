import { isOwnOpenssl } from "../../filters/openssl.ts";
import { lookers } from "./lookers.ts";
import { always, args, flags, hasFlag, type Call, type CallProblem, type ToolSpec, type Verdict } from "./spec.ts";

function judgeTerraform(call: Call): Verdict {
  const [verb = "", second = ""] = call.positionals;
  if (verb === "init" && Object.keys(call.flags).some((name) => /^(?:migrate-state|force-copy|reconfigure)/.test(name))) return { risk: "change", why: "init with another backend moves the state or leaves it behind" };
  if (["plan", "show", "output", "validate", "version", "providers", "graph", "fmt", "init", "get"].includes(verb)) return { risk: "read", why: `${verb} changes no infrastructure` };
  if (verb === "state" && ["list", "pull", "show"].includes(second)) return { risk: "read", why: `state ${second} only reads` };
  if (verb === "workspace" && ["list", "show"].includes(second)) return { risk: "read", why: "reads workspaces" };
  if (verb === "apply" || verb === "destroy" || verb === "state") return { risk: "destroy", why: `${verb} can remove infrastructure and its data` };
  return { risk: "undetermined", why: `what terraform ${verb} does is not known` };
}

function checkTerraform(call: Call): readonly CallProblem[] {
  const isAsking = ["apply", "destroy"].includes(call.positionals[0] ?? "") && !hasFlag(call, "auto-approve") && call.positionals.length < 2;
  return isAsking ? [{ code: "waits-for-input", facts: { command: `terraform ${call.positionals[0] ?? ""}`, cure: "Make a plan with terraform plan -out=FILE, look at it, and apply the FILE" } }] : [];
}

function judgeOpenssl(call: Call): Verdict {
  const verb = call.positionals[0] ?? "";
  // A line that is sent may be a command of the server behind the encryption.
  if (verb === "s_client" && call.input.kind === "text" && call.input.text.trim() !== "") return { risk: "undetermined", why: "what the server does with the input is not known" };
  return ["rand", "x509", "s_client", "version", "dgst", "verify", "asn1parse", "crl", "enc", "base64"].includes(verb) ? { risk: "read", why: `openssl ${verb} changes no target` } : { risk: "undetermined", why: `what openssl ${verb} does is not known` };
}

/** A flag before the verb may have a value that looks like one: of all words the most dangerous verb counts. */
function judgeHelm(call: Call): Verdict {
  const destroying = call.positionals.slice(0, 3).find((word) => ["uninstall", "delete", "del", "un"].includes(word));
  if (destroying !== undefined) return { risk: "destroy", why: "removes a release with its objects" };
  const changing = call.positionals.slice(0, 3).find((word) => ["install", "upgrade", "rollback"].includes(word));
  if (changing !== undefined) return { risk: "change", why: `helm ${changing} changes a release` };
  const verb = call.positionals[0] ?? "";
  const isKnown = ["list", "ls", "status", "history", "get", "show", "template", "version", "search", "lint", "repo", "env"].includes(verb) && !("post-renderer" in call.flags);
  return isKnown ? { risk: "read", why: `helm ${verb} only reads` } : { risk: "undetermined", why: `what helm ${verb} does is not known` };
}

const loose = (tool: string, summary: string, judge: (call: Call) => Verdict, check?: (call: Call) => readonly CallProblem[]): ToolSpec => {
  const command = { verb: "", summary, flags: flags(), args: args("…"), engine: "delegated", judge } as const;
  return { tool, style: "loose", flags: [], commands: [check === undefined ? command : { ...command, check }], destination: () => undefined };
};

const unjudged = (tool: string, summary: string): ToolSpec => loose(tool, summary, always("undetermined", `what ${tool} does with these words is not known`));

/** Random bytes in base64 or hex are made here; the rest is the binary's. */
const OPENSSL: ToolSpec = {
  tool: "openssl",
  style: "loose",
  flags: [],
  commands: [{ verb: "", summary: "Keys, certificates; random bytes (rand -base64 N, rand -hex N) in process.", flags: flags(), args: args("COMMAND …"), engine: (call) => (isOwnOpenssl(["openssl", ...call.positionals.slice(0, 1), ...["base64", "hex"].filter((name) => call.flags[name] === true).map((name) => `-${name}`), ...call.positionals.slice(1)]) && Object.keys(call.flags).length === 1 ? "inProcess" : "delegated"), judge: judgeOpenssl }],
  destination: () => undefined,
};

/** Tools that run as their own binary, with their target pinned where they have one. Their flags are taken as written. */
export const DELEGATED_TOOLS: readonly ToolSpec[] = [
  // What it changes is in the cloud account that the runbook pins.
  { ...loose("terraform", "Infrastructure from files.", judgeTerraform, checkTerraform), destination: () => ({ kind: "aws", profile: undefined, region: undefined, bucket: undefined }) },
  OPENSSL,
  loose("helm", "Releases of charts.", judgeHelm),
  ...lookers("local"),
  loose("mkdir", "Makes a local folder.", always("change", "makes a local folder")),
  loose("touch", "Makes a local file.", always("change", "makes a local file")),
  loose("cp", "Copies local files.", always("change", "writes local files")),
  loose("mv", "Moves local files.", always("change", "moves local files")),
  loose("rm", "Deletes local files.", always("destroy", "deletes local files")),
  ...[
    ["awk", "A text language."], ["xargs", "Runs commands over words."], ["tee", "Writes files on the way."],
    ["bash", "A shell."], ["sh", "A shell."], ["ssh", "A shell on another machine."], ["scp", "Copies between machines."], ["rsync", "Copies between machines."],
    ["docker", "Containers."], ["oc", "OpenShift."], ["gcloud", "Google Cloud."], ["az", "Azure."], ["gsutil", "Google Cloud storage."], ["eksctl", "EKS clusters."],
    ["velero", "Cluster backups."], ["argocd", "Argo CD."], ["istioctl", "Istio."], ["flux", "Flux."], ["vault", "Vault."], ["consul", "Consul."], ["etcdctl", "etcd."],
    ["systemctl", "Services of this machine."], ["journalctl", "Logs of this machine."], ["git", "Versions."], ["make", "Builds."], ["python", "Python."], ["python3", "Python."],
    ["node", "Node.js."], ["wget", "Downloads."], ["tar", "Archives."], ["unzip", "Archives."], ["timeout", "Runs a command with a limit."], ["watch", "Runs a command again and again."],
    ["psql", "PostgreSQL's client."], ["pg_dump", "PostgreSQL's dump."], ["pg_restore", "PostgreSQL's restore."], ["mongosh", "MongoDB's client."], ["promtool", "Prometheus rules."], ["amtool", "Alertmanager."], ["ceph", "Ceph."],
    ["yq", "Filters YAML."], ["cd", "Changes the folder."], ["source", "Reads a script."], ["crictl", "Containers of a node."], ["eval", "Runs a text."], ["read", "Reads a line."], ["sudo", "Runs as another user."], ["chmod", "Changes modes."], ["kill", "Ends processes."], ["envsubst", "Fills variables in."],
  ].map(([tool = "", summary = ""]) => unjudged(tool, summary)),
];
