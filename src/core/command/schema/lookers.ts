import { worseRisk } from "../plan.ts";
import { judgePodWrite } from "../podWrites.ts";
import { args, type Call, type Place, type ToolSpec, type Verdict } from "./spec.ts";

/** A program that looks around. */
interface Looker {
  readonly tool: string;
  readonly summary: string;
  /** Where its row stands. */
  readonly places: readonly Place[];
  /** What its words make of it; `undefined` where no word makes it do more than look. */
  readonly judge: ((words: readonly string[], call: Call) => Verdict) | undefined;
}

const LOOKS: Verdict = { risk: "read", why: "only looks" };
const BOTH: readonly Place[] = ["local", "pod"];

const changes = (why: string): Verdict => ({ risk: "change", why });
const unknown = (tool: string, word: string): Verdict => ({ risk: "undetermined", why: `what ${tool} does with ${word} is not known` });

/** Looks with flags of these letters or names alone; what else stands there is not known. Arguments are `pattern`, where they matter. */
function withOnly(tool: string, flag: RegExp, argument: RegExp = /^/): (words: readonly string[]) => Verdict {
  return (words) => {
    const odd = words.find((word) => (word.startsWith("-") ? !flag.test(word) : !argument.test(word)));
    return odd === undefined ? LOOKS : unknown(tool, odd);
  };
}

/** Tests and actions of `find` that write nothing and start nothing. */
const FIND_LOOKS = /^-(?:[0-9]|[HLPO]\d?|a|o|and|or|not|amin|anewer|atime|cmin|cnewer|ctime|d|daystart|depth|empty|executable|false|follow|fstype|gid|group|ilname|iname|inum|ipath|iregex|iwholename|links|lname|ls|maxdepth|mindepth|mmin|mount|mtime|name|newer(?:[aBcm][aBcmt])?|nogroup|noleaf|nouser|path|perm|print|print0|printf|prune|quit|readable|regex|regextype|samefile|size|true|type|uid|used|user|wholename|writable|xdev|xtype)$/;
const FIND_TAKES = /^-(?:amin|anewer|atime|cmin|cnewer|ctime|fstype|gid|group|ilname|iname|inum|ipath|iregex|iwholename|links|lname|maxdepth|mindepth|mmin|mtime|name|newer\w*|path|perm|printf|regex|regextype|samefile|size|type|uid|used|user|wholename|xtype)$/;

/** `find` deletes, writes lists and starts programs by words of its expression; what it starts is judged by itself. */
function judgeFind(words: readonly string[], call: Call): Verdict {
  let worst = LOOKS;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const verdict = findWord(word, words[index + 1] ?? "", call.place);
    if (worseRisk(verdict.risk, worst.risk) !== worst.risk) worst = verdict;
    if (FIND_TAKES.test(word)) index += 1;
    else if (/^-(?:exec|execdir|ok|okdir)$/.test(word)) {
      const end = words.findIndex((one, at) => at > index && (one === ";" || one === "+"));
      if (end < 0) break;
      index = end;
    }
  }
  return worst;
}

function findWord(word: string, next: string, place: Place): Verdict {
  if (word === "-delete") return { risk: "destroy", why: "find -delete deletes every file it finds" };
  if (/^-f(?:print0?|printf|ls)$/.test(word)) return place === "pod" ? judgePodWrite(next) : changes("find writes its list to a file");
  if (!word.startsWith("-") || FIND_LOOKS.test(word) || /^-(?:exec|execdir|ok|okdir)$/.test(word)) return LOOKS;
  return unknown("find", word);
}

/** Without an argument it says the name; with one it sets it. */
function judgeHostname(words: readonly string[]): Verdict {
  const odd = words.find((word) => !/^(?:-[aAdfiIsy]|--(?:alias|all-fqdns|all-ip-addresses|domain|fqdn|long|ip-address|short|help|version))$/.test(word));
  if (odd === undefined) return LOOKS;
  return odd.startsWith("-") ? unknown("hostname", odd) : changes("gives the machine another name");
}

function judgeMount(words: readonly string[]): Verdict {
  const rest = words.filter((word, index) => !/^(?:-l|--show-labels|-t|--types|-v|--verbose|-h|--help|-V|--version)$/.test(word) && !/^(?:-t|--types)$/.test(words[index - 1] ?? ""));
  return rest.length === 0 ? LOOKS : changes("changes what is mounted where");
}

/** It looks when it only tries a connection; what is sent through one, and to whom it listens, nobody has judged. */
function judgeNc(words: readonly string[], call: Call): Verdict {
  const odd = words.find((word) => word.startsWith("-") && !/^-(?:[46bdknrtuvz]*|[46dnruvz]*[iqswG]\d*)$/.test(word));
  if (odd !== undefined) return unknown("nc", odd);
  const isTrying = words.some((word) => /^-[a-z46]*z/.test(word));
  return isTrying || call.input.kind === "none" ? LOOKS : { risk: "undetermined", why: "what the other side does with the input is not known" };
}

function judgeSs(words: readonly string[]): Verdict {
  if (words.some((word) => /^-[A-Za-z0-9]*K|^--kill$/.test(word))) return changes("ss -K closes connections");
  const odd = words.find((word) => /^-[A-Za-z0-9]*D|^--diag/.test(word));
  return odd === undefined ? LOOKS : unknown("ss", odd);
}

