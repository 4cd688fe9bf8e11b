/**
 * What stands where a secret would and is none: `$NAME`, `$(kubectl get secret …)`, jq's `.`. As texts of regular expressions, for
 * `redaction.ts`. All are of bounded length, so that no text makes them slow.
 */

/** Text of a shell up to two levels of parentheses deep. `sign` is one sign of it. */
const nested = (sign: string): string => String.raw`(?:${sign}|\((?:${sign}|\(${sign}{0,200}\)){0,200}\)){0,400}`;
const TICK = "`";

/** A whole `$(…)`, whatever is in it. */
export const SUBSTITUTION = String.raw`(?:\$\(${nested(String.raw`[^()\n]`)}\)|${TICK}[^${TICK}\n]{0,400}${TICK})`;

/** Where a literal begins that the shell itself hands on: a word behind echo or printf, a here-string. Their variables are none. */
const LITERAL = String.raw`(?:\b(?:echo|printf)\b(?!\s{1,4}(?:-\w\s{1,4}|'%s'\s{1,4})?"?\$[A-Za-z_])|<<)`;
/** A `$(…)` that runs a program and holds no such literal. What its words name as secrets is found there by itself. */
const ASKING = String.raw`(?:\$\((?=\s{0,4}[A-Za-z_<])${nested(String.raw`(?!${LITERAL})[^()\n]`)}\)|${TICK}(?=[A-Za-z_])(?:(?!${LITERAL})[^${TICK}\n]){0,400}${TICK})`;

/** `$NAME`, `${NAME}`, `${NAME:?message}`, `${NAME:-$OTHER}`; a default in words is a value. Of what names: one sign, more signs. */
const variable = (first: string, more: string): string => String.raw`(?:\$${first}${more}*|\$[1-9@*](?!\w)|\$\{${first}${more}*(?::?\?[^}\n"]{0,200}|:?-(?:\$${first}${more}*)?)?\})`;

/** A variable or a substitution alone, in quotes or not, and then `end`. */
const alone = (names: string, end: string): string => [String.raw`\\?"${names}\\?"`, `'${names}'`, names].map((form) => `${form}(?:${end}|$)`).join("|");

/** A path of jq's as the value of a key, where jq's object goes on or ends: `{token: .data.token}`, `.items[0]?`, `.["a b"]`. Anywhere else a word may begin with a dot. */
const JQ_PATH = String.raw`(?<=:[ \t]{0,8})\(?(?:\.[A-Za-z_]\w{0,63}\??|\.?\[(?:\d{0,9}|"[^"\n]{0,64}")\]\??){1,16}[ \t]{0,8}(?:[,}|)]|\/\/)`;

/** The value of a name. jq's input as a whole is one too. */
export const REFERENCE_VALUE = String.raw`${alone(`(?:${variable("[A-Z_]", "[A-Z0-9_]")}|${ASKING})`, String.raw`[\s;,&)}|"'\\${TICK}]`)}|\.[\s})|,]|${JQ_PATH}`;

/** The value of a flag or in an address: unquoted or in double quotes; names in capitals, since `$ecret` is a word like any other there. */
export const REFERENCE_WORD = String.raw`"?(?:${variable("[A-Z_]", "[A-Z0-9_]")}|${ASKING})"?(?:[\s;&)|"'@${TICK}]|$)`;
