import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/**
 * Stands between the world and a server: it hands on the signals that it is told, ends with the server's exit code, and kills the server
 * when the world is gone, however that ended. Nobody has to look for processes by their number.
 */
const KEEPER = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
( while read -r signal <&3; do kill -"$signal" "$server"; done; kill -KILL "$server" ) 2>/dev/null & keeper=$!
wait "$server"; code=$?
kill "$keeper" 2>/dev/null
exit "$code"`;

/** A server of the world's on this machine, which ends with it. */
export class OwnedProcess {
  /** Resolves with the exit code once it has ended. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  /** Starts it in `folder`; what it prints goes to the file `log`. */
  constructor(argv: readonly string[], folder: string, log: string) {
    const output = openSync(log, "w", 0o600);
    this.#child = spawn("/bin/sh", ["-c", KEEPER, "sh", ...argv], { cwd: folder, stdio: ["pipe", output, output], env: { PATH: "/usr/bin:/bin", HOME: folder, TMPDIR: folder, LANG: "C.UTF-8" } });
    closeSync(output);
    // A keeper that has ended takes no signals any more; its end is told below.
    this.#child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", () => resolve(127));
      this.#child.once("exit", (code) => resolve(code ?? 137));
    });
  }

  /** Asks it to end, or ends it at once. */
  end(how: "terminated" | "killed"): void {
    this.#child.stdin?.write(how === "terminated" ? "TERM\n" : "KILL\n");
  }
}
