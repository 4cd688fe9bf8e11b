import { OWN_SORT_KEY } from "../../filters/sortUniq.ts";
import type { Engine } from "../operation.ts";
import { judgePodWrite } from "../podWrites.ts";
import { args, flags, flagText, hasFlag, type Call, type CommandSpec, type ToolSpec, type Verdict } from "./spec.ts";

interface FilterRow {
  readonly tool: string;
  readonly summary: string;
  readonly flags: readonly string[];
  readonly args: CommandSpec["args"];
  readonly numericFlag?: string;
  readonly isLoose?: true;
  /** No flag of theirs, known or not, writes anything. */
  readonly looksOnly?: true;
}

const ROWS: readonly FilterRow[] = [
  { tool: "grep", summary: "Keeps lines that match a pattern (basic, -E extended, -F fixed).", flags: ["i,ignore-case", "v,invert-match", "c,count", "n,line-number", "E,extended-regexp", "F,fixed-strings", "G,basic-regexp", "o,only-matching", "q,quiet", "w,word-regexp", "x,line-regexp", "A,after-context=", "B,before-context=", "C,context=", "m,max-count=", "e,regexp=*", "s,no-messages", "h,no-filename", "H,with-filename", "l,files-with-matches", "line-buffered", "color=?", "a,text"], args: args("PATTERN [FILE …]", 0), numericFlag: "context", looksOnly: true },
  { tool: "egrep", summary: "grep -E.", flags: ["i,ignore-case", "v,invert-match", "c,count", "n,line-number", "o,only-matching", "q,quiet", "w,word-regexp", "x,line-regexp", "A,after-context=", "B,before-context=", "C,context=", "m,max-count=", "e,regexp=*"], args: args("PATTERN [FILE …]", 0), numericFlag: "context", looksOnly: true },
  { tool: "head", summary: "The first lines or bytes.", flags: ["n,lines=", "c,bytes=", "q,quiet", "v,verbose"], args: args("[FILE …]"), numericFlag: "lines", looksOnly: true },
  { tool: "tail", summary: "The last lines or bytes; -n +N from line N on.", flags: ["n,lines=", "c,bytes=", "q,quiet", "v,verbose"], args: args("[FILE …]"), numericFlag: "lines", looksOnly: true },
  { tool: "sort", summary: "Sorts lines; -o writes a file.", flags: ["r,reverse", "n,numeric-sort", "k,key=*", "u,unique", "t,field-separator=", "f,ignore-case", "h,human-numeric-sort", "!b,ignore-leading-blanks", "s,stable", "!o,output="], args: args("[FILE …]") },
  { tool: "uniq", summary: "Joins equal neighbours.", flags: ["c,count", "d,repeated", "u,unique", "i,ignore-case"], args: args("[FILE]", 0, 1) },
  { tool: "wc", summary: "Counts lines, words, bytes, characters.", flags: ["l,lines", "w,words", "c,bytes", "m,chars"], args: args("[FILE …]"), looksOnly: true },
  { tool: "cut", summary: "Takes fields or characters out of lines.", flags: ["d,delimiter=", "f,fields=", "c,characters=", "b,bytes=", "s,only-delimited", "output-delimiter=", "complement"], args: args("[FILE …]"), looksOnly: true },
  { tool: "tr", summary: "Changes, deletes or joins characters.", flags: ["d,delete", "s,squeeze-repeats", "c,complement"], args: args("SET1 [SET2]", 1, 2) },
  { tool: "cat", summary: "Passes files or input on.", flags: ["n,number", "b,number-nonblank", "!s,squeeze-blank", "!A,show-all", "u,unbuffered"], args: args("[FILE …]"), looksOnly: true },
  { tool: "base64", summary: "Encodes, or decodes with -d.", flags: ["d,decode", "i,ignore-garbage", "w,wrap="], args: args("[FILE]", 0, 1) },
  { tool: "echo", summary: "Prints its words (-n, -e).", flags: [], args: args("[WORD …]"), isLoose: true },
  { tool: "printf", summary: "Prints words by a format.", flags: [], args: args("FORMAT [WORD …]", 0), isLoose: true },
  { tool: "gunzip", summary: "Unpacks gzip.", flags: ["c,stdout", "k,keep", "f,force", "t,test", "d,decompress", "q,quiet"], args: args("[FILE …]") },
  { tool: "gzip", summary: "Packs with gzip; -d unpacks, -t tests.", flags: ["c,stdout", "k,keep", "f,force", "t,test", "d,decompress", "q,quiet", "1,fast", "9,best", "6,default"], args: args("[FILE …]") },
  { tool: "zcat", summary: "Prints gzip files unpacked.", flags: ["f,force", "q,quiet"], args: args("[FILE …]"), looksOnly: true },
  { tool: "date", summary: "Prints the run's time.", flags: ["u,utc", "d,date=", "I,iso-8601=?", "R,rfc-email"], args: args("[+FORMAT]", 0, 1) },
  { tool: "sleep", summary: "Waits by the run's clock.", flags: [], args: args("DURATION …", 1) },
  { tool: "test", summary: "Compares strings and numbers, asks for files.", flags: [], args: args("EXPRESSION"), isLoose: true },
  { tool: "[", summary: "test, closed by ].", flags: [], args: args("EXPRESSION ]"), isLoose: true },
  { tool: "true", summary: "Succeeds.", flags: [], args: args("[WORD …]"), isLoose: true },
  { tool: "false", summary: "Fails.", flags: [], args: args("[WORD …]"), isLoose: true },
  { tool: ":", summary: "Succeeds.", flags: [], args: args("[WORD …]"), isLoose: true },
  { tool: "export", summary: "Sets variables of the run.", flags: [], args: args("NAME[=VALUE] …", 1) },
  { tool: "unset", summary: "Removes variables of the run.", flags: [], args: args("NAME …", 1) },
  { tool: "set", summary: "Accepted: -e, -u and pipefail are how statements run here anyway.", flags: [], args: args("OPTION …"), isLoose: true },
];

