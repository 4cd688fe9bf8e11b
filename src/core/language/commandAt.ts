/** A word of a command as it is written. */
export interface WrittenWord {
  /** As the command gets it: quotes and backslashes taken off, variables as written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** True where a variable in it would be put in: not inside single quotes. */
  readonly expands: boolean;
}

/** One simple command of a text. Redirections and what they lead to are no words of it. */
export interface WrittenCommand {
  readonly words: readonly WrittenWord[];
  readonly start: number;
  readonly end: number;
}

/** Words after which another command begins. */
const OPENERS = new Set(["do", "then", "else", "elif", "if", "while", "until", "!", "{", "time"]);

interface Scan {
  readonly text: string;
  at: number;
  readonly commands: WrittenCommand[];
  /** Ends of here-documents that begin on this line. */
  readonly hereDocuments: string[];
}

/**
 * The commands of a text that may be half written, inner ones (`$(…)`) after those that hold them. It only finds words: whether the text
 * may run is for the parser. Total.
 */
export function writtenCommands(text: string): readonly WrittenCommand[] {
  const scan: Scan = { text, at: 0, commands: [], hereDocuments: [] };
  while (scan.at < text.length) scanCommands(scan, undefined);
  if (scan.commands.length === 0) scan.commands.push({ words: [], start: 0, end: text.length });
  return scan.commands;
}

/** The innermost command around an offset, with the index of the word that holds the offset or ends there. */
export function commandAt(text: string, offset: number): { readonly command: WrittenCommand; readonly word: number | undefined } | undefined {
  const around = writtenCommands(text).filter((command) => command.start <= offset && offset <= command.end);
  // The innermost is the one that begins last.
  const command = around.toSorted((a, b) => b.start - a.start)[0];
  if (command === undefined) return undefined;
  const word = command.words.findIndex(({ start, end }) => start <= offset && offset <= end);
  return { command, word: word < 0 ? undefined : word };
}

/** Scans until `closer` or the end of the text; the closer is left to the caller. */
function scanCommands(scan: Scan, closer: string | undefined): void {
  const { text } = scan;
  let [start, words, isTarget]: [number, WrittenWord[], boolean] = [scan.at, [], false];
  const finish = (): void => {
    scan.commands.push({ words, start, end: scan.at });
    [words, isTarget] = [[], false];
  };
  while (scan.at < text.length) {
    const char = text.charAt(scan.at);
    if (char === closer) return finish();
    if (char === "\\" && text[scan.at + 1] === "\n") scan.at += 2;
    else if (char === "#" && isWordStart(text, scan.at)) {
      finish();
      scan.at = lineEnd(text, scan.at);
      start = scan.at;
    } else if (char === " " || char === "\t") scan.at += 1;
    else if (/[\n;&|()]/.test(char)) {
      finish();
      scan.at += 1;
      if (char === "\n") skipHereDocuments(scan);
      start = scan.at;
      // A closing bracket that nothing opened here belongs to who called.
      if (char === ")" && closer === undefined) return;
    } else if (char === "<" || char === ">") {
      isTarget = true;
      takeRedirection(scan);
    } else {
      const word = takeWord(scan);
      const isDescriptor = /^\d+$/.test(word.value) && /[<>]/.test(text.charAt(scan.at));
      if (!isTarget && !isDescriptor) words.push(word);
      isTarget = false;
      if (words.length === 1 && OPENERS.has(word.value)) [words, start] = [[], scan.at];
    }
  }
  finish();
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /[\s;&|()]/.test(text.charAt(at - 1));
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function takeRedirection(scan: Scan): void {
  const [, hereDocument = "", , delimiter = ""] = /^(<<-?(?!<))\s*(['"]?)([\w.-]+)\2/.exec(scan.text.slice(scan.at)) ?? [];
  if (hereDocument !== "") scan.hereDocuments.push(delimiter);
  while (/[<>&-]/.test(scan.text.charAt(scan.at)) && scan.at < scan.text.length) scan.at += 1;
}

/** The bodies of here-documents that began on the line before. */
function skipHereDocuments(scan: Scan): void {
  for (const delimiter of scan.hereDocuments.splice(0)) {
    while (scan.at < scan.text.length) {
      const end = lineEnd(scan.text, scan.at);
      const line = scan.text.slice(scan.at, end);
      scan.at = Math.min(scan.text.length, end + 1);
      if (line.trim() === delimiter) break;
    }
  }
}

function takeWord(scan: Scan): WrittenWord {
  const { text } = scan;
  const start = scan.at;
  let [value, expands] = ["", true];
  while (scan.at < text.length && !/[\s;&|()<>]/.test(text.charAt(scan.at))) {
    const char = text.charAt(scan.at);
    if (char === "'") {
      const end = text.indexOf("'", scan.at + 1);
      value += text.slice(scan.at + 1, end < 0 ? undefined : end);
      expands = false;
      scan.at = end < 0 ? text.length : end + 1;
    } else if (char === '"') {
      scan.at += 1;
      value += takeQuoted(scan);
    } else if (char === "\\") {
      if (text[scan.at + 1] === "\n") break;
      value += text.charAt(scan.at + 1);
      scan.at = Math.min(text.length, scan.at + 2);
    } else value += takePlain(scan);
  }
  return { value, start, end: scan.at, expands };
}

function takeQuoted(scan: Scan): string {
  let value = "";
  while (scan.at < scan.text.length && scan.text[scan.at] !== '"') {
    if (scan.text[scan.at] === "\\") {
      value += scan.text.charAt(scan.at + 1);
      scan.at = Math.min(scan.text.length, scan.at + 2);
    } else value += takePlain(scan);
  }
  scan.at = Math.min(scan.text.length, scan.at + 1);
  return value;
}

/** One character, or a whole `$(…)`, whose commands are scanned too. */
function takePlain(scan: Scan): string {
  const start = scan.at;
  if (!scan.text.startsWith("$(", start)) {
    scan.at += 1;
    return scan.text.charAt(start);
  }
  scan.at += 2;
  scanCommands(scan, ")");
  scan.at = Math.min(scan.text.length, scan.at + 1);
  return scan.text.slice(start, scan.at);
}
