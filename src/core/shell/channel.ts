import type { ByteSink, ByteStream } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/** Bytes a channel holds before its writer waits. A pipe of Linux holds as many. */
const CHANNEL_CAPACITY = 64 * 1024;

/** A bounded pipe between two calls: one writer, one reader, no timers. */
export interface Channel {
  /** Resolves once there is room for more; rejects with `RuntimeError` `brokenPipe` when the reader has gone. */
  readonly sink: ByteSink;
  /** Ends when the writer ends; rejects with the writer's error. Leaving the loop early breaks the pipe. */
  readonly stream: ByteStream;
  /** No more bytes come; with an error, the reader gets the error after what is buffered. */
  end(error?: Error): void;
  /** The reader wants no more: waiting and later writes reject. */
  close(): void;
}

interface State {
  readonly chunks: Uint8Array[];
  size: number;
  isEnded: boolean;
  error: Error | undefined;
  isClosed: boolean;
  wakeReader: (() => void) | undefined;
  wakeWriter: (() => void) | undefined;
}

/** Creates a channel that holds about `capacity` bytes; one chunk larger than that passes alone. */
export function createChannel(capacity: number = CHANNEL_CAPACITY): Channel {
  const state: State = { chunks: [], size: 0, isEnded: false, error: undefined, isClosed: false, wakeReader: undefined, wakeWriter: undefined };
  const close = (): void => {
    state.isClosed = true;
    state.chunks.length = 0;
    state.size = 0;
    wake(state, "wakeWriter");
  };
  return {
    sink: (chunk) => write(state, chunk, capacity),
    stream: { [Symbol.asyncIterator]: () => read(state, close) },
    end: (error) => {
      state.isEnded = true;
      state.error ??= error;
      wake(state, "wakeReader");
    },
    close,
  };
}

async function write(state: State, chunk: Uint8Array, capacity: number): Promise<void> {
  if (state.isClosed || state.isEnded) throw brokenPipe();
  if (chunk.byteLength === 0) return;
  state.chunks.push(chunk);
  state.size += chunk.byteLength;
  wake(state, "wakeReader");
  while (state.size >= capacity && !state.isClosed) {
    await new Promise<void>((resolve) => {
      // A writer that does not wait for its own promises has several writes here: all of them wake.
      const earlier = state.wakeWriter;
      state.wakeWriter = () => {
        earlier?.();
        resolve();
      };
    });
  }
  if (state.isClosed) throw brokenPipe();
}

async function* read(state: State, close: () => void): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const chunk = state.chunks.shift();
      if (chunk !== undefined) {
        state.size -= chunk.byteLength;
        wake(state, "wakeWriter");
        yield chunk;
      } else if (state.isEnded || state.isClosed) {
        if (state.error !== undefined) throw state.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          state.wakeReader = resolve;
        });
      }
    }
  } finally {
    close();
  }
}

function wake(state: State, side: "wakeReader" | "wakeWriter"): void {
  const call = state[side];
  state[side] = undefined;
  call?.();
}

function brokenPipe(): RuntimeError {
  return new RuntimeError("brokenPipe", "Writing to a pipe: its reader has gone");
}
