import type { ByteSink, ByteStream } from "../../../core/ports.ts";

interface Ends {
  readonly stdin: ByteStream;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly signal: AbortSignal;
}

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const DELETE = 0x7f;

/** A line discipline between a client's raw terminal and a program: echo, line editing, `Ctrl-C`, `Ctrl-D`, and CR before each LF. */
export function terminal(ends: Ends): Ends {
  const interrupt = new AbortController();
  const stdout: ByteSink = (chunk) => ends.stdout(withCarriageReturns(chunk));
  return { stdin: lines(ends.stdin, stdout, interrupt), stdout, stderr: stdout, signal: AbortSignal.any([ends.signal, interrupt.signal]) };
}

function withCarriageReturns(chunk: Uint8Array): Uint8Array {
  const extra = chunk.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  if (extra === 0) return chunk;
  const result = new Uint8Array(chunk.length + extra);
  let at = 0;
  for (const byte of chunk) {
    if (byte === 0x0a) {
      result[at] = 0x0d;
      at += 1;
    }
    result[at] = byte;
    at += 1;
  }
  return result;
}

async function* lines(source: ByteStream, echo: ByteSink, interrupt: AbortController): AsyncGenerator<Uint8Array> {
  let line: number[] = [];
  for await (const chunk of source) {
    for (const byte of chunk) {
      if (byte === CTRL_C) {
        await echo(Buffer.from("^C\n"));
        interrupt.abort();
        return;
      }
      if (byte === CTRL_D) {
        if (line.length === 0) return;
        yield Uint8Array.from(line);
        line = [];
      } else if (byte === BACKSPACE || byte === DELETE) {
        if (line.pop() !== undefined) await echo(Buffer.from("\b \b"));
      } else if (byte === 0x0d || byte === 0x0a) {
        await echo(Buffer.from("\n"));
        yield Uint8Array.from([...line, 0x0a]);
        line = [];
      } else {
        line.push(byte);
        await echo(Uint8Array.of(byte));
      }
    }
  }
  if (line.length > 0) yield Uint8Array.from(line);
}
