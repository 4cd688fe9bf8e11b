/**
 * Masks the values of a Kubernetes Secret's `data` and `stringData` in YAML and JSON, as `kubectl get -o yaml|json` prints them.
 * The kind often comes after the data, so that every `data` block is treated as a Secret's: values that are base64 are masked,
 * others (a ConfigMap's) stay unless `kind: Secret` was seen before or the block is `stringData`.
 */
export interface SecretDataState {
  /** The line with its secret values masked. Lines must come in order. */
  mask(line: string, mask: string): string;
}

interface Block {
  readonly kind: "yaml" | "json";
  /** Blanks before the block's name; it ends at the next line indented no deeper. */
  readonly indent: number;
  readonly isString: boolean;
  /** Indent of a value that goes on over lines (`key: |`); `undefined` outside one. */
  multiline: number | undefined;
}

/** State for one stream. */
export function secretDataState(): SecretDataState {
  let block: Block | undefined;
  let isSecret = false;
  return {
    mask(line, mask) {
      if (/^\s*(?:- )?"?kind"?:\s*"?\w+"?,?\s*$/.test(line)) isSecret = /\bSecret\b/.test(line);
      const compact = maskCompact(line, mask);
      if (compact !== line) return compact;
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      if (block !== undefined && line.trim() !== "" && indent <= block.indent) block = undefined;
      if (block !== undefined) return maskEntry(line, indent, block, isSecret, mask);
      const opened = /^( *)(?:- )?(?:"(data|stringData)": ?\{|(data|stringData):)\s*$/.exec(line);
      if (opened !== null) {
        const name = opened[2] ?? opened[3];
        block = { kind: opened[2] === undefined ? "yaml" : "json", indent: (opened[1] ?? "").length + (/^ *- /.test(line) ? 2 : 0), isString: name === "stringData", multiline: undefined };
      }
      return line;
    },
  };
}

function maskEntry(line: string, indent: number, block: Block, isSecret: boolean, mask: string): string {
  if (block.multiline !== undefined) {
    if (indent > block.multiline || line.trim() === "") return line.trim() === "" ? line : " ".repeat(indent) + mask;
    block.multiline = undefined;
  }
  const entry = block.kind === "json" ? /^(\s*"[^"]*":\s*")((?:[^"\\]|\\.)*)(",?\s*)$/.exec(line) : /^(\s*[^:\s][^:]*:\s+)(\S.*?)(\s*)$/.exec(line);
  if (entry === null) return line;
  const [, before = "", value = "", after = ""] = entry;
  if (/^[|>][-+\d]*$/.test(value) && block.kind === "yaml") {
    if (isSecret || block.isString) block.multiline = indent;
    return line;
  }
  return block.isString || isSecret || isBase64(value) ? before + mask + after : line;
}

/** `"data":{"key":"…"}` in one line, also inside the quoted JSON of an annotation. */
function maskCompact(line: string, mask: string): string {
  const isNamed = /\\{0,3}"kind\\{0,3}": ?\\{0,3}"Secret\\{0,3}"/.test(line);
  return line.replaceAll(/(\\{0,3}"(?:data|(stringData))\\{0,3}": ?\{)([^{}]+)(?=\}|$)/g, (whole, head: string, isString: string | undefined, body: string) => {
    const masked = body.replaceAll(/(\\{0,3}": ?\\{0,3}")([^"\\]*)/g, (entry, before: string, value: string) => (value !== "" && (isNamed || isString !== undefined || isBase64(value)) ? before + mask : entry));
    return masked === body ? whole : head + masked;
  });
}

/** Base64 of at least 6 bytes, or shorter with padding: plain words of 4 letters (`true`) stay. */
function isBase64(value: string): boolean {
  const text = value.replaceAll(/^["']|["']$/g, "");
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text) && (text.length >= 8 || text.endsWith("="));
}
