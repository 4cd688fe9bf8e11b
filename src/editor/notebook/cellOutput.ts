import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { CellOutputPart } from "../../core/protocol.ts";
import { BoundedText, countLines, startOfLastLines, type TextLimit } from "../../core/run/boundedText.ts";
import type { WholeOutput } from "../../core/run/journalEvent.ts";
import { levelLines, type LogLine, type LogOutput, readLogLines } from "../../core/run/logLines.ts";
import { shapeOutput, type OutputShape } from "../../core/run/outputShape.ts";
import { STREAM_WORDS, wholeOutputWords } from "../../core/run/wholeOutputText.ts";
import { OUTPUT_MIMES } from "../contributions.ts";

const FLUSH_MS = 80;
/** A long text is drawn anew less often. */
const LONG_FLUSH_MS = 1000;
const LONG_TEXT = 32 * 1024;
/** More lines make a notebook slow. */
const LINES_AT_MOST = 5_000;
const SEGMENT_LIMIT = 200;

/** Of a log that still grows the newest lines are shown: to draw all of a long one again and again would make the notebook slow. */
const GROWING_LINES = 1_000;

interface Segment {
  readonly key: string;
  readonly statement: number;
  readonly stream: CellOutputPart["stream"];
  readonly text: BoundedText;
  /** Line ends that have come, kept or not. */
  lines: number;
  output: vscode.NotebookCellOutput;
  isDirty: boolean;
  isShown: boolean;
  /** Whether it is shown as a log, to be followed, while it grows. */
  isLog: boolean;
}

/** Collects one execution's output and shows it in the cell a few times a second, in order of arrival. */
export class CellOutput implements vscode.Disposable {
  readonly #execution: vscode.NotebookCellExecution;
  readonly #limit: TextLimit;
  readonly #onError: (error: unknown) => void;
  readonly #segments: Segment[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  /** `limitKiB` bounds each stretch of one stream. `onError` is told when the cell cannot be written (it was deleted). */
  constructor(execution: vscode.NotebookCellExecution, limitKiB: number, onError: (error: unknown) => void) {
    this.#execution = execution;
    this.#limit = { length: limitKiB * 1024, lines: LINES_AT_MOST };
    this.#onError = onError;
  }

  append(output: CellOutputPart): void {
    const last = this.#segments.at(-1);
    const isSame = last !== undefined && ((last.statement === output.statement && last.stream === output.stream) || this.#segments.length >= SEGMENT_LIMIT);
    const segment = isSame ? last : this.#addSegment(output);
    segment.text.push(output.text);
    segment.lines += countLines(output.text);
    segment.isDirty = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(this.#onError);
    }, segment.text.length > LONG_TEXT ? LONG_FLUSH_MS : FLUSH_MS);
  }

  /**
   * The final outputs: tables, logs and JSON in their shapes beside their text, a button for each output that is kept whole in a file,
   * and closing lines instead of the notes that said the same on the way.
   */
  async finish(closing: string, isFailure: boolean, kept: KeptOutputs): Promise<void> {
    await this.flush();
    const items = [...this.#segments.flatMap((segment) => finalItems(segment, closing)), ...kept.whole.filter(({ bytes }) => bytes > 0).map((whole) => linkItems(kept.run, whole))];
    const outputs = items.map((own) => new vscode.NotebookCellOutput([...own]));
    if (closing !== "") {
      outputs.push(new vscode.NotebookCellOutput([isFailure ? vscode.NotebookCellOutputItem.stderr(closing) : vscode.NotebookCellOutputItem.stdout(closing)]));
    }
    // As in #drawAnew.
    await this.#execution.clearOutput();
    await this.#execution.replaceOutput(outputs);
  }

  /** Writes what has come since the last time. */
  async flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    await this.#flushing;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #addSegment(output: CellOutputPart): Segment {
    const segment: Segment = {
      key: randomUUID(), statement: output.statement, stream: output.stream, text: new BoundedText(this.#limit), lines: 0,
      output: new vscode.NotebookCellOutput([]), isDirty: false, isShown: false, isLog: false,
    };
    this.#segments.push(segment);
    return segment;
  }

  async #write(): Promise<void> {
    for (const segment of this.#segments) {
      if (!segment.isDirty) continue;
      segment.isDirty = false;
      // What has come at once is not growing: its end comes with it.
      if (segment.isShown && !segment.isLog && segment.stream === "stdout" && readLogLines(newestLines(segment)) !== undefined) {
        segment.isLog = true;
        await this.#drawAnew();
      } else if (segment.isShown) await this.#execution.replaceOutputItems([...itemsOf(segment)], segment.output);
      else {
        segment.isShown = true;
        segment.output.items = [...itemsOf(segment)];
        await this.#execution.appendOutput(segment.output);
      }
    }
  }

