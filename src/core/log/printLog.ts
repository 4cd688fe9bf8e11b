import type { IncidentLog } from "./incidentLog.ts";
import { printHtmlLog } from "./htmlLog.ts";
import { printJsonLog } from "./jsonLog.ts";
import { printMarkdownLog } from "./markdownLog.ts";

/** What a log can be exported as, with the end of the file's name. */
export const LOG_FORMATS = { markdown: ".log.md", html: ".log.html", json: ".log.json" } as const;

export type LogFormat = keyof typeof LOG_FORMATS;

/** Whether a word names a format. */
export function isLogFormat(word: string): word is LogFormat {
  return Object.hasOwn(LOG_FORMATS, word);
}

/** The log in a format. */
export function printLog(log: IncidentLog, format: LogFormat): string {
  switch (format) {
    case "markdown":
      return printMarkdownLog(log);
    case "html":
      return printHtmlLog(log);
    case "json":
      return printJsonLog(log);
  }
}
