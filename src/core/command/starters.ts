import type { CommandWord } from "../shell/expand.ts";
import { parseWords } from "./flagParser.ts";
import { flags, type FlagSpec } from "./schema/spec.ts";

/** How a program that starts another one is called: its flags, then words of its own, then the command. */
interface Starter {
  readonly flags: readonly FlagSpec[];
  /** Words of its own before the command (`timeout 5 …`). */
  readonly own: number;
  /** `NAME=value` words may stand before the command. */
  readonly takesVariables?: true;
  /** Does nothing of its own: the call is what it starts. Others (another user, another root, words from the input) leave something unknown. */
  readonly isPlain?: true;
  /** The command's words are joined and read by a shell. */
  readonly isText?: true;
}

const starter = (own: number, rows: readonly string[], rest: Partial<Starter> = {}): Starter => ({ flags: flags(...rows), own, ...rest });
const plain = { isPlain: true } as const;

const STARTERS: Readonly<Record<string, Starter>> = {
  exec: starter(0, ["a,a=", "c,c", "l,l"], plain),
  command: starter(0, ["p,p"], plain),
  builtin: starter(0, [], plain),
  nohup: starter(0, [], plain),
  setsid: starter(0, ["c,ctty", "f,fork", "w,wait"], plain),
  time: starter(0, ["p,portability", "v,verbose"], plain),
  nice: starter(0, ["n,adjustment="], plain),
  ionice: starter(0, ["c,class=", "n,classdata=", "t,ignore"], plain),
  stdbuf: starter(0, ["i,input=", "o,output=", "e,error="], plain),
  timeout: starter(1, ["s,signal=", "k,kill-after=", "preserve-status", "foreground", "v,verbose"], plain),
  env: starter(0, ["i,ignore-environment", "u,unset=*", "C,chdir=", "0,null", "v,debug"], { ...plain, takesVariables: true }),
  busybox: starter(0, [], plain),
  toybox: starter(0, [], plain),
  tini: starter(0, ["g,g", "s,s", "v,v", "w,w", "p,p=", "e,e="], plain),
  "dumb-init": starter(0, ["c,single-child", "v,verbose", "r,rewrite=*"], plain),
  gosu: starter(1, []),
  "su-exec": starter(1, []),
  sudo: starter(0, ["A,askpass", "b,background", "C,close-from=", "D,chdir=", "E,preserve-env=?", "g,group=", "H,set-home", "h,host=", "i,login", "k,reset-timestamp", "n,non-interactive", "P,preserve-groups", "p,prompt=", "R,chroot=", "r,role=", "S,stdin", "s,shell", "t,type=", "T,command-timeout=", "U,other-user=", "u,user="], { takesVariables: true }),
  doas: starter(0, ["C,config=", "n,n", "s,s", "u,user="]),
  runuser: starter(0, ["u,user=", "g,group=", "G,supp-group=", "l,login", "m,preserve-environment"]),
  setpriv: starter(0, []),
  chroot: starter(1, ["groups=", "userspec=", "skip-chdir"]),
  nsenter: starter(0, ["a,all", "t,target=", "m,mount=?", "u,uts=?", "i,ipc=?", "n,net=?", "p,pid=?", "C,cgroup=?", "U,user=?", "T,time=?", "S,setuid=", "G,setgid=", "r,root=?", "w,wd=?", "F,no-fork"]),
  unshare: starter(0, ["m,mount=?", "u,uts=?", "i,ipc=?", "n,net=?", "p,pid=?", "f,fork", "r,map-root-user"]),
  taskset: starter(1, ["a,all-tasks", "c,cpu-list"]),
  flock: starter(1, ["s,shared", "x,exclusive", "n,nonblock", "w,timeout=", "o,close", "E,conflict-exit-code=", "F,no-fork", "v,verbose"]),
  strace: starter(0, ["f,follow-forks", "o,output=", "e,trace=*", "p,attach=*", "s,string-limit=", "t,t", "T,T", "c,c", "v,v", "q,q"]),
  xargs: starter(0, ["0,null", "a,arg-file=", "d,delimiter=", "E,E=", "e,eof=?", "I,I=", "i,replace=?", "L,max-lines=", "l,l=?", "n,max-args=", "P,max-procs=", "p,interactive", "r,no-run-if-empty", "s,max-chars=", "t,verbose", "x,exit", "o,open-tty"]),
  watch: starter(0, ["b,beep", "c,color", "C,no-color", "d,differences=?", "e,errexit", "g,chgexit", "n,interval=", "p,precise", "q,equexit=", "r,no-rerun", "t,no-title", "w,no-wrap", "x,exec"], { isText: true }),
  ssh: starter(1, ["4,4", "6,6", "A,A", "a,a", "b,b=", "C,C", "c,c=", "D,D=", "E,E=", "e,e=", "F,F=", "f,f", "g,g", "I,I=", "i,i=", "J,J=", "K,K", "k,k", "L,L=", "l,l=", "M,M", "m,m=", "N,N", "n,n", "o,o=*", "p,p=", "q,q", "R,R=", "S,S=", "T,T", "t,t", "v,v", "W,W=", "w,w=", "X,X", "x,x", "Y,Y", "y,y"], { isText: true }),
  eval: starter(0, [], { isText: true }),
};