  /**
   * VS Code draws streams that follow each other into one box, and keeps a box that looks unchanged: a stream that becomes a log would
   * still stand in the box before it.
   */
  async #drawAnew(): Promise<void> {
    const shown = this.#segments.filter(({ isShown }) => isShown);
    for (const segment of shown) segment.output = new vscode.NotebookCellOutput([...itemsOf(segment)]);
    await this.#execution.clearOutput();
    await this.#execution.replaceOutput(shown.map(({ output }) => output));
  }
}

/** What of an execution's output is kept whole, in files of the run. */
export interface KeptOutputs {
  readonly run: string;
  readonly whole: readonly WholeOutput[];
}

/** A button that opens a file of the run, and the same in words for copying and where nothing draws buttons. */
function linkItems(run: string, whole: WholeOutput): readonly vscode.NotebookCellOutputItem[] {
  const label = `Open Whole ${whole.stream === "stdout" ? "Output" : "Standard Error"}`;
  const words = wholeOutputWords(whole);
  return [vscode.NotebookCellOutputItem.json({ run, path: whole.path, label, words }, OUTPUT_MIMES.whole), vscode.NotebookCellOutputItem.text(`The whole ${STREAM_WORDS[whole.stream]} is in ${run}/${whole.path}: ${words}`)];
}

/** The items of a segment's output, none or one list of them. */
function finalItems(segment: Segment, closing: string): readonly (readonly vscode.NotebookCellOutputItem[])[] {
  const text = segment.text.toString();
  if (segment.stream === "note") {
    const news = text.split("\n").filter((line) => line.trim() !== "" && !closing.includes(line.trim()));
    return news.length === 0 ? [] : [[vscode.NotebookCellOutputItem.text(news.join("\n"))]];
  }
  const shape = segment.stream === "stdout" ? shapeOutput(text) : undefined;
  return [shape === undefined ? [toItem(segment)] : [shapedItem(shape, segment, text), vscode.NotebookCellOutputItem.text(text)]];
}

function shapedItem(shape: OutputShape, segment: Segment, text: string): vscode.NotebookCellOutputItem {
  switch (shape.kind) {
    case "table":
      return vscode.NotebookCellOutputItem.json(shape.table, OUTPUT_MIMES.table);
    case "log":
      return logItem(segment, text, shape.lines, false);
    case "json":
      return vscode.NotebookCellOutputItem.json(shape.value, OUTPUT_MIMES.json);
  }
}

/** A segment while it grows. */
function itemsOf(segment: Segment): readonly vscode.NotebookCellOutputItem[] {
  if (!segment.isLog) return [toItem(segment)];
  const text = newestLines(segment);
  return [logItem(segment, text, levelLines(text), true), vscode.NotebookCellOutputItem.text(text)];
}

/** `text` is the segment's, or its end. */
function logItem({ key, lines: ends }: Segment, text: string, lines: readonly LogLine[], isGrowing: boolean): vscode.NotebookCellOutputItem {
  const whole = ends + (text.endsWith("\n") ? 0 : 1);
  const log: LogOutput = { key, isGrowing, first: Math.max(0, whole - lines.length), lines };
  return vscode.NotebookCellOutputItem.json(log, OUTPUT_MIMES.log);
}

function newestLines({ text }: Segment): string {
  const all = text.toString();
  return all.slice(startOfLastLines(all, GROWING_LINES));
}

function toItem(segment: Segment): vscode.NotebookCellOutputItem {
  const text = segment.text.toString();
  switch (segment.stream) {
    case "stdout":
      return vscode.NotebookCellOutputItem.stdout(text);
    case "stderr":
      return vscode.NotebookCellOutputItem.stderr(text);
    case "note":
      return vscode.NotebookCellOutputItem.text(text);
  }
}
