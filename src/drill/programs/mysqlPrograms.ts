import type { KubeObject, PodProgram, SqlServer, WorldClock } from "../contract.ts";

/** What the database's client programs need of the world around them. */
export interface MysqlProgramParts {
  readonly clock: WorldClock;
  /** The server that runs in a pod; `undefined` while none listens there. */
  serverOf(pod: KubeObject): SqlServer | undefined;
  /** How fast a pod's server takes a dump in, bytes per second of world time; `undefined` is at once. */
  restoreSpeedOf(pod: KubeObject): number | undefined;
}

/** The client programs of a database image, by the name they are called with. */
export function createMysqlPrograms(parts: MysqlProgramParts): Readonly<Record<string, PodProgram>> {
  const answersPing: PodProgram = async ({ pod, stdout, stderr }) => {
    const encoder = new TextEncoder();
    if (parts.serverOf(pod) !== undefined) {
      await stdout(encoder.encode("mysqld is alive\n"));
      return 0;
    }
    await stderr(encoder.encode("mysqladmin: connect to server at 'localhost' failed\n"));
    return 1;
  };
  return { mysqladmin: answersPing };
}
