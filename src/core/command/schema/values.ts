/** What a flag's value must look like, and how that is called in a problem. */
export interface ValueRule {
  readonly pattern: RegExp;
  readonly expected: string;
}

const INTEGER: ValueRule = { pattern: /^[+-]?\d+$/, expected: "a whole number" };
// Go's durations need a unit, except for 0.
const DURATION: ValueRule = { pattern: /^[+-]?(?:0|(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/, expected: "a time with its unit (30s, 5m, 1h30m)" };
const DRY_RUN: ValueRule = { pattern: /^(?:none|client|server|true|false|unchanged)$/, expected: "none, client or server" };
const SECONDS: ValueRule = { pattern: /^\d+(?:\.\d+)?$/, expected: "a number of seconds" };

const RULES: Readonly<Record<string, Readonly<Record<string, ValueRule>>>> = {
  kubectl: {
    replicas: INTEGER, "current-replicas": INTEGER, tail: INTEGER, "limit-bytes": INTEGER, "max-log-requests": INTEGER, "to-revision": INTEGER, revision: INTEGER, "grace-period": INTEGER, "chunk-size": INTEGER, "timeout-seconds": INTEGER,
    timeout: DURATION, since: DURATION, "pod-running-timeout": DURATION, "dry-run": DRY_RUN,
    "since-time": { pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/, expected: "a time such as 2026-01-31T02:00:00Z" },
    cascade: { pattern: /^(?:background|foreground|orphan|true|false)$/, expected: "background, foreground or orphan" },
  },
  "kubectl patch": { type: { pattern: /^(?:json|merge|strategic)$/i, expected: "json, merge or strategic" } },
  curl: { "max-time": SECONDS, "connect-timeout": SECONDS, retry: INTEGER, "retry-delay": SECONDS, "max-redirs": INTEGER },
};

/** The rule of a flag's value; `undefined` where any text will do. `command` is the tool with its verb. */
export function valueRule(command: string, flag: string): ValueRule | undefined {
  return RULES[command]?.[flag] ?? RULES[command.split(" ")[0] ?? ""]?.[flag];
}
