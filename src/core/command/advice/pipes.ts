import type { Operation } from "../operation.ts";
import { remark, title, writtenFiles, type AdviceRule, type Remark, type StatementView } from "./view.ts";
import { placeholderIn } from "../../runbook/parameters.ts";

/** Remarks about pipes, files and the shell. */
export const adviseShell = (view: StatementView): readonly Remark[] => {
  const { operations, statement, before } = view;
  const [first] = operations;
  const filter = operations.find((one) => ["grep", "egrep"].includes(one.tool));
  const cut = operations.find((one) => one.tool === "tail");
  const isTable = first !== undefined && /^kubectl (?:get|top|events)$/.test(title(first)) && !/^(?:json|yaml|name|jsonpath)/.test(String(first.flags["output"] ?? ""));
  const isFollowed = first?.tool === "kubectl" && first.flags["follow"] === true;
  const taker = operations.length > 1 ? (filter ?? cut) : undefined;
  const last = before.at(-1);
  return [
    ...remark(isTable && taker !== undefined && first.flags["no-headers"] === undefined, "header-filtered", { command: taker?.tool ?? "" }),
    ...remark(filter !== undefined && filter.flags["count"] === undefined, "no-match-exit"),
    ...remark(isFollowed && filter !== undefined && filter.flags["line-buffered"] === undefined, "grep-buffers"),
    ...remark(filter !== undefined && filter.flags["extended-regexp"] === undefined && filter.tool === "grep" && patterns(filter).some((pattern) => pattern.includes("\\|")), "gnu-regex"),
    ...remark(operations.length > 1 && operations.some((one) => ["gunzip", "gzip", "zcat", "xz", "zstd"].includes(one.tool) || one.inner?.tool.includes("dump") === true), "pipefail", { first: operations[0]?.inner?.tool ?? operations[0]?.tool ?? "" }),
    ...writtenFiles(view).flatMap((file) => remark(!/%H|%s|\d{6}/.test(file.includes("$(") ? statement.text : file), "overwrites-file", { file })),
    ...remark(/^for\b/.test(statement.text) && /\{-?\w+\.\.-?\w+\}/.test(statement.text), "bash-only", {}, /\{-?\w+\.\.-?\w+\}/.exec(statement.text)?.[0]),
    ...remark(/^for\b/.test(statement.text) && statement.expectations.length > 0, "loop-expectation"),
    ...remark(last !== undefined && first !== undefined && first.risk === "read" && last.text.trim() === statement.text.trim(), "repeated-call"),
  ];
};

function patterns(operation: Operation): readonly string[] {
  const given = operation.flags["regexp"];
  return Array.isArray(given) ? given : operation.positionals.slice(0, 1);
}

const MONTH = "(?:0[1-9]|1[0-2])";
const FIXED_DATE = new RegExp(String.raw`\b20\d\d-${MONTH}-[0-3]\d(?:-\d{4})?\b|\b20\d\d${MONTH}[0-3]\d\b`);

/** Remarks about fixed and made-up values in an operation's words. */
export const adviseValues: AdviceRule = (operation) => {
  const words = operation.argv.join(" ");
  const date = operation.tool === "aws" ? FIXED_DATE.exec(words)?.[0] : undefined;
  const placeholder = placeholderIn(words);
  return [
    ...remark(date !== undefined, "fixed-date", { text: date ?? "" }, date),
    ...remark(placeholder !== undefined, "placeholder", { text: placeholder ?? "" }, placeholder),
  ];
};
