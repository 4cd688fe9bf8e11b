/** What flags mean, one line each, by tool and long name. A flag that is not here is shown by its name alone. */
const MEANINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kubectl: {
    "all-containers": "All containers of the pod.", "all-namespaces": "Every namespace.", all: "Every object of the type in the namespace.", cascade: "What becomes of the objects that it owns: background, foreground or orphan.", container: "The container in the pod.", context: "The cluster and user of the kubeconfig. A run pins its targets; another context than theirs is refused.",
    "current-replicas": "Only when that many replicas are wanted now.", "dry-run": "server: the server tries it and changes nothing. client: only prints what would be sent.", env: "A variable to set, NAME=VALUE.", "field-manager": "The name under which the server keeps whose fields these are.", "field-selector": "Objects whose fields have these values.", filename: "A file or folder with objects.", follow: "Goes on printing what comes.", for: "What to wait for: condition=NAME, delete, create, or jsonpath=….",
    force: "Deletes at once, without waiting for the node: a pod may still run beside its successor.", "force-conflicts": "Takes fields over from others who manage them.", "from-literal": "A key with its value, KEY=VALUE.", "grace-period": "Seconds to end in by itself.", "ignore-not-found": "What is not there is no failure.", kustomize: "A folder that kustomize builds.", "label-columns": "Labels that are shown as columns.", "limit-bytes": "At most that many bytes of the log.", list: "Only lists.", namespace: "The namespace. Without it, the target's own.", "no-headers": "No heading line.", now: "Deletes with a second's grace.",
    output: "How it is printed: wide, name, json, yaml, jsonpath=….", overwrite: "Existing values are replaced.", patch: "The patch, as JSON or YAML.", "patch-file": "A file with the patch.", prefix: "Each line with its pod and container.", previous: "The log of the container before this one.", prune: "Deletes what the files no longer hold.", replicas: "The number of pods that are wanted.", revision: "The revision to look at.", selector: "Objects with these labels: app=web,tier!=db.", "server-side": "The server merges, and keeps whose fields are whose.", "show-labels": "Labels as the last column.", since: "Only what is newer than this: 30s, 5m, 1h.", "since-time": "Only what is newer than this time (RFC 3339).",
    "sort-by": "Sorted by a JSONPath, or by cpu or memory.", stdin: "Hands standard input to the program.", tail: "Only the last lines of the log.", timeout: "How long to wait at most: 30s, 5m.", timestamps: "Each line with its time.", "to-revision": "The revision to go back to; 0 is the one before.", tty: "A terminal. Left out here: there is none in a notebook.", type: "How the patch is merged: strategic, merge or json.", types: "Kinds of events: Normal, Warning.", wait: "Waits until the objects are gone.", watch: "Goes on printing changes.", "delete-emptydir-data": "Also pods whose emptyDir data is lost.", "ignore-daemonsets": "Leaves pods of daemon sets where they are.",
  },
  aws: {
    "change-batch": "The changes, as JSON or file://PATH.", delete: "Removes at the destination what the source does not have.", dryrun: "Says what would be copied and copies nothing.", exclude: "Leaves out what matches.", "hosted-zone-id": "The zone that is changed.", "human-readable": "Sizes in KiB, MiB, GiB.", id: "The change.", include: "Takes what matches again after --exclude.", "no-progress": "No progress lines.", "only-show-errors": "Prints errors alone.", output: "json, text or table.", profile: "The account and role. A run pins its targets.", query: "A part of the answer, by JMESPath.", quiet: "Prints nothing.", recursive: "Everything under the prefix or folder.", region: "The region.", summarize: "Count and size at the end.",
  },
  curl: {
    "connect-timeout": "Seconds until the connection must stand.", data: "What is sent; the method becomes POST.", fail: "An answer of 400 and more is a failure (exit code 22).", get: "Sends the data as the address's query.", head: "Only asks for the headers.", header: "A header to send.", include: "Prints the headers too.", insecure: "Trusts any certificate.", location: "Follows redirects.", "max-time": "Seconds for the whole call.", output: "Writes the body to a file.", request: "The method.", resolve: "HOST:PORT:ADDRESS to use instead of asking DNS.", retry: "So many more tries.", silent: "No progress, no error text.", "show-error": "Error text also when silent.", user: "Name and password.", "write-out": "Prints this afterwards: %{http_code}.",
  },
};

/** What a flag means; empty where the table does not say. */
export function flagMeaning(tool: string, name: string): string {
  return MEANINGS[tool]?.[name] ?? "";
}

/** Values that a flag may have, where there are few; empty where any text may stand. */
export function flagChoices(tool: string, verb: string, name: string): readonly string[] {
  const key = `${tool} ${name}`;
  switch (key) {
    case "kubectl output":
      return verb === "get" ? ["wide", "name", "json", "yaml", "jsonpath='{}'"] : ["name", "json", "yaml"];
    case "kubectl dry-run":
      return ["server", "client", "none"];
    case "kubectl cascade":
      return ["background", "foreground", "orphan"];
    case "kubectl type":
      return verb === "patch" ? ["strategic", "merge", "json"] : [];
    case "kubectl types":
      return ["Warning", "Normal"];
    case "kubectl for":
      return verb === "wait" ? ["condition=Ready", "condition=Available", "condition=Complete", "delete", "create", "jsonpath='{}'="] : [];
    case "kubectl sort-by":
      return verb === "top" ? ["cpu", "memory"] : [".metadata.creationTimestamp", ".metadata.name", ".lastTimestamp"];
    case "aws output":
      return ["json", "text", "table"];
    case "curl request":
      return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    default:
      return [];
  }
}