/** Calls that only the real tool carries out, for reasons that no flag alone tells. */
function filterEngine(tool: string, call: Call): Engine {
  switch (tool) {
    case "gzip":
    case "gunzip":
      // With a file and neither -c, -k nor -t the source is removed.
      return call.positionals.length > 0 && !["stdout", "keep", "test"].some((name) => call.flags[name] === true) ? "delegated" : "inProcess";
    case "sort":
      return [call.flags["key"] ?? []].flat().every((key) => OWN_SORT_KEY.test(String(key))) ? "inProcess" : "delegated";
    case "grep":
    case "egrep":
      // Collating symbols and equivalence classes go by the locale's tables.
      return [call.positionals[0] ?? "", call.flags["regexp"] ?? []].flat().some((pattern) => /\[[.=]/.test(String(pattern))) ? "delegated" : "inProcess";
    default:
      return "inProcess";
  }
}

/** A file that a filter writes by itself: here it is a local file, as with a redirection; in a pod it may replace what was there. */
function judgeWrite(call: Call, path: string): Verdict {
  return call.place === "pod" ? judgePodWrite(path) : { risk: "change", why: `writes ${path}` };
}

/** What the words of a filter do beside passing text on. */
function judgeFilter(tool: string, call: Call): Verdict {
  const output = flagText(call, "output");
  if (tool === "sort" && output !== undefined) return judgeWrite(call, output);
  // The second file of uniq is where it writes.
  if (tool === "uniq" && call.positionals[1] !== undefined) return judgeWrite(call, call.positionals[1]);
  if (tool === "date" && call.positionals.some((word) => !word.startsWith("+"))) return { risk: "change", why: "sets the clock" };
  if ((tool === "gzip" || tool === "gunzip") && call.positionals.length > 0 && !hasFlag(call, "stdout") && !hasFlag(call, "test")) return judgePacking(call);
  return { risk: "read", why: tool === "sleep" ? "only waits" : "filters text" };
}

/** A file that is packed or unpacked stands for the other one, which can be made again. */
function judgePacking(call: Call): Verdict {
  if (hasFlag(call, "force")) return { risk: "destroy", why: "--force replaces the file of the other name" };
  if (call.place === "local" && hasFlag(call, "keep")) return { risk: "read", why: "makes a new local file" };
  return { risk: "change", why: "changes files" };
}

/** Text filters and the shell's own small commands, all in process. */
export const FILTERS: readonly ToolSpec[] = ROWS.map((row) => {
  const tool: ToolSpec = {
    tool: row.tool,
    style: row.isLoose === true ? "words" : "getopt",
    flags: [],
    commands: [
      {
        verb: "",
        summary: row.summary,
        flags: flags(...row.flags),
        args: row.args,
        engine: (call) => filterEngine(row.tool, call),
        judge: (call) => judgeFilter(row.tool, call),
        ...(row.looksOnly === undefined ? {} : { looksOnly: row.looksOnly }),
        waits: () => row.tool === "sleep",
      },
    ],
    destination: () => undefined,
  };
  return row.numericFlag === undefined ? tool : { ...tool, numericFlag: row.numericFlag };
});
