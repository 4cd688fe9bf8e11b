import { readS3Address, type S3Address } from "../aws/paths.ts";
import type { PlannedOperation } from "../command/plan.ts";
import type { TargetSpec } from "../runbook/document.ts";
import { RuntimeError } from "../runtimeError.ts";
import { fails, ok, unknown, warns, type Check } from "./check.ts";
import type { Finding } from "./report.ts";

type AwsSpec = Extract<TargetSpec, { kind: "aws" }>;

/** What is to be found out of the store before an `aws s3` call: what it reads is there, where it writes can be listed. */
export function storageChecks({ operation, unresolved }: PlannedOperation, spec: AwsSpec): readonly Check[] {
  if (!operation.verb.startsWith("s3 ")) return [];
  const profile = operation.destination?.kind === "aws" ? (operation.destination.profile ?? spec.profile) : spec.profile;
  const region = operation.destination?.kind === "aws" ? (operation.destination.region ?? spec.region) : spec.region;
  const remote = operation.positionals.flatMap((word, index) => {
    const address = readS3Address(word);
    if (address === undefined || unresolved.some((part) => address.bucket.includes(part))) return [];
    return [{ address: withoutUnknown(address, unresolved), isWritten: operation.verb !== "s3 ls" && operation.verb !== "s3 rm" && index === 1, isWhole: !unresolved.some((part) => word.includes(part)) }];
  });
  const isTree = operation.flags["recursive"] === true || operation.verb === "s3 ls" || operation.verb === "s3 sync";
  return remote.map(({ address, isWritten, isWhole }) => {
    const isObject = !isWritten && !isTree && isWhole && address.key !== "" && !address.key.endsWith("/");
    const prefix = isWritten || isObject ? "" : address.key;
    const name = `s3://${address.bucket}/${isObject ? address.key : prefix}`;
    return {
      key: `s3|${profile ?? ""}|${region ?? ""}|${isObject ? "head" : isWritten ? "write" : "list"}|${name}`, kind: "storage", what: isObject ? name : isWritten ? `bucket ${address.bucket}` : `objects under ${name}`, target: spec,
      run: async ({ ports }, signal) => {
        const store = await ports.objectStore(profile, region);
        return ofStore(name, async () => {
          if (isObject) return ok(`is there, ${(await store.head(address.bucket, address.key, signal)).size} bytes`);
          const page = await store.list({ bucket: address.bucket, prefix, delimiter: undefined, token: undefined }, signal);
          if (isWritten) return ok("the bucket answers; that it takes the object is not tried");
          if (page.objects.length > 0 || page.prefixes.length > 0) return ok("holds objects");
          return warns(`there is nothing under ${name}`, "Correct the prefix, unless a step before writes there.");
        });
      },
    } satisfies Check;
  });
}

/** The part of a key before the first word that only the run knows. */
function withoutUnknown(address: S3Address, unresolved: readonly string[]): S3Address {
  const cut = Math.min(...unresolved.map((part) => address.key.indexOf(part)).filter((at) => at >= 0), address.key.length);
  return { bucket: address.bucket, key: address.key.slice(0, cut) };
}

/** Words a refusal of the store. */
async function ofStore(name: string, ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RuntimeError && error.code === "awsError")) throw error;
    const code = error.facts["code"] ?? "";
    const message = error.facts["message"] ?? error.message;
    switch (code) {
      case "404":
      case "NoSuchKey":
      case "NotFound":
        return fails(`there is no ${name}`, "Correct the key, or check that the step before writes it.");
      case "NoSuchBucket":
        return fails(`there is no bucket ${name.slice("s3://".length).split("/")[0] ?? ""}`, "Correct the bucket's name, or the profile and region of the target.");
      case "403":
      case "AccessDenied":
        return fails(`cannot read ${name} (${message})`, "Ask for the right to list the bucket and read its objects.");
      default:
        return unknown(`${name}: ${code} ${message}`.trim());
    }
  }
}
