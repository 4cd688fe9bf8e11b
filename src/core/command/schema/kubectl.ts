import type { Engine } from "../operation.ts";
import { worseRisk } from "../plan.ts";
import { judgePatch } from "./kubectlPatch.ts";
import { args, always, flags, flagText, hasFlag, leftToBinary, type Call, type CallProblem, type CommandSpec, type ToolSpec, type Verdict } from "./spec.ts";

/** Long name of a resource word: `po` → `pods`, `pod/x` → `pods`; unknown words come back in lower case. */
export function resourceName(word: string): string {
  const name = (word.split("/")[0] ?? "").split(".")[0]?.toLowerCase() ?? "";
  return RESOURCES[name] ?? name;
}

/** Types that are known by name, each once in its long form. */
export function knownTypes(): readonly string[] {
  return [...new Set(Object.values(RESOURCES))];
}

const RESOURCES: Readonly<Record<string, string>> = {
  po: "pods", pod: "pods", pods: "pods", pvc: "persistentvolumeclaims", persistentvolumeclaim: "persistentvolumeclaims", pv: "persistentvolumes", persistentvolume: "persistentvolumes",
  ns: "namespaces", namespace: "namespaces", deploy: "deployments", deployment: "deployments", sts: "statefulsets", statefulset: "statefulsets",
  ds: "daemonsets", daemonset: "daemonsets", rs: "replicasets", replicaset: "replicasets", svc: "services", service: "services", cm: "configmaps",
  configmap: "configmaps", secret: "secrets", ing: "ingresses", ingress: "ingresses", no: "nodes", node: "nodes", ev: "events", event: "events",
  job: "jobs", cronjob: "cronjobs", cj: "cronjobs", ep: "endpoints", crd: "customresourcedefinitions", customresourcedefinition: "customresourcedefinitions",
};

/** The objects a call names: `pod mysql-0`, `pod/mysql-0 pod/redis-0`. */
function namesOf(call: Call): string {
  return call.positionals.join(" ");
}

const OUTPUT = ["o,output=", "template=", "show-managed-fields", "allow-missing-template-keys"];
const SELECT = ["l,selector=", "field-selector=", "A,all-namespaces"];
const FILES = ["f,filename=*", "k,kustomize=", "R,recursive"];
const DRY = ["dry-run=?", "field-manager=", ...OUTPUT];
/** Objects named by files: the real binary reads them. */
const BINARY_FILES = leftToBinary(...FILES);
/** Output of a change in process: its line, or `-o name`. */
const NAME_OUTPUT = ["o,output=", ...leftToBinary("template=", "show-managed-fields", "allow-missing-template-keys")];
const NAME_DRY = ["dry-run=?", "field-manager=", ...NAME_OUTPUT];

const read = (why: string): ((call: Call) => Verdict) => always("read", why);

/** Changes judged by their words; a dry run is a read. */
function change(why: (call: Call) => string, undo?: (call: Call) => string): (call: Call) => Verdict {
  return (call) => {
    if (isDryRun(call)) return { risk: "read", why: "a dry run changes nothing" };
    return undo === undefined ? { risk: "change", why: why(call) } : { risk: "change", why: why(call), undo: undo(call) };
  };
}

function isDryRun(call: Call): boolean {
  const value = call.flags["dry-run"];
  return value === true || ["client", "server", "true", "unchanged"].includes(String(value));
}

function scope(call: Call): string {
  const namespace = flagText(call, "namespace");
  const context = flagText(call, "context");
  return (context === undefined ? "" : ` --context ${context}`) + (namespace === undefined ? "" : ` -n ${namespace}`);
}

function judgeDelete(call: Call): Verdict {
  if (isDryRun(call)) return { risk: "read", why: "a dry run deletes nothing" };
  const kinds = call.positionals.some((word) => word.includes("/")) ? call.positionals.map(resourceName) : (call.positionals[0] ?? "").split(",").map(resourceName);
  if (call.positionals.length === 0) return { risk: "destroy", why: "deletes every object the files name" };
  if (!kinds.every((kind) => kind === "pods")) return { risk: "destroy", why: `deletes ${namesOf(call)}; its definition and state are gone` };
  if (hasFlag(call, "force") || Number(flagText(call, "grace-period") ?? 1) === 0) return { risk: "destroy", why: "a pod deleted by force may still run beside its successor and damage shared data" };
  return { risk: "change", why: "a controller brings the pod back; the run checks that it has one" };
}

