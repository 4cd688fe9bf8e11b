import type { ByteStream, ClockPort } from "../ports.ts";
import { isWorthRetrying, MAX_FAILURES, RETRY_MS } from "./watch.ts";

/** One way of asking for the log: from a second on (RFC 3339), or `undefined` as it was asked first. Rejects with the server's refusal. */
export type OpenLog = (sinceTime: string | undefined) => Promise<ByteStream>;

/** Where a followed log stands: the last line with a time, and how often it came in a row. */
interface Place {
  readonly line: Line & { readonly second: string };
  readonly count: number;
}

interface Line {
  /** Its time to the second; `undefined` where the line has none, as in a server's own remark. */
  readonly second: string | undefined;
  readonly bytes: Uint8Array;
  readonly textStart: number;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d) $/;
const TIME_BYTES = 37;
const LINE_FEED = 10;
const SPACE = 32;

/**
 * Whole lines of a log that the server sends with times, given out with or without them. A cut connection is opened again from the last
 * line's second on, and what comes up to that line is passed over: no line is lost or told twice. Ends when the server ends the log; rejects
 * with the signal's reason, with the server's refusal, or when the server stays out of reach.
 */
export async function* followLog(open: OpenLog, keepsTimes: boolean, clock: ClockPort, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let place: Place | undefined;
  let failures = 0;
  let body: ByteStream | undefined = await open(undefined);
  for (;;) {
    try {
      body ??= await open(place?.line.second);
      let known = place?.count ?? 0;
      for await (const line of timedLines(body)) {
        failures = 0;
        // A later second before the known line means that its file was rotated away.
        if (place !== undefined && known > 0 && !(line.second !== undefined && line.second > place.line.second)) {
          if (isSame(line, place.line)) known -= 1;
          continue;
        }
        known = 0;
        place = placeAfter(place, line);
        yield keepsTimes ? line.bytes : line.bytes.subarray(line.textStart);
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isWorthRetrying(error) || failures >= MAX_FAILURES) throw error;
      failures += 1;
      body = undefined;
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

function placeAfter(place: Place | undefined, line: Line): Place | undefined {
  if (line.second === undefined) return place;
  return { line: { ...line, second: line.second }, count: place !== undefined && isSame(line, place.line) ? place.count + 1 : 1 };
}

function isSame(one: Line, other: Line): boolean {
  return one.bytes.length === other.bytes.length && one.bytes.every((byte, index) => byte === other.bytes[index]);
}

/** A stream's lines with their line feeds; what a cut leaves of a line is not given, since it comes again. */
async function* timedLines(body: ByteStream): AsyncGenerator<Line> {
  const rest: Uint8Array[] = [];
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      rest.push(chunk.subarray(start, end + 1));
      yield lineOf(joined(rest.splice(0)));
      start = end + 1;
    }
    // A copy, since the chunk's memory may be used again.
    if (start < chunk.length) rest.push(chunk.slice(start));
  }
  if (rest.length > 0) yield lineOf(joined(rest));
}

function lineOf(bytes: Uint8Array): Line {
  const space = bytes.subarray(0, TIME_BYTES).indexOf(SPACE);
  const match = space < 0 ? null : TIME.exec(String.fromCharCode(...bytes.subarray(0, space + 1)));
  if (match === null) return { second: undefined, bytes, textStart: 0 };
  return { second: `${match[1] ?? ""}${match[2] ?? ""}`, bytes, textStart: space + 1 };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
