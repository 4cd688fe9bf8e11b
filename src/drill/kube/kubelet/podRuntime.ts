/** What the kubelet must remember about one container beyond its status. Plain data: it is part of the snapshot. */
export interface ContainerRuntime {
  readonly name: string;
  readonly isInit: boolean;
  /**
   * `idle` has not begun; `pulling` waits for the image; `creating` for the start; `running`; `exiting` runs but is doomed to end at
   * `dueAt`; `exited` has ended and waits to be noticed; `backOff` waits to restart; `imageBackOff` to pull again; `done` stays ended.
   */
  stage: "idle" | "pulling" | "creating" | "running" | "exiting" | "exited" | "backOff" | "imageBackOff" | "done";
  /** World epoch milliseconds of the next step; `undefined` when only an outside change moves it. */
  dueAt: number | undefined;
  /** The present crash or pull back-off; 0 before the first failure. */
  backOffMs: number;
  pullStartedAt: number;
  startedAt: number;
  /** When the process has finished starting. */
  readyAt: number;
  /** Lines the process will still write by itself. */
  pendingLog: { readonly at: number; readonly text: string }[];
  /** How an `exiting` process ends. */
  ending: { readonly exitCode: number; readonly reason: string } | undefined;
  nextProbeAt: number;
  failedProbes: number;
  isReady: boolean;
  /** What the process was given at its start: a Secret that changes later does not reach it. */
  environment: Readonly<Record<string, string>>;
}

/** One pod on its node. */
export interface PodRuntime {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** `setup` prepares volumes and network; `terminating` waits for the processes to stop. */
  stage: "setup" | "running" | "terminating";
  dueAt: number | undefined;
  /** Why the set-up does not get on, last reported. */
  complaint: string | undefined;
  readonly containers: ContainerRuntime[];
}

/** A container that has not begun. */
export function newContainerRuntime(name: string, isInit: boolean): ContainerRuntime {
  return {
    name,
    isInit,
    stage: "idle",
    dueAt: undefined,
    backOffMs: 0,
    pullStartedAt: 0,
    startedAt: 0,
    readyAt: 0,
    pendingLog: [],
    ending: undefined,
    nextProbeAt: 0,
    failedProbes: 0,
    isReady: false,
    environment: {},
  };
}
