import { maskJsonLine } from "./jsonRedaction.ts";
import { REFERENCE_VALUE, REFERENCE_WORD, SUBSTITUTION } from "./secretReferences.ts";
import { secretContext, type SecretContext, type SecretRules } from "./secretContext.ts";
import { secretDataState, type SecretDataState } from "./secretData.ts";

/** What stands where a secret stood. */
export const MASK = "[redacted]";

/** Text beyond which a line without an end is passed on in pieces. */
const MAX_PENDING = 64 * 1024;
/** Text held back from such a piece, so that a secret across the cut is still seen whole. */
const HOLD_BACK = 8 * 1024;
/** A secret longer than this is masked as it comes, until it ends. */
const MAX_TOKEN = 1024 * 1024;

/**
 * Masks secrets in a stream of text, also where a secret lies across two pieces. Whole lines come out at once; an unfinished line
 * waits for its end or for `flush`. One redactor belongs to one stream. Only for what people read: never for bytes in pipes,
 * redirections, captured variables or uploads.
 */
export interface Redactor {
  /** Takes the next piece; gives back what is certain so far. */
  push(text: string): string;
  /** Gives back the rest; the redactor may be used for a new stream afterwards. */
  flush(): string;
}

interface State {
  pending: string;
  isInKey: boolean;
  isInToken: boolean;
  data: SecretDataState;
  context: SecretContext;
}

/** A redactor that also masks `secrets`, those included that become known while the stream runs. */
export function createRedactor(secrets: KnownSecrets = new KnownSecrets()): Redactor {
  let state = emptyState();
  return {
    push(text) {
      const known = secrets.pattern;
      state.pending += text;
      let output = "";
      const lastEnd = Math.max(state.pending.lastIndexOf("\n"), state.pending.lastIndexOf("\r"));
      if (lastEnd >= 0) {
        const ready = state.pending.slice(0, lastEnd + 1);
        state.pending = state.pending.slice(lastEnd + 1);
        output = ready.replaceAll(/[^\r\n]+|[\r\n]/g, (part) => (part === "\n" || part === "\r" ? endLine(part, state) : maskLine(part, state, known)));
      }
      if (state.pending.length > MAX_PENDING) output += passPiece(state, known);
      return output;
    },
    flush() {
      const rest = maskLine(state.pending, state, secrets.pattern);
      state = emptyState();
      return rest;
    },
  };
}

/** Masks secrets in one text. */
export function redact(text: string, secrets?: KnownSecrets): string {
  const redactor = createRedactor(secrets);
  return redactor.push(text) + redactor.flush();
}

function emptyState(): State {
  return { pending: "", isInKey: false, isInToken: false, data: secretDataState(), context: secretContext(RULES) };
}

/** A line end inside a private key is masked with the key. */
function endLine(part: string, state: State): string {
  state.isInToken = false;
  return state.isInKey ? "" : part;
}

const NAMES = "password|passwd|passphrase|pwd|secret|token|api[_-]?key|secret[_-]?access[_-]?key|session[_-]?token|private[_-]?key|client[_-]?secret|credentials?";
const SECRET_KEY = new RegExp(`(?:${NAMES})$`, "i");
// A value in quotes (escaped ones too), or up to a sign that ends values. References, <set to the key …>, YES and NO stay.
const VALUE = String.raw`(?!${REFERENCE_VALUE}|\\?["']?<|(?:YES|NO)\)|(?:true|false|null|none)\b|[|>][-+\d]{0,3}$)(?!\[redacted\])("${SUBSTITUTION}"|"(?:[^"\\]|\\.)*(?:"|$)|\\{1,3}"(?:[^"\\]|\\+[^"\\])*(?:\\{1,3}"|\\*$)|'[^']*(?:'|$)|(?:${SUBSTITUTION}|[^\s"'&,;)}\]])+)`;
// The same as a word of a command.
const WORD = String.raw`(?!${REFERENCE_WORD})("${SUBSTITUTION}"|(?:${SUBSTITUTION}|\S)+)`;

const NAMED_VALUE = new RegExp(String.raw`((?:${NAMES})\\{0,3}["']?[ \t]{0,4}[=:][ \t]{0,8})${VALUE}`, "gi");
/** A variable of a container, in one line of JSON: `{"name":"DB_PASSWORD","value":"…"}`. */
const NAMED_VARIABLE = new RegExp(String.raw`(name\\{0,3}"[ \t]{0,4}:[ \t]{0,8}\\{0,3}"[^"\\]{0,128}(?:${NAMES})\\{0,3}"[ \t]{0,4},[ \t]{0,8}\\{0,3}"value\\{0,3}"[ \t]{0,4}:[ \t]{0,8})${VALUE}`, "gi");
/** A list of secrets in one line of JSON: `"passwords":["…"]`. */
const NAMED_LIST = new RegExp(String.raw`((?:${NAMES})s\\{0,3}"[ \t]{0,4}:[ \t]{0,8}\[[ \t]{0,8}(?=\\{0,3}"|-?\d))${VALUE}`, "gi");
/** What follows a flag in a list of arguments in one line of JSON: `["--password","…"]`. */
const FLAG_VALUE = new RegExp(String.raw`(--?[\w-]{0,64}(?:${NAMES})\\{0,3}"[ \t]{0,4},[ \t]{0,8}(?!\\{0,3}"-))${VALUE}`, "gi");

