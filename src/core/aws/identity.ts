import { answering } from "./answer.ts";
import { failApi } from "./apiFailure.ts";
import { xmlText } from "./xml.ts";

/** `aws sts get-caller-identity`: account, user and role. */
export const callerIdentity = answering(async ({ api, io, print, signal }) => {
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const answer = await api.request({ service: "sts", method: "POST", path: "/", contentType: "application/x-www-form-urlencoded; charset=utf-8", body }, signal);
  if (answer.status >= 300) return await failApi(io, "GetCallerIdentity", answer);
  await print("GetCallerIdentity", { UserId: xmlText(answer.text, "UserId") ?? "", Account: xmlText(answer.text, "Account") ?? "", Arn: xmlText(answer.text, "Arn") ?? "" });
  return 0;
});