function judgeScale(call: Call): Verdict {
  const undo = `kubectl scale ${namesOf(call)} --replicas=<the number before>${scope(call)}`;
  if (isDryRun(call)) return { risk: "read", why: "a dry run changes nothing" };
  if (Number(flagText(call, "replicas")) === 0) return { risk: "destroy", why: `stops every pod of ${namesOf(call)}; their logs, memory and temporary files are gone with them`, undo };
  return { risk: "change", why: `changes how many pods ${namesOf(call)} has`, undo };
}

/** A change that also starts a program in a new pod: at least as dangerous as the program. */
function withProgram(judge: (call: Call) => Verdict): (call: Call) => Verdict {
  return (call) => {
    const own = judge(call);
    const inner = isDryRun(call) ? undefined : call.inner;
    return inner === undefined || worseRisk(own.risk, inner.risk) === own.risk ? own : { ...own, risk: inner.risk, why: inner.why };
  };
}

function judgeExec(call: Call): Verdict {
  const inner = call.inner;
  if (inner === undefined) return { risk: "undetermined", why: "no command is given" };
  return inner.undo === undefined ? { risk: inner.risk, why: inner.why } : { risk: inner.risk, why: inner.why, undo: inner.undo };
}

function followProblem(command: string, isFollowing: boolean): readonly CallProblem[] {
  return isFollowing ? [{ code: "unbounded-follow", facts: { command } }] : [];
}

function describeEngine(call: Call): Engine {
  const named = call.positionals.filter((word) => word.includes("/"));
  const kinds = (named.length > 0 ? named : (call.positionals[0] ?? "").split(",")).map(resourceName);
  return kinds.every((kind) => kind === "pods" || kind === "persistentvolumeclaims") ? "inProcess" : "delegated";
}

/** Formats that need no template engine but JSONPath. */
function hasOwnFormat(call: Call): boolean {
  const output = flagText(call, "output");
  return output === undefined || /^(?:wide$|name$|json$|yaml$|jsonpath(?:-as-json)?=)/.test(output);
}

/** Each of the two has flags that the other refuses; the words of that are the binary's. */
function topEngine(call: Call): Engine {
  const foreign = { pods: ["show-capacity"], nodes: ["field-selector", "all-namespaces", "containers", "sum"] };
  const [word = ""] = call.positionals;
  const others = ["po", "pod", "pods"].includes(word) ? foreign.pods : ["no", "node", "nodes"].includes(word) ? foreign.nodes : undefined;
  return others !== undefined && others.every((flag) => call.flags[flag] === undefined) ? "inProcess" : "delegated";
}

function getEngine(call: Call): Engine {
  const isWatching = hasFlag(call, "watch") || hasFlag(call, "watch-only");
  // kubectl watches one type at a time; what it says to more is the binary's.
  const isOneType = call.positionals.length <= 2 && !(call.positionals[0] ?? "").includes(",") && resourceName(call.positionals[0] ?? "") !== "all";
  const isPrinted = hasOwnFormat(call) || (!isWatching && flagText(call, "output")?.startsWith("custom-columns=") === true);
  return isPrinted && (!isWatching || (isOneType && !hasFlag(call, "sort-by"))) ? "inProcess" : "delegated";
}

/** Whole objects are printed from Go's typed structs, whose empty fields only the binary knows; a name or a line needs none. */
function nameEngine(call: Call): Engine {
  const output = flagText(call, "output");
  return output === undefined || output === "" || output === "name" ? "inProcess" : "delegated";
}

function setEnvEngine(call: Call): Engine {
  return call.flags["overwrite"] === false || call.flags["overwrite"] === "false" ? "delegated" : nameEngine(call);
}

