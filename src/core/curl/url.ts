import { curlFailure, type CurlFailure } from "./failure.ts";

/** An address as curl understands it, or why it does not. */
export type CurlUrl = { readonly kind: "url"; readonly url: string } | { readonly kind: "failure"; readonly failure: CurlFailure } | { readonly kind: "glob" };

/** Adds curl's default scheme and refuses what curl refuses. `glob` is a set or range that stands for several addresses. */
export function readCurlUrl(text: string, isGlobOff: boolean): CurlUrl {
  const globbed = isGlobOff ? undefined : findGlob(text);
  if (globbed !== undefined) return globbed;
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const scheme = withScheme.slice(0, withScheme.indexOf(":")).toLowerCase();
  if (scheme !== "http" && scheme !== "https") return { kind: "failure", failure: curlFailure(1, `Protocol "${scheme}" not supported or disabled in libcurl`) };
  if (/[\s\u0000-\u001f\u007f]/.test(withScheme) || /^https?:\/\/(?:[/?#]|$)/i.test(withScheme)) return malformed();
  try {
    return { kind: "url", url: new URL(withScheme).href };
  } catch {
    // Whatever the parser dislikes, curl has one answer for.
    return malformed();
  }
}

function malformed(): CurlUrl {
  return { kind: "failure", failure: curlFailure(3, "URL using bad/illegal format or missing URL") };
}

/** curl's globbing: `{a,b}` sets and `[1-9]` ranges. An IPv6 address in brackets is none. */
function findGlob(text: string): CurlUrl | undefined {
  let isGlob = false;
  // curl does not count the closing brace of a set into the position that it reports.
  let sets = 0;
  for (let index = 0; index < text.length; index += 1) {
    const rest = text.slice(index);
    if (rest.startsWith("\\")) index += 1;
    else if (rest.startsWith("{")) {
      const end = rest.indexOf("}");
      if (end === -1) return globFailure(text, index - sets, "unmatched brace");
      isGlob = true;
      sets += 1;
      index += end;
    } else if (rest.startsWith("[")) {
      const range = /^\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|\d+-\d+)(?::\d+)?\]/.exec(rest)?.[0];
      const address = /^\[[\da-fA-F:.%]+\]/.exec(rest)?.[0];
      if (range === undefined && (address === undefined || !address.includes(":"))) return globFailure(text, index + 1 - sets, "bad range");
      isGlob ||= range !== undefined;
      index += (range ?? address ?? "[").length - 1;
    } else if (rest.startsWith("}") || rest.startsWith("]")) return globFailure(text, index - sets, "unmatched close brace/bracket");
  }
  return isGlob ? { kind: "glob" } : undefined;
}

function globFailure(text: string, position: number, words: string): CurlUrl {
  return { kind: "failure", failure: curlFailure(3, `${words} in URL position ${position + 1}:\n${text}\n${" ".repeat(position)}^`) };
}
