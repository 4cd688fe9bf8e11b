/**
 * What a sample counts for at most, milliseconds. Samples are a fraction of it apart: more lies between two of them only where the machine
 * ran something else, and what held the thread then was not the code.
 */
const LONGEST_SAMPLE_MS = 10;

/** What the V8 profiler gives, as far as it is read here. */
export interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly url: string; readonly functionName: string }; readonly children?: readonly number[] }[];
  /** Ids of nodes, one a sample. */
  readonly samples: readonly number[];
  /** Microseconds of the monotonic clock, when it began; and before each sample. */
  readonly startTime: number;
  readonly timeDeltas: readonly number[];
}

/** A stretch of time in which some code held its thread without a break. */
export interface Block {
  readonly ms: number;
  /** Milliseconds of the monotonic clock. */
  readonly from: number;
  readonly to: number;
  /** What was collected of garbage in between, beside it: whoever allocated that, and when it comes, is not the code's to say. */
  readonly collectingMs: number;
  /** The outermost function of that code that took most of it. */
  readonly by: string;
}

/** The stretches in which the thread was in code of files that match, or in what this called, longest first. */
export function blocksOf(profile: Profile, isOurs: (url: string) => boolean): readonly Block[] {
  const outermost = outermostFunctions(profile, isOurs);
  const collectors = new Set(profile.nodes.filter(({ callFrame }) => callFrame.functionName === "(garbage collector)").map(({ id }) => id));
  const blocks: Block[] = [];
  let open: { readonly own: Map<string, number>; collectingMs: number; readonly from: number } | undefined;
  let now = profile.startTime / 1000;
  const close = (): void => {
    const [longest] = [...(open?.own ?? [])].toSorted((a, b) => b[1] - a[1]);
    if (open !== undefined && longest !== undefined) blocks.push({ ms: [...open.own.values()].reduce((sum, ms) => sum + ms, 0), from: open.from, to: now, collectingMs: open.collectingMs, by: longest[0] });
    open = undefined;
  };
  for (const [index, sample] of profile.samples.entries()) {
    now += (profile.timeDeltas[index] ?? 0) / 1000;
    const ms = Math.min(LONGEST_SAMPLE_MS, (profile.timeDeltas[index + 1] ?? 0) / 1000);
    const name = outermost.get(sample);
    if (name !== undefined) {
      open ??= { own: new Map(), collectingMs: 0, from: now };
      open.own.set(name, (open.own.get(name) ?? 0) + ms);
    } else if (open !== undefined && collectors.has(sample)) open.collectingMs += ms;
    else close();
  }
  close();
  return blocks.toSorted((a, b) => b.ms - a.ms);
}

/** By node: the name of our function nearest to the root of its stack; none where no function of ours is in it. */
function outermostFunctions({ nodes }: Profile, isOurs: (url: string) => boolean): ReadonlyMap<number, string> {
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const found = new Map<number, string>();
  for (const { id } of nodes) {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frames.get(at);
      if (frame !== undefined && isOurs(frame.url)) found.set(id, frame.functionName === "" ? "(anonymous)" : frame.functionName);
    }
  }
  return found;
}
