/** One line of a container's output. */
export interface LogLine {
  /** World epoch milliseconds. */
  readonly at: number;
  readonly text: string;
}

interface Run {
  readonly id: string;
  readonly lines: LogLine[];
  isOver: boolean;
}

/** The logs' part of a snapshot. */
export type LogSnapshot = readonly { readonly key: string; readonly runs: readonly { readonly id: string; readonly lines: readonly LogLine[]; readonly isOver: boolean }[] }[];

/** A kubelet keeps the running container's log and the one before it. */
const RUNS_KEPT = 2;
/** As a rotated log file would, the oldest lines go first. */
const LINES_KEPT = 20_000;

export interface LogFollower {
  line(line: LogLine): void;
  /** The container has ended (or its pod is gone): no line follows. */
  end(): void;
}

/** What containers have written, by run. */
export class ContainerLogs {
  readonly #runs = new Map<string, Run[]>();
  readonly #followers = new Map<string, Set<LogFollower>>();

  /** Begins a run with its container id. */
  start(uid: string, container: string, id: string): void {
    const key = `${uid}/${container}`;
    const runs = this.#runs.get(key) ?? [];
    runs.push({ id, lines: [], isOver: false });
    this.#runs.set(key, runs.slice(-RUNS_KEPT));
  }

  /** Appends to the newest run; nothing happens when none is running. */
  append(uid: string, container: string, line: LogLine): void {
    const run = this.#runs.get(`${uid}/${container}`)?.at(-1);
    if (run === undefined || run.isOver) return;
    run.lines.push(line);
    if (run.lines.length > LINES_KEPT) run.lines.shift();
    for (const follower of this.#followers.get(run.id) ?? []) follower.line(line);
  }

  end(uid: string, container: string): void {
    const run = this.#runs.get(`${uid}/${container}`)?.at(-1);
    if (run !== undefined) this.#finish(run);
  }

  /** The lines of the run with this container id; `undefined` when they are lost. */
  lines(uid: string, container: string, id: string): readonly LogLine[] | undefined {
    return this.#find(uid, container, id)?.lines;
  }

  /** Follows a run from now on; a run that is over ends the follower at once. The result stops following. */
  follow(uid: string, container: string, id: string, follower: LogFollower): () => void {
    const run = this.#find(uid, container, id);
    if (run === undefined || run.isOver) {
      follower.end();
      return () => undefined;
    }
    const followers = this.#followers.get(id) ?? new Set();
    followers.add(follower);
    this.#followers.set(id, followers);
    return () => followers.delete(follower);
  }

  /** A pod is gone: its logs are lost. */
  forget(uid: string): void {
    for (const [key, runs] of this.#runs) {
      if (!key.startsWith(`${uid}/`)) continue;
      for (const run of runs) this.#finish(run);
      this.#runs.delete(key);
    }
  }

  snapshot(): LogSnapshot {
    return [...this.#runs].map(([key, runs]) => ({ key, runs: runs.map((run) => ({ id: run.id, lines: [...run.lines], isOver: run.isOver })) }));
  }

  restore(snapshot: LogSnapshot): void {
    this.#runs.clear();
    for (const { key, runs } of snapshot) this.#runs.set(key, runs.map((run) => ({ id: run.id, lines: [...run.lines], isOver: run.isOver })));
  }

  #find(uid: string, container: string, id: string): Run | undefined {
    return this.#runs.get(`${uid}/${container}`)?.find((run) => run.id === id);
  }

  #finish(run: Run): void {
    run.isOver = true;
    for (const follower of this.#followers.get(run.id) ?? []) follower.end();
    this.#followers.delete(run.id);
  }
}
