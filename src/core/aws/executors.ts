import type { Executor } from "../ports.ts";
import { copyObject } from "./copy.ts";
import { callerIdentity } from "./identity.ts";
import { listObjects } from "./list.ts";
import { changeRecords, getChange, waitForChange } from "./route53.ts";
import { listRecords, listZones } from "./route53Lists.ts";

/** Executors of the AWS command line by verb. */
export const awsExecutors: Readonly<Record<string, Executor>> = {
  "s3 ls": listObjects,
  "s3 cp": copyObject,
  "sts get-caller-identity": callerIdentity,
  "route53 list-hosted-zones": listZones,
  "route53 list-resource-record-sets": listRecords,
  "route53 change-resource-record-sets": changeRecords,
  "route53 get-change": getChange,
  "route53 wait resource-record-sets-changed": waitForChange,
};
