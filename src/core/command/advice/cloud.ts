import { hasFlag } from "../schema/spec.ts";
import { remark, title, writtenFiles, type AdviceRule } from "./view.ts";

/** Remarks about the object store, DNS and infrastructure. */
export const adviseCloud: AdviceRule = (operation, view) => {
  switch (title(operation)) {
    case "aws s3 ls":
      return [...remark(hasFlag(operation, "recursive"), "sorted-by-key"), ...remark(true, "local-time")];
    case "aws s3 cp":
      return adviseCopy(operation, view);
    case "aws route53 change-resource-record-sets": {
      const batch = /^file:\/\/([^/].*)$/.exec(String(operation.flags["change-batch"] ?? ""))?.[1];
      return [...remark(true, "dns-takes-time"), ...remark(batch !== undefined, "relative-path", { path: batch ?? "" }, batch)];
    }
    case "terraform":
      return [
        ...remark(["apply", "destroy", "state", "plan"].includes(operation.positionals[0] ?? ""), "state-lock"),
        ...remark(operation.positionals[0] === "state" && operation.positionals[1] === "pull", "secrets-in-output"),
      ];
    default:
      return [];
  }
};

const adviseCopy: AdviceRule = (operation, view) => {
  const [from = "", to = ""] = operation.positionals;
  const isDown = from.startsWith("s3://") && !to.startsWith("s3://") && to !== "-";
  const isUp = !from.startsWith("s3://") && to.startsWith("s3://") && from !== "-";
  const name = lastPart(from);
  return [
    ...remark(isDown, "download-place"),
    ...remark(isDown && writtenFiles(view).length === 0, "overwrites-file", { file: to.endsWith("/") ? to + name : to }),
    ...remark(isDown && view.objects !== undefined && ![...view.objects.written].some((pattern) => matches(name, pattern)), "object-unwritten"),
    ...remark(isUp && view.objects !== undefined && ![...view.objects.read].some((read) => matches(read, name)), "object-unread"),
    ...remark(/[*?[]/.test(from) && !from.startsWith("s3://"), "file-pattern", { pattern: from, command: "aws s3 cp" }, from),
  ];
};

/** The last part of a path or address. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a name fits a shell pattern with `*` and `?`. */
function matches(name: string, pattern: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}
