import type { Operation } from "../command/operation.ts";
import type { PutSettings } from "../ports.ts";
import { flagText, hasFlag } from "./failure.ts";

/** The words that `aws s3 cp` takes after these flags. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  sse: ["AES256", "aws:kms"],
  acl: ["private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"],
  "storage-class": ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"],
};

/** How a call's flags want an uploaded object to be kept; of a download they say nothing. */
export function keepingOf(operation: Operation): PutSettings {
  const encryption = hasFlag(operation, "sse") ? (flagText(operation, "sse") ?? "AES256") : undefined;
  return {
    encryption, kmsKeyId: flagText(operation, "sse-kms-key-id"), acl: flagText(operation, "acl"), storageClass: flagText(operation, "storage-class"),
    contentType: flagText(operation, "content-type"), contentEncoding: flagText(operation, "content-encoding"), cacheControl: flagText(operation, "cache-control"),
  };
}
