import type { Command, Word } from "unbash";

/** A command's words; `NAME=value` arguments of `export` are words too. */
export function commandWords(command: Command): readonly Word[] {
  const name = command.name === undefined ? [] : [command.name];
  const args = command.args.map((arg): Word => (arg.type === "Word" ? arg : assignmentWord(arg)));
  return [...name, ...args];
}

function assignmentWord(arg: Exclude<Command["args"][number], Word>): Word {
  const value = arg.value.type === "Word" ? arg.value : undefined;
  const literal = { type: "Literal", pos: arg.pos, end: value?.pos ?? arg.end, value: `${arg.name}=`, text: `${arg.name}=` } as const;
  // Assigned values are not split into words, which double quotes say.
  const rest = value === undefined ? [] : (value.parts ?? [{ type: "SingleQuoted", pos: value.pos, end: value.end, value: value.value, text: value.text } as const]);
  return { type: "Word", text: arg.text, value: arg.text, pos: arg.pos, end: arg.end, parts: [literal, ...rest] };
}