/** A client-side dry run prints what the binary would have made of the old object; the three kinds go back in different ways. */
function undoEngine(call: Call): Engine {
  const isClientDry = isDryRun(call) && flagText(call, "dry-run") !== "server";
  return isClientDry ? "delegated" : nameEngine(call);
}

function applyEngine(call: Call): Engine {
  return hasFlag(call, "server-side") && hasOwnFormat(call) && flagText(call, "output") !== "wide" ? "inProcess" : "delegated";
}

/** Kinds whose objects `create` makes in process, by the words that name them, with the flags that are theirs alone. */
const CREATED: Readonly<Record<string, readonly string[]>> = { namespace: [], ns: [], configmap: ["from-literal"], cm: ["from-literal"], secret: ["from-literal", "type"], job: ["image", "from"] };

function createEngine(call: Call): Engine {
  const [kind = "", second = ""] = call.positionals;
  const own = CREATED[kind];
  const isOwn = own !== undefined && Object.values(CREATED).flat().every((flag) => own.includes(flag) || call.flags[flag] === undefined) && (kind === "secret" ? second === "generic" : kind !== "job" || isOwnJob(call));
  return isOwn && hasOwnFormat(call) && flagText(call, "output") !== "wide" ? "inProcess" : "delegated";
}

/** A job of an image, or of a cron job that is named with its type. */
function isOwnJob(call: Call): boolean {
  const from = flagText(call, "from");
  return from === undefined || /^(?:cj|cronjobs?)(?:\.batch|\.v1\.batch)?\/[^/]+$/.test(from);
}

/** `kubectl delete` of what `create` made; the words after a job's name are its command. */
function deletesCreated(call: Call): string {
  const words = call.positionals[0] === "job" ? call.positionals.slice(0, 2) : call.positionals.filter((word) => word !== "generic");
  return `kubectl delete ${words.join(" ")}${scope(call)}`;
}

/** The plugin's other kind is the experiment. */
function argoGetEngine(call: Call): Engine {
  return ["rollout", "rollouts", "ro"].includes(call.positionals[0] ?? "") ? "inProcess" : "delegated";
}

/** A client-side dry run of a strategic patch merges by rules that only the binary has. */
function patchEngine(call: Call): Engine {
  const isClientDry = isDryRun(call) && flagText(call, "dry-run") !== "server";
  return hasOwnFormat(call) && flagText(call, "output") !== "wide" && !isClientDry ? "inProcess" : "delegated";
}

function checkExec(call: Call): readonly CallProblem[] {
  if (call.rest === undefined || call.rest.length === 0) return [{ code: "missing-argument", facts: { command: "kubectl exec", argument: "-- and the command to run in the pod" } }];
  return [];
}

/** True where nothing but the namespace's default and names decide: a wait on a selector. */
function checkWait(call: Call): readonly CallProblem[] {
  const isCreate = [call.flags["for"]].flat().some((value) => String(value) === "create" || String(value) === "delete");
  return hasFlag(call, "selector") && !isCreate ? [{ code: "wait-race", facts: {}, at: "selector" }] : [];
}

const rolloutUndo = (call: Call): string => `kubectl rollout undo ${call.positionals[0] ?? ""}${scope(call)}`;

