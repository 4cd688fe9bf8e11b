import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** The format that the AWS command line would print in: the environment's, else the profile's; `undefined` where neither says one. */
export async function outputFormatOf(profile: string | undefined, environment: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const { AWS_DEFAULT_OUTPUT: format, AWS_DEFAULT_PROFILE: first, AWS_PROFILE: second, AWS_CONFIG_FILE: file } = environment;
  if (format !== undefined && format !== "") return format;
  return settingOf(await readConfig(file ?? join(environment["HOME"] ?? homedir(), ".aws", "config")), profile ?? first ?? second ?? "default", "output");
}

/** A missing file has no settings. */
async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** A key of a profile's section (`[default]`, `[profile NAME]`); settings below a key (`s3 =`) are indented and none of the profile's own. */
function settingOf(config: string, profile: string, key: string): string | undefined {
  let isOwn = false;
  let found: string | undefined;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\[\s*(?:profile\s+)?(["']?)(.*?)\1\s*\]/.exec(line)?.[2];
    if (section !== undefined) isOwn = section === profile;
    const [, name, value] = /^([^\s=#;]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isOwn && name === key) found = value;
  }
  return found === "" ? undefined : found;
}
