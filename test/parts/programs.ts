import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The folders of the PATH, and where servers lie that ordinary users have no path to. */
export function machineFolders(): readonly string[] {
  return [...(process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""), "/usr/sbin", "/usr/local/sbin"];
}

/** The first program of that name in the folders; undefined when there is none. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The standard output of a short command; undefined when it could not be started or failed. */
export function outputOf(program: string, args: readonly string[], limitMs = 20_000): string | undefined {
  const ended = spawnSync(program, args, { encoding: "utf8", timeout: limitMs });
  return ended.status === 0 ? ended.stdout : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
