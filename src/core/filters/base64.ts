import type { ByteStream, Executor } from "../ports.ts";
import { isOn, joinBytes, openInputs, textFlag, writeText } from "./lines.ts";

/** Columns of a line of output unless `-w` says otherwise. */
const DEFAULT_WRAP = 76;

/** base64 of GNU coreutils: encodes, or decodes with `-d`. What was decoded before bad input is printed, as the tool does. */
export const base64: Executor = async (operation, io, ports, signal) => {
  const { inputs, missing } = await openInputs("base64", operation.positionals, io, ports);
  if (missing > 0) return 1;
  const source = inputs[0]?.stream;
  if (source === undefined) return 0;
  const [isLax, wrap] = [isOn(operation, "ignore-garbage"), Number(textFlag(operation, "wrap") ?? DEFAULT_WRAP)];
  if (!isOn(operation, "decode")) {
    await encode(source, wrap, (text) => writeText(io.stdout, text), signal);
    return 0;
  }
  const isWhole = await decode(source, isLax, io.stdout, signal);
  if (!isWhole) await writeText(io.stderr, "base64: invalid input\n");
  return isWhole ? 0 : 1;
};

async function encode(source: ByteStream, wrap: number, write: (text: string) => Promise<void>, signal: AbortSignal): Promise<void> {
  let rest = new Uint8Array();
  let column = 0;
  let isEmpty = true;
  const put = async (bytes: Uint8Array): Promise<void> => {
    const text = toBase64(bytes);
    if (text === "") return;
    isEmpty = false;
    if (wrap === 0) return write(text);
    let lines = "";
    for (const character of text) {
      if (column === wrap) {
        lines += "\n";
        column = 0;
      }
      lines += character;
      column += 1;
    }
    return write(lines);
  };
  for await (const chunk of source) {
    signal.throwIfAborted();
    const bytes = joinBytes([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.slice(whole);
    await put(bytes.subarray(0, whole));
  }
  await put(rest);
  if (wrap > 0 && !isEmpty) await write("\n");
}

/** False when the input is not base64 or ends in the middle of a group. */
async function decode(source: ByteStream, isLax: boolean, write: (chunk: Uint8Array) => Promise<void>, signal: AbortSignal): Promise<boolean> {
  let rest = "";
  for await (const chunk of source) {
    signal.throwIfAborted();
    const text = rest + [...chunk].map((byte) => String.fromCodePoint(byte)).join("").replaceAll(isLax ? /[^A-Za-z0-9+/=]/g : /\n/g, "");
    const bad = text.search(/[^A-Za-z0-9+/=]|=[^=]/);
    const usable = bad < 0 ? text : text.slice(0, bad);
    const whole = usable.length - (usable.length % 4);
    const group = usable.slice(0, whole);
    if (group !== "") await write(fromBase64(group));
    if (bad >= 0) {
      await write(fromBase64(partial(usable.slice(whole))));
      return false;
    }
    rest = usable.slice(whole);
  }
  if (rest !== "") await write(fromBase64(partial(rest)));
  return rest === "";
}

/** The characters of an unfinished group that make whole bytes. */
function partial(group: string): string {
  return group.length < 2 ? "" : group;
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCodePoint(byte);
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);
}
