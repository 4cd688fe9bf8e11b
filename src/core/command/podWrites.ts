import type { Redirection } from "unbash";
import { expandStatically } from "../shell/expand.ts";
import type { Verdict } from "./schema/spec.ts";

/** Paths that are no file: what is written there is thrown away, shown or logged. */
const NO_FILE = /^(?:-|\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)|\/proc\/(?:self|\d+)\/fd\/\d+)$/;
/** Folders for what may be lost. */
const SCRATCH = /^\/(?:tmp|var\/tmp|dev\/shm)\/(?!(?:[^/]*\/)*\.\.(?:\/|$))/;

/** What writing a file in a pod does: a file that was there is emptied first, which outside of scratch folders loses it for good. */
export function judgePodWrite(path: string, isAppending = false): Verdict {
  if (NO_FILE.test(path)) return { risk: "read", why: "writes no file" };
  if (isAppending) return { risk: "change", why: "writes a file in the pod" };
  return SCRATCH.test(path) ? { risk: "change", why: "writes a file in the pod" } : { risk: "destroy", why: `replaces what ${path} held in the pod` };
}

/** What the redirections of a command in a pod do. */
export function judgeRedirects(redirects: readonly Redirection[]): readonly Verdict[] {
  return redirects.flatMap((redirect) => {
    if (redirect.type !== "Redirect" || redirect.target === undefined || !redirect.operator.includes(">")) return [];
    const path = expandStatically([redirect.target], { isKnown: () => true, valueOf: () => undefined }).words[0]?.value ?? redirect.target.value;
    // `>&2` is another descriptor; `>& FILE` is a file.
    if (redirect.operator === ">&" && /^(?:\d+-?|-)$/.test(path)) return [];
    // `<>` opens a file without emptying it.
    return [judgePodWrite(path, [">>", "&>>", "<>"].includes(redirect.operator))];
  });
}