/** Each pattern's first group stays, its second is the secret; without groups the whole match is. Each begins at its own literal, so that no text makes them slow. */
const PATTERNS: readonly RegExp[] = [
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  /((?:Bearer|Basic)[ \t]{1,4})([A-Za-z0-9._~+/-]{8,}={0,2})/gi,
  NAMED_VALUE,
  NAMED_LIST,
  NAMED_VARIABLE,
  FLAG_VALUE,
  new RegExp(String.raw`(--password[= ])(?!-)${WORD}`, "g"),
  new RegExp(String.raw`(\b(?:mysql(?:dump|admin|binlog)?|mariadb(?:-dump|-admin)?)\b[^\n|;]{0,400}?\s-p)(?!\s|assword|rotocol|ort)${WORD}`, "g"),
  new RegExp(String.raw`(\bredis-cli\b[^\n|;]{0,200}?\s-a\s{1,4})${WORD}`, "g"),
  new RegExp(String.raw`(\bcurl\b[^\n|;]{0,400}?\s(?:-u|--user)[\s=]{0,4}["']?[^\s:"']{1,128}:)(?!${REFERENCE_WORD})((?:${SUBSTITUTION}|[^\s"'])+)`, "g"),
  new RegExp(String.raw`(:\/\/[^\s:/@"']{0,128}:)(?!${REFERENCE_WORD})((?:${SUBSTITUTION}|[^\s/@"']){1,256})(?=@)`, "g"),
  /(\bIDENTIFIED\s(?:WITH\s\w{1,64}\s)?BY\s{1,4}|\bPASSWORD\s?\(\s?)('[^']*'|"[^"]*")/gi,
];

const KEY_BEGIN = /-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----/;
const KEY_END = /-----END [A-Z ]{0,24}PRIVATE KEY-----/;

function maskLine(line: string, state: State, known: RegExp | undefined): string {
  if (line === "") return "";
  let text = line;
  if (state.isInToken) text = text.replace(/^[A-Za-z0-9+/=_.-]*/, "");
  text = maskKeys(text, state);
  text = state.context.mask(state.data.mask(text, MASK), MASK);
  if (known !== undefined) text = text.replaceAll(known, MASK);
  return maskPatterns(text);
}

function maskPatterns(text: string): string {
  const masked = PATTERNS.reduce((line, pattern) => line.replaceAll(pattern, maskMatch), text);
  // Only a line that holds a secret is worth the reading as JSON.
  return masked === text ? text : (maskJsonLine(text, RULES, maskContent, MASK) ?? masked);
}

/** A JSON string's content may have lines, or be JSON again. */
function maskContent(content: string): string {
  return content.split("\n").map(maskPatterns).join("\n");
}

const RULES: SecretRules = { isSecretName: (name) => SECRET_KEY.test(name), isSecretValue };

/** References to a secret, and words that say there is none, are no secrets. */
function isSecretValue(value: string): boolean {
  const named = `password: ${JSON.stringify(value)}`;
  return value !== "" && named.replaceAll(NAMED_VALUE, maskMatch) !== named;
}

function maskMatch(whole: string, ...groups: readonly unknown[]): string {
  const [kept, secret] = groups;
  if (typeof kept !== "string" || typeof secret !== "string") return MASK;
  const opening = /^(?:\\{0,3}"|')/.exec(secret)?.[0] ?? "";
  const closing = opening === "" ? "" : opening;
  return whole.slice(0, kept.length) + opening + MASK + closing;
}

/** A private key over lines or in one line. */
function maskKeys(line: string, state: State): string {
  let output = "";
  let rest = line;
  for (;;) {
    const edge = (state.isInKey ? KEY_END : KEY_BEGIN).exec(rest);
    if (edge === null) return output + (state.isInKey ? "" : rest);
    if (state.isInKey) state.isInKey = false;
    else {
      output += `${rest.slice(0, edge.index)}${MASK}`;
      state.isInKey = true;
    }
    rest = rest.slice(edge.index + edge[0].length);
  }
}

/** Passes a piece of a very long line on, cut where no secret lies across. */
function passPiece(state: State, known: RegExp | undefined): string {
  const text = state.pending;
  let cut = text.length - HOLD_BACK;
  for (const pattern of known === undefined ? PATTERNS : [...PATTERNS, known]) {
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (match.index < cut && end > cut) cut = match.index;
    }
  }
  // An opened private key or Secret is read by lines: its line is kept whole as long as it may be.
  const isStructured = KEY_BEGIN.test(text) || /data\\{0,3}"?\s{0,4}:\s{0,4}\{/i.test(text);
  if ((cut <= 0 || isStructured) && text.length < MAX_TOKEN) return "";
  const size = cut <= 0 || isStructured ? text.length : cut;
  state.pending = text.slice(size);
  const masked = maskLine(text.slice(0, size), state, known);
  // The cut may lie inside the token that was just masked: what belongs to it is dropped too.
  state.isInToken = size === text.length;
  return masked;
}

/** Secrets that were seen as such (a secret parameter, an answered prompt, a Secret's data): masked wherever they turn up, in plain, base64 and percent-encoded form. Shorter ones than 4 characters are left. */
export class KnownSecrets {
  readonly #forms = new Set<string>();
  #pattern: RegExp | undefined;

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: string): void {
    const before = this.#forms.size;
    for (const line of secret.split(/[\r\n]+/)) {
      if (line.length < 4) continue;
      for (const form of [line, base64(line), encodeURIComponent(line), JSON.stringify(line).slice(1, -1)]) this.#forms.add(form);
    }
    if (secret.length >= 4) this.#forms.add(base64(secret));
    if (this.#forms.size > before) this.#pattern = undefined;
  }

  /** Matches every form of every secret; `undefined` while none is known. */
  get pattern(): RegExp | undefined {
    if (this.#forms.size === 0) return undefined;
    const longestFirst = (): string[] => [...this.#forms].toSorted((a, b) => b.length - a.length);
    this.#pattern ??= new RegExp(longestFirst().map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join("|"), "g");
    return this.#pattern;
  }
}

function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text))).replace(/=+$/, "");
}
