/** How loud a line of a log is. `none` where the line does not say. */
export type LogLevel = "error" | "warning" | "info" | "none";

export interface LogLine {
  readonly text: string;
  readonly level: LogLevel;
}

/** A log as the renderer is given it. */
export interface LogOutput {
  /** The same for each state of one log: how a person reads it (what they search, where they stand) goes with it. */
  readonly key: string;
  readonly isGrowing: boolean;
  /** How many lines of the log come before `lines`. */
  readonly first: number;
  readonly lines: readonly LogLine[];
}

/** Fewer lines are read at a glance. */
const LINES_AT_LEAST = 6;
const LINES_AT_MOST = 5000;
/** Share of the lines that must say their level or time for a text to be a log. */
const SHARE = 0.6;

const LEVELS: readonly (readonly [LogLevel, RegExp])[] = [
  ["error", /(?:^|[\s[|])(?:FATAL|PANIC|ERROR|SEVERE|CRITICAL|CRIT|EMERG|ALERT)(?=[\s\]|:]|$)|\[ERROR\]|\blevel=(?:error|fatal|panic)\b|"level":\s*"(?:error|fatal|panic)"|^[EF]\d{4}\s/],
  ["warning", /(?:^|[\s[|])(?:WARN|WARNING)(?=[\s\]|:]|$)|\[Warning\]|\blevel=warn(?:ing)?\b|"level":\s*"warn(?:ing)?"|^W\d{4}\s|^\d+:[A-Z](?: \d.*)? # /],
  ["info", /(?:^|[\s[|])(?:INFO|NOTICE|DEBUG|TRACE)(?=[\s\]|:]|$)|\[Note\]|\blevel=(?:info|debug)\b|"level":\s*"(?:info|debug)"|^[IDV]\d{4}\s|^\d+:[A-Z](?: \d.*)? [*.-] /],
];
/** A line that goes on the one before: a stack trace, an indented list. */
const CONTINUATION = /^(?:\s+\S|Caused by: |\.\.\. \d+ more)/;
const TIME = /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;
const ACCESS = /^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ [^"]*" (\d{3}) /;

/** The lines of a log with their levels; `undefined` for a text that is none, or too short or too long to need it. */
export function readLogLines(text: string): readonly LogLine[] | undefined {
  const { lines, said } = levelled(text);
  if (lines.length < LINES_AT_LEAST || lines.length > LINES_AT_MOST) return undefined;
  const isLog = said >= lines.length * SHARE && lines.some((line) => line.level !== "none");
  return isLog ? lines : undefined;
}

/** The lines of a text that is known to be a log. */
export function levelLines(text: string): readonly LogLine[] {
  return levelled(text).lines;
}

/** `said`: how many lines say their level or time, or go on one that does. */
function levelled(text: string): { readonly lines: readonly LogLine[]; readonly said: number } {
  let said = 0;
  let level: LogLevel = "none";
  const lines = text.replace(/\n$/, "").split("\n").map((line): LogLine => {
    const own = levelOf(line);
    if (own !== undefined || TIME.test(line)) said += 1;
    if (own !== undefined || !CONTINUATION.test(line)) level = own ?? "none";
    else said += 1;
    return { text: line, level };
  });
  return { lines, said };
}

function levelOf(line: string): LogLevel | undefined {
  const status = ACCESS.exec(line)?.[1];
  if (status !== undefined) return status.startsWith("5") ? "error" : status.startsWith("4") ? "warning" : "info";
  return LEVELS.find(([, pattern]) => pattern.test(line))?.[0];
}