const IN_PROCESS: readonly CommandSpec[] = [
  { verb: "get", summary: "Lists objects as a table, YAML, JSON, by a path or in columns of your own.", flags: flags("o,output=", "show-managed-fields", ...SELECT, ...leftToBinary("template=", "allow-missing-template-keys", "subresource=", "raw=", "server-print", ...FILES), "w,watch", "watch-only", "output-watch-events", "ignore-not-found", "chunk-size=", "show-labels", "show-kind", "no-headers", "sort-by=", "L,label-columns=*"), args: args("TYPE [NAME …]", 0), engine: getEngine, judge: read("lists objects"), waits: (call) => hasFlag(call, "watch") || hasFlag(call, "watch-only"), check: (call) => [...needsObject(call, "kubectl get"), ...followProblem("kubectl get -w", hasFlag(call, "watch") || hasFlag(call, "watch-only"))] },
  { verb: "describe", summary: "Shows one object in words, with its events. Pods and volume claims in process.", flags: flags("l,selector=", "A,all-namespaces", "show-events", "chunk-size=", ...BINARY_FILES), args: args("TYPE [NAME …]", 0), engine: describeEngine, judge: read("describes objects"), check: (call) => needsObject(call, "kubectl describe") },
  { verb: "logs", summary: "Prints or follows the log of a pod or of one pod of a workload.", flags: flags("f,follow", "tail=", "p,previous", "since=", "since-time=", "timestamps", "c,container=", "all-containers", "!all-pods", "prefix", "l,selector=", "limit-bytes=", "max-log-requests=", "ignore-errors", "pod-running-timeout=", "!insecure-skip-tls-verify-backend"), args: args("POD | TYPE/NAME [CONTAINER]", 0, 2), engine: "inProcess", judge: read("reads logs"), waits: (call) => hasFlag(call, "follow"), check: (call) => [...needsObject(call, "kubectl logs"), ...followProblem("kubectl logs -f", hasFlag(call, "follow"))] },
  { verb: "top", summary: "Shows CPU and memory of pods or nodes.", flags: flags(...SELECT, "sort-by=", "containers", "no-headers", "sum", "show-capacity", "!show-swap", "use-protocol-buffers"), args: args("pods|nodes [NAME]", 1, 2), engine: topEngine, judge: read("reads metrics") },
  { verb: "events", summary: "Lists events in order of time.", flags: flags(...leftToBinary(...OUTPUT, "w,watch"), "A,all-namespaces", "for=", "types=*", "no-headers", "chunk-size="), args: args("", 0, 0), engine: "inProcess", judge: read("lists events"), waits: (call) => hasFlag(call, "watch"), check: (call) => followProblem("kubectl events -w", hasFlag(call, "watch")) },
  { verb: "wait", summary: "Waits for a condition of objects.", flags: flags("for=", "timeout=", "all", ...SELECT, ...NAME_OUTPUT, ...BINARY_FILES, "!local"), args: args("TYPE/NAME | TYPE NAME …", 0), engine: nameEngine, judge: read("only waits"), waits: () => true, check: (call) => [...needsObject(call, "kubectl wait"), ...(hasFlag(call, "for") ? [] : [{ code: "missing-argument", facts: { command: "kubectl wait", argument: "--for" } } as const]), ...checkWait(call)] },
  { verb: "rollout status", summary: "Follows a rollout until it is done.", flags: flags("timeout=", "w,watch", "revision=", "l,selector=", ...BINARY_FILES), args: args("TYPE/NAME", 1), engine: "inProcess", judge: read("only waits"), waits: () => true },
  { verb: "rollout history", summary: "Lists a workload's revisions, or shows one.", flags: flags("revision=", "l,selector=", ...BINARY_FILES, ...leftToBinary(...OUTPUT)), args: args("TYPE/NAME", 1), engine: "inProcess", judge: read("lists revisions") },
  { verb: "rollout restart", summary: "Replaces a workload's pods one after the other.", flags: flags("l,selector=", ...BINARY_FILES, "field-manager=", ...NAME_OUTPUT), args: args("TYPE/NAME …", 1), engine: nameEngine, judge: change((call) => `replaces every pod of ${namesOf(call)}, one after the other`, rolloutUndo) },
  { verb: "rollout undo", summary: "Goes back to a former revision.", flags: flags("to-revision=", "l,selector=", ...BINARY_FILES, "dry-run=?", ...NAME_OUTPUT), args: args("TYPE/NAME …", 1), engine: undoEngine, judge: change((call) => `puts a former pod template back into ${namesOf(call)}; twice leads back to the bad one`, rolloutUndo) },
  { verb: "set env", summary: "Sets environment variables of a workload, which starts a rollout.", flags: flags("c,containers=", "e,env=*", ...leftToBinary("from=", "keys=", "prefix=", "resolve", "local"), "list", "overwrite", "all", "l,selector=", ...BINARY_FILES, ...NAME_DRY), args: args("TYPE/NAME NAME=VALUE …", 1), engine: setEnvEngine, judge: (call) => (hasFlag(call, "list") && !call.positionals.some((word) => /=|-$/.test(word)) ? { risk: "read", why: "lists variables" } : change((one) => `changes variables of ${one.positionals[0] ?? ""} and rolls it out`, rolloutUndo)(call)) },
  { verb: "set image", summary: "Sets images of a workload, which starts a rollout.", flags: flags("all", "!local", "l,selector=", ...BINARY_FILES, ...NAME_DRY), args: args("TYPE/NAME CONTAINER=IMAGE …", 2), engine: nameEngine, judge: change((call) => `changes the image of ${call.positionals[0] ?? ""} and rolls it out`, rolloutUndo) },
  { verb: "scale", summary: "Sets the number of replicas.", flags: flags("replicas=", "current-replicas=", "!resource-version=", "timeout=", "all", "l,selector=", ...BINARY_FILES, "dry-run=?", ...NAME_OUTPUT), args: args("TYPE/NAME", 1), engine: nameEngine, judge: judgeScale, check: (call) => (hasFlag(call, "replicas") ? [] : [{ code: "missing-argument", facts: { command: "kubectl scale", argument: "--replicas" } }]) },
  { verb: "delete", summary: "Deletes objects.", flags: flags("all", ...SELECT, ...BINARY_FILES, "force", "grace-period=", "ignore-not-found", "now", "timeout=", "wait", "cascade=?", "!raw=", "!i,interactive", "dry-run=?", "o,output="), args: args("TYPE NAME … | TYPE/NAME …", 0), engine: nameEngine, judge: judgeDelete, check: (call) => needsObject(call, "kubectl delete") },
  { verb: "exec", summary: "Runs a program in a pod; the risk is the program's.", flags: flags("i,stdin", "t,tty", "c,container=", "q,quiet", "pod-running-timeout=", "!f,filename=*"), args: args("POD | TYPE/NAME -- COMMAND …", 1, 1), engine: "inProcess", judge: judgeExec, check: checkExec },
  { verb: "auth can-i", summary: "Says whether you may do something, or lists what you may do.", flags: flags("A,all-namespaces", "list", "q,quiet", "subresource=", "no-headers"), args: args("VERB TYPE", 0, 3), engine: "inProcess", judge: read("asks what is allowed") },
  { verb: "apply", summary: "Creates or changes objects from files. With --server-side in process.", flags: flags("server-side", "force-conflicts", "f,filename=*", "dry-run=?", "field-manager=", "o,output=", "show-managed-fields", ...leftToBinary("template=", "allow-missing-template-keys", "k,kustomize=", "R,recursive", "validate=?", "wait", "prune", "prune-allowlist=*", "l,selector=", "all", "overwrite", "force", "grace-period=", "timeout=", "cascade=?", "openapi-patch", "applyset=", "subresource=")), args: args("", 0, 0), engine: applyEngine, judge: (call) => (hasFlag(call, "prune") || hasFlag(call, "force") ? { risk: "destroy", why: "--prune and --force delete objects" } : change(() => "creates or changes the objects of the files")(call)), check: (call) => needsObject(call, "kubectl apply") },
  { verb: "create", summary: "Creates an object. Namespaces, generic secrets, config maps and jobs in process.", flags: flags("from-literal=*", "type=", "image=*", "from=", ...leftToBinary("from-file=*", "from-env-file=*", "append-hash", "replicas=", "port=", "edit", "raw=", "save-config", "validate=?", "l,selector=", "schedule=", "restart=", "rule=*", "class=", "clusterrole=", "role=", "serviceaccount=*", "user=*", "verb=*", "resource=*", "resource-name=*", "docker-server=", "docker-username=", "docker-password=", "docker-email=", "cert=", "key=", "tcp=*", "duration=", "audience=*", "template=", "show-managed-fields", "allow-missing-template-keys", ...FILES), "dry-run=?", "field-manager=", "o,output="), args: args("TYPE NAME", 0), engine: createEngine, judge: withProgram(change(() => "creates an object", deletesCreated)) },
  { verb: "patch", summary: "Changes fields of an object.", flags: flags("p,patch=", "patch-file=", "type=", "subresource=", "!local", ...BINARY_FILES, "dry-run=?", "field-manager=", "o,output=", "show-managed-fields", ...leftToBinary("template=", "allow-missing-template-keys")), args: args("TYPE/NAME | TYPE NAME", 1), engine: patchEngine, judge: (call) => (isDryRun(call) ? { risk: "read", why: "a dry run changes nothing" } : judgePatch(call)), check: (call) => (hasFlag(call, "patch") || hasFlag(call, "patch-file") ? [] : [{ code: "missing-argument", facts: { command: "kubectl patch", argument: "--patch or --patch-file" } }]) },
  { verb: "argo rollouts abort", summary: "Takes an Argo Rollout back to its stable version.", flags: flags("!no-color"), args: args("NAME …", 1), engine: "inProcess", judge: change((call) => `takes ${namesOf(call)} back to its stable version`, (call) => `kubectl argo rollouts retry rollout ${namesOf(call)}${scope(call)}`) },
  { verb: "argo rollouts get", summary: "Shows an Argo Rollout with its revisions, ReplicaSets and pods as a tree.", flags: flags("no-color", "w,watch", "timeout-seconds="), args: args("rollout NAME", 2, 2), engine: argoGetEngine, judge: read("reads a rollout"), waits: (call) => hasFlag(call, "watch"), check: (call) => followProblem("kubectl argo rollouts get -w", hasFlag(call, "watch") && call.flags["timeout-seconds"] === undefined) },
  { verb: "argo rollouts promote", summary: "Lets an Argo Rollout go on: past its pause, past a step, or all the way.", flags: flags("full", "skip-current-step", "skip-all-steps", "!no-color"), args: args("NAME", 1, 1), engine: "inProcess", judge: change((call) => `lets the new version of ${namesOf(call)} take ${hasFlag(call, "full") ? "all" : "more"} of the traffic`, (call) => `kubectl argo rollouts abort ${namesOf(call)}${scope(call)}`) },
  { verb: "argo rollouts status", summary: "Follows an Argo Rollout until it is healthy or degraded.", flags: flags("w,watch", "t,timeout="), args: args("NAME", 1, 1), engine: "inProcess", judge: read("only waits"), waits: (call) => call.flags["watch"] !== false && call.flags["watch"] !== "false" },
  { verb: "argo rollouts undo", summary: "Puts a former pod template back into an Argo Rollout.", flags: flags("to-revision=", "!no-color"), args: args("NAME", 1, 1), engine: "inProcess", judge: change((call) => `puts a former pod template back into ${namesOf(call)}; twice leads back to the bad one`, (call) => `kubectl argo rollouts undo ${namesOf(call)}${scope(call)}`) },
  { verb: "config current-context", summary: "Names the current context.", flags: [], args: args("", 0, 0), engine: "inProcess", judge: read("reads the kubeconfig") },
];

