import type { Executor } from "../ports.ts";
import { fail, writeText } from "./lines.ts";

const LINE = 64;

/** Calls of openssl that run here: `rand -base64 N` and `rand -hex N`. */
export function isOwnOpenssl(argv: readonly string[]): boolean {
  const [, verb, form, count, more] = argv;
  return verb === "rand" && (form === "-base64" || form === "-hex") && count !== undefined && more === undefined;
}

/** `openssl rand`: random bytes of the system's generator, in base64 (lines of 64) or hex. */
export const openssl: Executor = async (operation, io, ports) => {
  const [, , form, text = ""] = operation.argv;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count <= 0 || count > 2 ** 20) return fail(io, "Extra arguments given.\nrand: Use -help for summary.", 1);
  const bytes = ports.randomBytes(count);
  if (form === "-hex") await writeText(io.stdout, `${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}\n`);
  else {
    const encoded = btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
    await writeText(io.stdout, (encoded.match(new RegExp(`.{1,${String(LINE)}}`, "g")) ?? []).map((line) => `${line}\n`).join(""));
  }
  return 0;
};
