import type { Executor } from "../ports.ts";
import { flagText, writeText } from "./failure.ts";
import { failApi } from "./apiFailure.ts";
import { xmlText } from "./xml.ts";

/** `aws sts get-caller-identity`: account, user and role, as JSON. */
export const callerIdentity: Executor = async (operation, io, ports, signal) => {
  const api = await ports.awsApi(flagText(operation, "profile"), flagText(operation, "region"));
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const answer = await api.request({ service: "sts", method: "POST", path: "/", contentType: "application/x-www-form-urlencoded; charset=utf-8", body }, signal);
  if (answer.status >= 300) return await failApi(io, "GetCallerIdentity", answer);
  const found = { UserId: xmlText(answer.text, "UserId") ?? "", Account: xmlText(answer.text, "Account") ?? "", Arn: xmlText(answer.text, "Arn") ?? "" };
  await writeText(io.stdout, `${JSON.stringify(found, undefined, 4)}\n`);
  return 0;
};
