import { flagText } from "../schema/spec.ts";
import { allBefore, remark, title, workloadOf, type AdviceRule, type Remark } from "./view.ts";

/** Remarks about kubectl's changes. */
export const adviseChanges: AdviceRule = (operation, view) => {
  switch (title(operation)) {
    case "kubectl delete":
      return [
        ...remark(flagText(operation, "timeout") === undefined && operation.flags["wait"] !== false, "delete-waits"),
        ...remark(/^(?:po|pods?)(?:$|\/)/.test(operation.positionals[0] ?? ""), "evidence-kept"),
        ...remark(true, "versioned-text", { verb: "delete" }),
      ];
    case "kubectl scale":
      return adviseScale(operation, view);
    case "kubectl set env":
      return [...startsRollout(operation, view), ...remark(operation.flags["containers"] === undefined, "every-container"), ...remark(true, "replaces-value")];
    case "kubectl set image":
      return [...startsRollout(operation, view), ...adviseImages(operation, view), ...remark(true, "replaces-value")];
    case "kubectl rollout restart":
      return adviseRestart(operation, view);
    case "kubectl rollout undo":
      return adviseUndo(operation, view);
    case "kubectl apply":
      return adviseApply(operation, view);
    case "kubectl create":
    case "kubectl patch":
      return remark(operation.positionals[0]?.startsWith("secret") === true, "secret-needs-restart");
    case "kubectl argo rollouts":
    case "kubectl argo rollouts abort":
    case "kubectl argo rollouts get":
    case "kubectl argo rollouts promote":
    case "kubectl argo rollouts status":
    case "kubectl argo rollouts undo":
      return [
        ...remark(true, "plugin-needed"),
        ...remark(true, "rollout-kind"),
        ...remark(operation.verb.endsWith("undo") && flagText(operation, "to-revision") === undefined, "undo-toggles"),
      ];
    default:
      return [];
  }
};

const adviseScale: AdviceRule = (operation) => {
  const isNone = Number(flagText(operation, "replicas")) === 0;
  const target = operation.positionals.join("/");
  return [...remark(isNone, "evidence-lost", { target }), ...remark(isNone, "replicas-not-recorded")];
};

const startsRollout: AdviceRule = (operation) => remark(operation.flags["list"] === undefined, "starts-rollout", { command: title(operation), target: workloadOf(operation) ?? operation.positionals[0] ?? "" });

const adviseImages: AdviceRule = (operation) =>
  operation.positionals.filter((word) => word.includes("=")).flatMap((word): readonly Remark[] => {
    const [container = "", image = ""] = word.split("=", 2);
    const tag = /:([^:/@$]+)$/.exec(image)?.[1];
    return [
      ...remark(container !== "*", "unverified-name", { name: `the container ${container}`, hint: "kubectl says \"unable to find container named\"" }),
      ...remark(tag !== undefined, "fixed-tag", { text: image }, image),
    ];
  });

const adviseRestart: AdviceRule = (operation, view) => {
  const workload = workloadOf(operation);
  const rolled = allBefore(view).findLast((one) => /^kubectl set (?:env|image|resources)$/.test(title(one)) && one.flags["list"] === undefined && workloadOf(one) === workload);
  return [
    ...remark(rolled !== undefined && workload !== undefined, "double-rollout", { target: workload ?? "", before: rolled === undefined ? "" : title(rolled) }),
    ...remark(true, "restart-refused"),
    ...startsRollout(operation, view),
  ];
};

const adviseUndo: AdviceRule = (operation, view) => {
  const workload = workloadOf(operation);
  const isNamed = flagText(operation, "to-revision") !== undefined;
  const inCell = view.before.flatMap((statement) => statement.operations).some(({ operation: one }) => title(one) === "kubectl rollout undo" && workloadOf(one) === workload);
  return [
    ...remark(!isNamed, "undo-toggles"),
    ...remark(true, "undo-limits"),
    ...remark(isNamed, "revision-may-be-gone"),
    ...remark(inCell, "alternatives-in-cell", { target: workload ?? "" }),
  ];
};

const adviseApply: AdviceRule = (operation, view) => {
  const files = [operation.flags["filename"] ?? []].flat().map(String);
  const isMade = allBefore(view).some((one) => one.tool === "terraform" && one.positionals[0] === "apply");
  const isAwaited = view.after.flatMap((statement) => statement.operations).some(({ operation: one }) => /^kubectl (?:wait|rollout status)$/.test(title(one)));
  const secret = files.find((file) => /secret/i.test(file));
  return [
    ...files.filter((file) => file !== "-" && !file.startsWith("/") && !file.includes("://")).flatMap((file) => remark(true, "relative-path", { path: file }, file)),
    ...remark(secret !== undefined, "secret-file", { file: secret ?? "" }, secret),
    ...remark(isMade && flagText(operation, "context") === undefined, "stale-target"),
    ...remark(!isAwaited, "no-wait-after-apply"),
  ];
};