/** It shows text; a word that begins with `+` is a command of its own, and `-o` writes a file. */
function judgeLess(words: readonly string[]): Verdict {
  const odd = words.find((word) => /^\+|^-[A-Za-z]*[oOkt]|^--(?:log-file|LOG-FILE|lesskey|tag)/.test(word));
  return odd === undefined ? LOOKS : unknown("less", odd);
}

/** Scripts of `sed` that only print, leave out or replace: `-n 5p`, `3,9d`, `s/a/b/g`; others write files and start programs. */
const SED_SCRIPT = /^(?:(?:\d+|\$|\/(?:[^/\\]|\\.)*\/)(?:,(?:\d+|\$|\/(?:[^/\\]|\\.)*\/))?)?\s*!?\s*(?:[pdqD=]|s(?<mark>[/|,#@:])(?:(?!\k<mark>)[^\\]|\\.)*\k<mark>(?:(?!\k<mark>)[^\\]|\\.)*\k<mark>[gpiI0-9]*)$/;

function judgeSed(words: readonly string[]): Verdict {
  const scripts: string[] = [];
  let isInPlace = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (/^(?:-[nErsu]*e|--expression)$/.test(word)) {
      index += 1;
      scripts.push(words[index] ?? "");
    } else if (/^(?:-[nErsu]*i|--in-place)/.test(word)) isInPlace = true;
    else if (word.startsWith("-") && !/^(?:-[nErsu]+|--(?:quiet|silent|regexp-extended|separate|unbuffered))$/.test(word)) return unknown("sed", word);
    else if (!word.startsWith("-") && scripts.length === 0) scripts.push(word);
  }
  const odd = scripts.flatMap((script) => script.split(/;|\n/)).find((script) => script.trim() !== "" && !SED_SCRIPT.test(script.trim()));
  if (odd !== undefined) return unknown("sed", odd);
  return isInPlace ? changes("changes files in place") : LOOKS;
}

const looker = (tool: string, summary: string, places: readonly Place[] = BOTH, judge?: Looker["judge"]): Looker => ({ tool, summary, places, judge });

const LOOKERS: readonly Looker[] = [
  looker("dig", "Asks DNS."),
  looker("nslookup", "Asks DNS."),
  looker("host", "Asks DNS."),
  looker("getent", "Asks the system's name services.", ["pod"]),
  looker("ping", "Asks whether a host answers.", BOTH, withOnly("ping", /^-(?:[46nqv]+|[cisWwtI]\d*)$/)),
  looker("nc", "Opens a connection.", BOTH, judgeNc),
  looker("netstat", "Shows connections.", ["pod"]),
  looker("ss", "Shows connections; -K closes them.", ["pod"], judgeSs),
  looker("ls", "Lists files."),
  looker("stat", "Shows a file's facts."),
  looker("find", "Finds files; -delete and -exec do more.", BOTH, judgeFind),
  looker("df", "Shows the use of disks."),
  looker("du", "Shows the use of disks."),
  looker("sha256sum", "Checksums of files."),
  looker("md5sum", "Checksums of files."),
  looker("lsof", "Shows open files.", ["pod"], withOnly("lsof", /^-(?!D)/, /^(?!\+D?D)/)),
  looker("mount", "Shows what is mounted where; with a path it mounts.", ["pod"], judgeMount),
  looker("ps", "Shows processes.", ["pod"]),
  looker("top", "Shows processes.", ["pod"], withOnly("top", /^-[bcHinS1]*[dnpouU]?\d*$/)),
  looker("free", "Shows memory.", ["pod"]),
  looker("uptime", "Says how long the system is up.", ["pod"]),
  looker("uname", "Names the system.", ["pod"]),
  looker("id", "Says which user you are.", ["pod"]),
  looker("whoami", "Says which user you are."),
  looker("hostname", "Names the machine; with an argument it renames it.", BOTH, judgeHostname),
  looker("printenv", "Shows the environment.", ["pod"]),
  looker("env", "Shows the environment, or starts a program in another one.", ["pod"], (words) => (words.length === 0 ? LOOKS : unknown("env", words[0] ?? ""))),
  looker("sed", "A text editor for streams.", BOTH, judgeSed),
  looker("column", "Aligns columns.", ["local"]),
  looker("less", "Pages text.", ["local"], judgeLess),
  looker("diff", "Compares files.", ["local"]),
  looker("pwd", "Names the folder."),
  ...["cd", "read", "exit", "which", "type"].map((tool) => looker(tool, "A word of the pod's shell.", ["pod"])),
];

/** Programs that look, where no word of theirs does more. One file says for this machine and for pods which words those are. */
export function lookers(place: Place): readonly ToolSpec[] {
  return LOOKERS.filter(({ places }) => places.includes(place)).map(({ tool, summary, judge }) => {
    const verdict = (call: Call): Verdict => (judge === undefined ? LOOKS : judge(call.positionals, call));
    const command = { verb: "", summary, flags: [], args: args("…"), engine: place === "pod" ? "inProcess" : "delegated", judge: verdict } as const;
    return { tool, style: "words", flags: [], commands: [command], destination: () => undefined };
  });
}