/** Words of the shell where it reads them as programs: the text is broken, and what follows was meant to run. */
const BROKEN = new Set(["!", "{", "do", "then", "else"]);

/** Programs that look for files and start a command for each: `find … -exec COMMAND ;`. */
const EXEC_WORDS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);

/** Verbs of container tools behind which a command of the container stands (`docker exec NAME rm …`). */
const CONTAINER_TOOLS = new Set(["docker", "podman", "nerdctl", "crictl", "oc"]);

/** What a call starts. `isPlain`: nothing but that. `isForeign`: in a container or on another machine, whose programs are those of a pod. */
export interface Started {
  readonly kind: "words" | "text";
  readonly words: readonly CommandWord[];
  readonly isPlain: boolean;
  readonly isForeign: boolean;
}

/** The commands that a call starts by its own words; none for a call that starts none. `name` is its program without the folder. */
export function startedBy(name: string, words: readonly CommandWord[]): readonly Started[] {
  if (name === "find") return execWords(words);
  if (CONTAINER_TOOLS.has(name)) {
    const verb = words.findIndex(({ value }) => ["exec", "run", "rsh"].includes(value));
    return verb < 0 ? [] : anyOf(words.slice(verb + 1), true);
  }
  const found = starterOf(name);
  if (found === undefined) return [];
  const parsed = parseWords(words.slice(1), found.flags, { style: "getopt", command: name, stopsAtArgument: true, numericFlag: name === "nice" ? "adjustment" : undefined, isLenient: false });
  if (parsed.problems.length > 0) return anyOf(words.slice(1), name === "ssh");
  const all = [...parsed.positionals, ...(parsed.rest ?? [])].slice(found.own);
  const first = found.takesVariables === true ? all.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.value)) : 0;
  const command = first < 0 ? [] : all.slice(first);
  if (command.length === 0) return [];
  const started = { words: command, isPlain: found.isPlain === true, isForeign: name === "ssh" } as const;
  // Quotes around a word are lost where the words are joined: read both ways.
  return found.isText === true ? [{ ...started, kind: "text" }, { ...started, kind: "words" }] : [{ ...started, kind: "words" }];
}

/** The name of a program without its folder. */
export function programName(word: CommandWord | undefined): string {
  const value = word?.value ?? "";
  return value.slice(value.lastIndexOf("/") + 1);
}

/** How many words of a call may be programs that start others. */
export function countStarters(words: readonly CommandWord[]): number {
  return words.filter((word) => isStarter(programName(word))).length;
}

function isStarter(name: string): boolean {
  return name === "find" || CONTAINER_TOOLS.has(name) || starterOf(name) !== undefined;
}

function starterOf(name: string): Starter | undefined {
  if (BROKEN.has(name)) return starter(0, []);
  return Object.hasOwn(STARTERS, name) ? STARTERS[name] : undefined;
}

/** Where flags are not known, a command may begin at any word. Starters among them are passed over: what they start begins at a later word. */
function anyOf(words: readonly CommandWord[], isForeign: boolean): readonly Started[] {
  return words.flatMap((word, index) => (isStarter(programName(word)) && word.value !== "find" ? [] : [{ kind: "words", words: words.slice(index), isPlain: false, isForeign } as const]));
}

function execWords(words: readonly CommandWord[]): readonly Started[] {
  const found: Started[] = [];
  for (let index = 0; index < words.length; index += 1) {
    if (!EXEC_WORDS.has(words[index]?.value ?? "")) continue;
    const length = words.slice(index + 1).findIndex(({ value }) => value === ";" || value === "+");
    const end = length < 0 ? words.length : index + 1 + length;
    found.push({ kind: "words", words: words.slice(index + 1, end), isPlain: false, isForeign: false });
    index = end;
  }
  return found;
}
