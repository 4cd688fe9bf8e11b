import type { ProblemRule } from "../problem.ts";
import { ADVICE_PROBLEMS } from "./advice/problems.ts";

export type CommandProblemCode = keyof typeof COMMAND_PROBLEMS;

/** Problems of a cell's command text. Offsets are into that text. Each code has a row in docs/ERRORS.md, "Command problems". */
export const COMMAND_PROBLEMS = {
  ...ADVICE_PROBLEMS,
  "shell-syntax": { severity: "error", message: "The shell cannot read this cell: {detail}. Nothing of the cell runs until it is corrected." },
  "hidden-character": { severity: "error", message: "A character that cannot be seen ({name}) stands here and can make a command look like another one. Delete it." },
  "untyped-shell": { severity: "information", message: "Untyped shell: {detail}. Live it runs in real bash after a person has agreed; a drill refuses it." },
  "unset-variable": { severity: "error", message: "${name} has no value here, and bash would silently use nothing. Set it in an earlier statement or as a parameter." },
  "loop-too-long": { severity: "error", message: "The loop would run {count} times; {limit} is the limit. Make the list shorter." },
  "too-many-words": { severity: "error", message: "The braces or file patterns make more than {limit} words. Make them narrower." },
  "redirect-target": { severity: "error", message: "The redirection needs exactly one file name, and {count} came out of it. Quote it." },
  "unknown-command": { severity: "error", message: "No command {name} is known here{nearest}. Correct the name, or write the step as prose." },
  "unknown-verb": { severity: "error", message: "{tool} has no command {name}{nearest}. Correct the name." },
  "unknown-flag": { severity: "error", message: "{command} has no flag {name}{nearest}. Correct it or take it out." },
  "missing-flag-value": { severity: "error", message: "The flag {name} needs a value. Add it." },
  "invalid-flag-value": { severity: "error", message: "The flag {name} cannot be {value}: {expected} is expected." },
  "invalid-query": { severity: "error", message: "The value of --query cannot be read: {detail}. Correct the JMESPath expression." },
  "missing-argument": { severity: "error", message: "{command} needs {argument}. Add it." },
  "extra-argument": { severity: "error", message: "{command} does not take {value} as well. Take it out, or quote what belongs together." },
  "target-override": { severity: "error", message: "{name} would send this call past the run's pinned targets. Name a target of the runbook instead." },
  "interactive-session": { severity: "error", message: "{command} opens a prompt that waits for a person for ever. {cure}." },
  "sql-in-shell": { severity: "error", message: "{statement} is SQL, not a command of the shell. Give it to the database client with -e." },
  "local-database-client": { severity: "error", message: "{command} runs on this machine, not in the pod: what follows | stays outside kubectl exec. Give a host with -h, or put the whole pipe into the pod: kubectl exec … -- sh -c '… | …'." },
  "secret-overwrite": { severity: "error", message: "Applying a Secret made by create --dry-run deletes every key it does not name, puts the new value into an annotation in clear, and goes to {namespace}. Patch the one key instead: kubectl patch secret {secret} --patch-file FILE." },
  "unquoted-url": { severity: "warning", message: "The address is not quoted, and the shell reads {characters} in it as its own signs. Quote it." },
  "unbounded-follow": { severity: "warning", message: "{command} follows without end. The kernel ends it by the cell's time limit or when a person says so, and goes on with the next statement." },
  "wait-race": { severity: "information", message: "kubectl wait -l fails at once while no object matches yet, as just after a delete. Waiting for a name, or a --for=create before it, does not." },
  "password-prompt": { severity: "information", message: "{command} -p would ask for a password and read it from the data. It is taken from the pod's own {variable} instead, never from arguments or input." },
  "password-in-arguments": { severity: "warning", message: "A password among the arguments of {command} is kept by audit logs and process lists. Leave the value out: the pod's own environment has it." },
  "terminal-dropped": { severity: "information", message: "There is no terminal here: -t is left out, so that output keeps its line ends and errors stay apart." },
  "waits-for-input": { severity: "warning", message: "{command} asks for input that nobody can give here. {cure}." },
} as const satisfies Record<string, ProblemRule>;
