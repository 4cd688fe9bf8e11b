import { curlMethod, curlUrl } from "../schema/curl.ts";
import { flagText, hasFlag } from "../schema/spec.ts";
import type { Operation } from "../operation.ts";
import { remark, withoutQuotes, type AdviceRule, type Remark, type StatementView } from "./view.ts";

/** Remarks about curl. */
export const adviseHttp: AdviceRule = (operation, view) => {
  if (operation.tool !== "curl") return [];
  const method = curlMethod(operation);
  const isSilent = hasFlag(operation, "silent") || hasFlag(operation, "no-progress-meter");
  const isPiped = view.operations.length > 1 || hasFlag(operation, "output");
  const host = /^https?:\/\/([^/:?#]+)/.exec(curlUrl(operation))?.[1] ?? "";
  const path = curlUrl(operation).replace(/^https?:\/\/[^/?#]+/, "");
  return [
    ...remark(!hasFlag(operation, "fail") && !hasFlag(operation, "fail-with-body"), "http-error-passes"),
    ...remark(!hasFlag(operation, "max-time"), "no-time-limit", { command: "curl", detail: ": it hangs where a load balancer swallows packets", cure: "Give it -m SECONDS." }),
    ...remark(!isSilent && isPiped, "progress-meter"),
    ...remark(!hasFlag(operation, "location") && (path === "" || path === "/"), "redirect-not-followed"),
    ...remark(!host.includes(".") && !["", "localhost"].includes(host), "in-cluster-address", { host }),
    ...remark(/\/api\/v1\/query/.test(path), "empty-result"),
    ...remark(/(?:^|\s)https?:\/\/[^\s"'?&]*\?[^\s&]*(?=\s|$)/.test(withoutQuotes(view.statement.text)), "glob-in-url"),
    ...(method === "POST" ? advisePost(operation, view) : []),
  ];
};

function advisePost(operation: Operation, view: StatementView): readonly Remark[] {
  const data = ["data", "data-raw", "data-binary", "data-ascii", "json"].flatMap((name) => [operation.flags[name] ?? []].flat().map(String)).join("&");
  const headers = [operation.flags["header"] ?? []].flat().map(String);
  const isLogin = /login|signin|token|auth/i.test(curlUrl(operation));
  const [unset] = view.unset;
  const isKept = /^\s*\w+=\$\(/.test(view.statement.text);
  return [
    ...remark(data === "", "empty-post"),
    ...remark(/"?(?:password|passwd|secret)"?\s*[:=]\s*"?[^"$\s]/i.test(data), "secret-in-text"),
    ...remark(/^\s*[{[]/.test(data) && !hasFlag(operation, "json") && !headers.some((header) => /^content-type:/i.test(header)), "form-encoded"),
    ...remark(data !== "" && !isLogin, "real-data"),
    ...remark(isLogin && /^for\b/.test(view.statement.text), "rate-limit-side-effect"),
    ...(isLogin && unset !== undefined && !isKept ? [{ code: "uncaptured-answer", facts: { name: unset }, fix: { title: `Keep the answer's token in $${unset}`, text: `${unset}=$(${view.statement.text} | jq -r .token)` } } as const] : []),
  ];
}

/** Remarks about jq behind another call. */
export const adviseJson: AdviceRule = (operation, view) => {
  if (operation.tool !== "jq") return [];
  const isText = view.statement.expectations.length > 0;
  return [
    ...remark(!hasFlag(operation, "exit-status"), "null-passes"),
    ...remark(isText && !hasFlag(operation, "raw-output") && flagText(operation, "from-file") === undefined, "quoted-output"),
  ];
};
