import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { PROTOCOL_VERSION, type KernelState } from "../core/protocol.ts";

const PROBE_LIMIT_MS = 2000;

/** A kernel that a state file tells of. One that is not alive ended without closing its run: the run can be resumed. */
export interface FoundKernel {
  readonly state: KernelState;
  readonly isAlive: boolean;
}

/** Kernels with a state file under a state root, oldest run first. A folder without a readable state file is passed over. */
export async function findKernels(stateRoot: string): Promise<readonly FoundKernel[]> {
  const found: FoundKernel[] = [];
  for (const name of (await listFolder(stateRoot)).toSorted()) {
    const state = await readKernelState(join(stateRoot, name, "kernel.json"));
    if (state !== undefined) found.push({ state, isAlive: await isListening(state.socket) });
  }
  return found;
}

/** Path of the world's state that a drill was started with; `undefined` for an incident. */
export async function readWorldStatePath(stateRoot: string, run: string): Promise<string | undefined> {
  const started: unknown = JSON.parse(await readFile(join(stateRoot, run, "start.json"), "utf8"));
  if (typeof started !== "object" || started === null || !("worldStatePath" in started)) return undefined;
  return typeof started.worldStatePath === "string" ? started.worldStatePath : undefined;
}

async function listFolder(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    // No run was ever started here.
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function readKernelState(path: string): Promise<KernelState | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    // Absent: the run ended. Half written by a kernel that was killed: the run cannot be attached to through it.
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isKernelState(value) ? value : undefined;
}

function isKernelState(value: unknown): value is KernelState {
  if (typeof value !== "object" || value === null) return false;
  const state: Partial<Record<keyof KernelState, unknown>> = value;
  return (
    state.protocol === PROTOCOL_VERSION && typeof state.pid === "number" && typeof state.socket === "string" && typeof state.run === "string" &&
    typeof state.runbookPath === "string" && (state.mode === "incident" || state.mode === "drill")
  );
}

/** True when something listens on the socket. A process id says less: it may be another's by now, or a zombie's. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(PROBE_LIMIT_MS, () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("connect", () => settle(true));
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
