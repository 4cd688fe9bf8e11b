import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** A desktop VS Code on this machine. */
export interface DesktopVsCode {
  /** The program that opens windows. */
  readonly program: string;
  /** The `code` command beside it; undefined where only the program was named. */
  readonly commandLine: string | undefined;
  /** Put before the program where there is no display, for tests. */
  readonly wrapper: readonly string[];
}

/** Finds `VSCODE_PATH` or the program behind `code` on the PATH; undefined where there is none that can show a window. */
export function findDesktop(environment: NodeJS.ProcessEnv = process.env): DesktopVsCode | undefined {
  const wrapper = displayWrapper(environment);
  if (wrapper === undefined) return undefined;
  const named = environment["VSCODE_PATH"];
  if (named !== undefined && named !== "") return { program: named, commandLine: commandLineBeside(named), wrapper };
  const code = findProgram("code", environment);
  if (code === undefined) return undefined;
  // /usr/share/code/bin/code stands beside /usr/share/code/code; on a Mac the command lies in Contents/Resources/app/bin.
  const home = dirname(dirname(realpathSync(code)));
  const candidates = [join(home, "code"), join(home, "../../MacOS/Code"), join(home, "../../MacOS/Electron")];
  const program = candidates.find((candidate) => existsSync(candidate));
  return program === undefined ? undefined : { program, commandLine: code, wrapper };
}

function commandLineBeside(program: string): string | undefined {
  return [join(dirname(program), "bin/code"), join(dirname(program), "../Resources/app/bin/code")].find((path) => existsSync(path));
}

function displayWrapper(environment: NodeJS.ProcessEnv): readonly string[] | undefined {
  if (process.platform !== "linux" || environment["DISPLAY"] !== undefined || environment["WAYLAND_DISPLAY"] !== undefined) return [];
  const virtual = findProgram("xvfb-run", environment);
  return virtual === undefined ? undefined : [virtual, "-a"];
}

function findProgram(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  return (environment["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
