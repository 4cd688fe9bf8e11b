import type { Executor } from "../ports.ts";
import { copyObject } from "./copy.ts";
import { listObjects } from "./list.ts";

/** Executors of the AWS command line by verb. */
export const awsExecutors: Readonly<Record<string, Executor>> = {
  "s3 ls": listObjects,
  "s3 cp": copyObject,
};
