const LONGEST = 63;
const NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const SUBDOMAIN = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const CHARACTERS = "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_RULE = `must consist of ${CHARACTERS} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${NAME}')`;
const VALUE_RULE = `a valid label must be an empty string or consist of ${CHARACTERS} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${NAME})?')`;
const SUBDOMAIN_RULE = `prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;

/** What is wrong with the key of a label or an annotation, in apimachinery's words (`IsQualifiedName`). */
export function labelKeyProblems(key: string): readonly string[] {
  const [first = "", ...rest] = key.split("/");
  if (rest.length > 1) return [`a qualified name ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = rest[0] ?? first;
  return [...(rest.length === 0 ? [] : prefixProblems(first)), ...nameProblems(name)];
}

function prefixProblems(prefix: string): readonly string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  return isWhole(SUBDOMAIN, prefix) ? [] : [SUBDOMAIN_RULE];
}

function nameProblems(name: string): readonly string[] {
  const size = name === "" ? ["name part must be non-empty"] : name.length > LONGEST ? [`name part must be no more than ${String(LONGEST)} characters`] : [];
  return isWhole(NAME, name) ? size : [...size, `name part ${NAME_RULE}`];
}

/** What is wrong with a label's value (`IsValidLabelValue`). */
export function labelValueProblems(value: string): readonly string[] {
  const size = value.length > LONGEST ? [`must be no more than ${String(LONGEST)} characters`] : [];
  return isWhole(`(${NAME})?`, value) ? size : [...size, VALUE_RULE];
}

function isWhole(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}
