import { always, args, flags, type ToolSpec } from "./spec.ts";

/** jq 1.8, in process. The jq engine reads `argv` itself; the flags here are for checking. */
export const JQ: ToolSpec = {
  tool: "jq",
  style: "getopt",
  flags: [],
  commands: [
    {
      verb: "",
      summary: "Filters JSON.",
      flags: flags("r,raw-output", "j,join-output", "a,ascii-output", "c,compact-output", "S,sort-keys", "e,exit-status", "n,null-input", "s,slurp", "R,raw-input", "C,color-output", "M,monochrome-output", "tab", "indent=", "unbuffered", "stream", "seq", "f,from-file=", "!L,library-path=", "arg=2", "argjson=2", "slurpfile=2", "rawfile=2", "!args", "!jsonargs"),
      args: args("FILTER [FILE …]", 0),
      engine: "inProcess",
      judge: always("read", "filters text"),
      looksOnly: true,
      check: (call) => (call.positionals.length === 0 && call.flags["from-file"] === undefined ? [{ code: "missing-argument", facts: { command: "jq", argument: "a filter" } }] : []),
    },
  ],
  destination: () => undefined,
};
