import { flagText } from "../schema/spec.ts";
import { allBefore, remark, title, workloadOf, writtenFiles, type AdviceRule } from "./view.ts";

/** Remarks about kubectl's reads and waits. */
export const adviseReads: AdviceRule = (operation, view) => {
  switch (title(operation)) {
    case "kubectl get":
      return adviseGet(operation, view);
    case "kubectl describe":
      return [
        ...remark(true, "versioned-text", { verb: "describe" }),
        ...remark(/^(?:pvc|persistentvolumeclaims?)/.test(operation.positionals[0] ?? ""), "disk-use-not-shown"),
        ...remark(/^(?:pvc|persistentvolumeclaims?)$/.test(operation.positionals[0] ?? "") && operation.positionals.length > 1, "unverified-name", { name: operation.positionals[1] ?? "", hint: "a claim of a stateful set is called TEMPLATE-POD" }),
      ];
    case "kubectl logs":
      return adviseLogs(operation, view);
    case "kubectl wait":
      return remark(/^condition=/i.test(flagText(operation, "for") ?? ""), "wait-condition");
    case "kubectl rollout status":
      return [
        ...remark(true, "progress-deadline"),
        ...remark(flagText(operation, "timeout") === undefined, "no-time-limit", { command: "kubectl rollout status", detail: ": it follows (--watch is the default) until the progress deadline", cure: "Give it --timeout=…" }),
      ];
    case "kubectl rollout history":
      return remark(flagText(operation, "revision") === undefined, "no-change-cause");
    case "kubectl top":
      return remark(true, "metrics-needed");
    default:
      return [];
  }
};

const adviseGet: AdviceRule = (operation, view) => {
  const [type = ""] = operation.positionals;
  const output = flagText(operation, "output") ?? "";
  const isSaved = writtenFiles(view).length > 0;
  const isEvents = /^(?:ev|events?)$/.test(type);
  const selector = flagText(operation, "selector");
  // What a pipe takes back into the cluster comes out nowhere.
  const goesBack = !isSaved && view.operations.slice(view.operations.indexOf(operation) + 1).some(({ tool, verb }) => tool === "kubectl" && /^(?:patch|apply|create|replace|exec)\b/.test(verb));
  return [
    ...remark(isEvents && /lastTimestamp/.test(flagText(operation, "sort-by") ?? ""), "event-times"),
    ...remark(flagText(operation, "sort-by") !== undefined, "sort-reads-all"),
    ...remark(isEvents, "events-expire"),
    ...remark(isSaved && output === "", "table-loses-fields"),
    ...remark(isEvents && isSaved, "evidence-file"),
    ...remark(output.startsWith("jsonpath"), "jsonpath-output"),
    ...remark(selector !== undefined, "unverified-name", { name: `the label ${selector ?? ""}`, hint: "no pod matching is no error" }),
    ...remark(/\ball\b/.test(type) && /^(?:yaml|json)$/.test(output), "backup-incomplete"),
    ...remark(/\bsecrets?\b/.test(type) && /^(?:yaml|json)/.test(output) && !goesBack, "secrets-in-output"),
  ];
};

const adviseLogs: AdviceRule = (operation, view) => {
  const workload = workloadOf(operation);
  const isFollowing = operation.flags["follow"] === true;
  const hasMany = operation.flags["all-containers"] === true || operation.flags["selector"] !== undefined;
  const gone = workload === undefined ? undefined : allBefore(view).findLast((one) => title(one) === "kubectl scale" && workloadOf(one) === workload);
  return [
    ...remark(operation.flags["previous"] === true, "no-previous-log"),
    ...remark(workload !== undefined && operation.flags["selector"] === undefined, "one-pod-of-many", { target: operation.positionals[0] ?? "" }),
    ...remark(isFollowing && hasMany, "max-log-requests"),
    ...remark(hasMany && operation.flags["prefix"] === undefined, "lines-unmarked"),
    ...remark(gone !== undefined && Number(flagText(gone, "replicas")) === 0, "no-pods-left", { target: workload ?? "" }),
    ...remark(writtenFiles(view).length > 0, "evidence-file"),
  ];
};