function needsObject(call: Call, command: string): readonly CallProblem[] {
  const isNamed = call.positionals.length > 0 || ["filename", "kustomize", "raw"].some((name) => hasFlag(call, name)) || (command === "kubectl logs" && hasFlag(call, "selector"));
  return isNamed ? [] : [{ code: "missing-argument", facts: { command, argument: "a type and a name" } }];
}

const delegated = (verb: string, summary: string, rows: readonly string[], judge: (call: Call) => Verdict, names = "…", min = 0): CommandSpec => ({ verb, summary, flags: flags(...rows), args: args(names, min), engine: "delegated", judge });

const APPLY = ["server-side", "force-conflicts", "validate=?", "wait", "prune", "prune-allowlist=*", "l,selector=", "all", "overwrite", "force", "grace-period=", "timeout=", "cascade=?", "openapi-patch", "applyset=", "subresource=", ...FILES, ...DRY];

const DELEGATED: readonly CommandSpec[] = [
  delegated("diff", "Shows what apply would change.", [...APPLY, "concurrency="], read("compares files with the cluster")),
  delegated("replace", "Replaces objects from files.", [...APPLY, "raw=", "save-config"], (call) => (hasFlag(call, "force") ? { risk: "destroy", why: "--force deletes the objects first" } : change(() => "replaces objects")(call))),
  delegated("label", "Sets labels.", ["all", "overwrite", "list", "local", "resource-version=", ...SELECT, ...FILES, ...DRY], change((call) => `changes labels of ${call.positionals[0] ?? ""}`)),
  delegated("annotate", "Sets annotations.", ["all", "overwrite", "list", "local", "resource-version=", ...SELECT, ...FILES, ...DRY], change((call) => `changes annotations of ${call.positionals[0] ?? ""}`)),
  delegated("taint", "Sets taints of nodes.", ["all", "overwrite", "l,selector=", ...DRY], change(() => "changes where pods may run")),
  delegated("cordon", "Keeps new pods off a node.", ["l,selector=", ...DRY], change(() => "keeps new pods off the node", (call) => `kubectl uncordon ${namesOf(call)}`)),
  delegated("uncordon", "Lets new pods onto a node again.", ["l,selector=", ...DRY], change(() => "lets pods onto the node", (call) => `kubectl cordon ${namesOf(call)}`)),
  delegated("drain", "Evicts a node's pods.", ["ignore-daemonsets", "delete-emptydir-data", "force", "grace-period=", "timeout=", "disable-eviction", "chunk-size=", "l,selector=", "pod-selector=", "skip-wait-for-delete-timeout=", ...DRY], (call) => (hasFlag(call, "delete-emptydir-data") || hasFlag(call, "force") ? { risk: "destroy", why: "pods without a controller and the data of emptyDir volumes are lost" } : change(() => "evicts the node's pods", (one) => `kubectl uncordon ${namesOf(one)}`)(call))),
  delegated("rollout pause", "Stops a rollout where it is.", ["l,selector=", ...FILES, "field-manager=", ...OUTPUT], change((call) => `pauses ${namesOf(call)}`, (call) => `kubectl rollout resume ${namesOf(call)}${scope(call)}`)),
  delegated("rollout resume", "Lets a rollout go on.", ["l,selector=", ...FILES, "field-manager=", ...OUTPUT], change((call) => `resumes ${namesOf(call)}`, (call) => `kubectl rollout pause ${namesOf(call)}${scope(call)}`)),
  delegated("set resources", "Sets requests and limits, which starts a rollout.", ["c,containers=", "limits=", "requests=", "all", "local", "l,selector=", ...FILES, ...DRY], change((call) => `changes resources of ${call.positionals[0] ?? ""} and rolls it out`, rolloutUndo)),
  delegated("autoscale", "Creates an autoscaler.", ["max=", "min=", "cpu-percent=", "cpu=", "memory=", "name=", ...FILES, ...DRY], change(() => "creates an autoscaler")),
  delegated("expose", "Creates a service.", ["port=", "target-port=", "name=", "type=", "protocol=", "selector=", "external-ip=", "cluster-ip=", "l,labels=", "session-affinity=", "overrides=", ...FILES, ...DRY], change(() => "creates a service")),
  delegated("run", "Starts a pod.", ["image=", "env=*", "command", "i,stdin", "t,tty", "rm", "restart=", "port=", "l,labels=", "overrides=", "attach", "expose", "image-pull-policy=", "override-type=", "privileged", "q,quiet", "pod-running-timeout=", "annotations=*", ...DRY], withProgram(change((call) => `starts pod ${call.positionals[0] ?? ""}`, (call) => `kubectl delete pod ${call.positionals[0] ?? ""}${scope(call)}`))),
  delegated("cp", "Copies files into or out of a pod.", ["c,container=", "no-preserve", "retries="], (call) => ((call.positionals.at(-1) ?? "").includes(":") ? { risk: "change", why: "writes files in the pod" } : { risk: "read", why: "copies files out of the pod" }), "FROM TO", 2),
  delegated("port-forward", "Opens a local port into a pod.", ["address=", "pod-running-timeout="], read("opens a local port"), "POD | TYPE/NAME PORT", 2),
  delegated("attach", "Attaches to a running process.", ["i,stdin", "t,tty", "c,container=", "q,quiet", "pod-running-timeout="], always("undetermined", "what the process does with input is not known"), "POD", 1),
  delegated("debug", "Adds a container to look into a pod or node.", ["image=", "i,stdin", "t,tty", "c,container=", "target=", "copy-to=", "share-processes", "profile=", "custom=", "env=*", "q,quiet", "replace", "same-node", "attach", "set-image=", "image-pull-policy=", "arguments-only", "keep-labels"], withProgram((call) => (hasFlag(call, "replace") ? { risk: "destroy", why: "--replace deletes the pod that it copies" } : { risk: "change", why: "adds a container" }))),
  delegated("explain", "Explains a type's fields.", ["recursive", "api-version=", "o,output="], read("reads the API's documentation")),
  delegated("api-resources", "Lists the API's types.", ["namespaced", "verbs=", "api-group=", "categories=", "cached", "no-headers", "sort-by=", "o,output="], read("lists types")),
  delegated("api-versions", "Lists the API's versions.", [], read("lists versions")),
  delegated("version", "Prints versions.", ["client", "o,output=", "short"], read("reads versions")),
  delegated("cluster-info", "Prints addresses of the cluster.", ["output-directory=", "A,all-namespaces", "namespaces=", "o,output=", "pod-running-timeout="], read("reads addresses")),
  delegated("auth whoami", "Says who you are.", ["o,output="], read("asks who you are")),
  delegated("config get-contexts", "Lists contexts.", ["no-headers", "o,output="], read("reads the kubeconfig")),
  delegated("config view", "Prints the kubeconfig.", ["minify", "flatten", "raw", "merge", ...OUTPUT], read("reads the kubeconfig")),
  delegated("config use-context", "Changes the current context of this machine.", [], always("change", "every later command without --context goes elsewhere; a run pins its targets and does not follow"), "NAME", 1),
  delegated("kustomize", "Prints what a folder makes.", ["enable-helm", "load-restrictor=", "o,output="], read("renders files")),
  delegated("argo rollouts", "Everything else of the Argo Rollouts plugin.", ["w,watch", "no-color", "timeout=", "to-revision=", "full", "skip-current-step", "skip-all-steps", "in="], (call) => (/^(?:get|list|status|lint|version)$/.test(call.positionals[0] ?? "") ? { risk: "read", why: "reads a rollout" } : /^(?:create|pause|restart|retry|set)$/.test(call.positionals[0] ?? "") ? { risk: "change", why: `${call.positionals[0] ?? "it"} changes a rollout` } : { risk: "undetermined", why: `what ${call.positionals[0] ?? "it"} does is not known` }), "COMMAND NAME", 1),
];

/** kubectl's verbs that a person on call uses. In-process ones are byte-identical to the real tool; the others go to the binary. */
export const KUBECTL: ToolSpec = {
  tool: "kubectl",
  style: "pflag",
  flags: flags("n,namespace=", "context=", "cache-dir=", "disable-compression", ...leftToBinary("kubeconfig=", "cluster=", "user=", "s,server=", "token=", "username=", "password=", "as=", "as-group=*", "as-uid=", "request-timeout=", "v,v=", "insecure-skip-tls-verify", "certificate-authority=", "client-certificate=", "client-key=", "tls-server-name=", "match-server-version", "warnings-as-errors", "h,help")),
  commands: [...IN_PROCESS, ...DELEGATED],
  destination: (call) => ({ kind: "kubernetes", context: flagText(call, "context"), namespace: flagText(call, "namespace") }),
};

/** Flags that would lead a call past the run's pinned targets. */
export const TARGET_FLAGS: readonly string[] = ["kubeconfig", "server", "cluster", "user", "token", "username", "password", "insecure-skip-tls-verify", "certificate-authority", "client-certificate", "client-key", "tls-server-name", "endpoint-url", "as", "as-group", "as-uid"];
