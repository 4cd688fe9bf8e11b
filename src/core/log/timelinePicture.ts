import { clockText } from "../run/clockText.ts";
import type { IncidentLog, TimelineRow } from "./incidentLog.ts";
import { escapeHtml } from "./escapeHtml.ts";

const WIDTH = 960;
const MARGIN = 16;
const LABEL_ROWS = 4;
const LABEL_HEIGHT = 17;
/** Rough width of a letter of the labels, in the picture's units. */
const LETTER = 6.2;
const LANE = { top: LABEL_ROWS * LABEL_HEIGHT + 12, height: 26 };
const AXIS_Y = LANE.top + LANE.height + 12;
const HEIGHT = AXIS_Y + 26;
/** Distances between two ticks of the axis, seconds. */
const TICK_STEPS = [5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 86_400] as const;
const TICKS_AT_MOST = 12;

/** Maps a time onto the picture. */
interface Scale {
  readonly from: number;
  readonly to: number;
  x(at: number): number;
}

/**
 * The run as one SVG line: what people decided above, what was run as bars, and the time since the impact against the recovery time
 * objective. It carries its own words for those who cannot see it; colours come from the page's custom properties.
 */
export function drawTimeline(log: IncidentLog): string {
  const scale = scaleOf(log);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="timeline-title timeline-text" xmlns="http://www.w3.org/2000/svg">`,
    `<title id="timeline-title">Timeline of the run</title><desc id="timeline-text">${escapeHtml(describePicture(log))}</desc>`,
    ...objective(log, scale),
    `<rect class="lane" x="${MARGIN}" y="${LANE.top}" width="${WIDTH - 2 * MARGIN}" height="${LANE.height}" rx="3"/>`,
    ...log.executions.map((execution) => {
      const x = scale.x(execution.startedAt);
      const width = Math.max(2, scale.x(execution.endedAt ?? execution.startedAt) - x);
      return `<rect class="bar ${execution.status}" x="${round(x)}" y="${LANE.top + 3}" width="${round(width)}" height="${LANE.height - 6}"><title>${escapeHtml(`${execution.cell}: ${execution.status}`)}</title></rect>`;
    }),
    ...labels(log.timeline.filter(isMilestone), scale),
    ...ticks(log, scale),
    "</svg>",
  ].join("\n");
}

function scaleOf(log: IncidentLog): Scale {
  const from = Math.min(log.impactAt ?? log.startedAt, log.startedAt);
  const objectiveAt = log.impactAt !== undefined && log.rtoMs !== undefined ? log.impactAt + log.rtoMs : from;
  const to = Math.max(log.endedAt, objectiveAt, from + 1000);
  return { from, to, x: (at) => MARGIN + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (WIDTH - 2 * MARGIN) };
}

function describePicture(log: IncidentLog): string {
  const ran = `${log.executions.length} ${log.executions.length === 1 ? "cell was" : "cells were"} run.`;
  if (log.impactAt === undefined) return `${ran} The start of the impact is not marked.`;
  const goal = log.rtoMs === undefined ? "without an objective" : `against an objective of ${clockText(log.rtoMs)}`;
  const end = log.restoredAt === undefined ? `Service was not restored, ${goal}.` : `Service was restored ${clockText(log.restoredAt - log.impactAt)} after the impact began, ${goal}.`;
  return `${end} ${ran}`;
}

/** The time that the objective allows, as a band; what is beyond it stays bare. */
function objective(log: IncidentLog, scale: Scale): readonly string[] {
  if (log.impactAt === undefined || log.rtoMs === undefined) return [];
  const [start, end] = [scale.x(log.impactAt), scale.x(log.impactAt + log.rtoMs)];
  const label = `RTO ${clockText(log.rtoMs)}`;
  return [
    `<rect class="objective" x="${round(start)}" y="${LANE.top - 6}" width="${round(end - start)}" height="${LANE.height + 12}"/>`,
    `<line class="limit" x1="${round(end)}" x2="${round(end)}" y1="${LANE.top - 8}" y2="${AXIS_Y}"/>`,
    `<text class="limit" x="${round(end - 4)}" y="${HEIGHT - 2}" text-anchor="end">${label}</text>`,
  ];
}

/** What deserves words in the picture: marks of the clock, faults and decisions. */
function isMilestone(row: TimelineRow): boolean {
  return row.icon === "clock" || row.icon === "fault" || row.icon === "note";
}

/** Labels in the first row where each has room; those without any keep their stroke only, and the table below has their words. */
function labels(rows: readonly TimelineRow[], scale: Scale): readonly string[] {
  const free: number[] = Array.from({ length: LABEL_ROWS }, () => 0);
  return rows.flatMap((row) => {
    const x = scale.x(row.at);
    const text = row.text.length > 34 ? `${row.text.slice(0, 33)}…` : row.text;
    const width = text.length * LETTER + 10;
    const isLeft = x + width > WIDTH - MARGIN;
    const [from, to] = isLeft ? [x - width, x] : [x, x + width];
    const place = free.findIndex((end) => end <= from);
    const stroke = `<line class="mark" x1="${round(x)}" x2="${round(x)}" y1="${place < 0 ? LANE.top - 6 : place * LABEL_HEIGHT + 4}" y2="${LANE.top + LANE.height}"/>`;
    if (place < 0) return [stroke];
    free[place] = to;
    return [stroke, `<text x="${round(isLeft ? x - 4 : x + 4)}" y="${place * LABEL_HEIGHT + 14}"${isLeft ? ' text-anchor="end"' : ""}>${escapeHtml(text)}</text>`];
  });
}

function ticks(log: IncidentLog, scale: Scale): readonly string[] {
  const origin = log.impactAt ?? scale.from;
  const seconds = (scale.to - scale.from) / 1000;
  const step = (TICK_STEPS.find((candidate) => seconds / candidate <= TICKS_AT_MOST) ?? Math.ceil(seconds / TICKS_AT_MOST)) * 1000;
  const lines = [`<line class="axis" x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${AXIS_Y}" y2="${AXIS_Y}"/>`];
  for (let at = origin; at <= scale.to; at += step) {
    const x = round(scale.x(at));
    lines.push(`<line class="axis" x1="${x}" x2="${x}" y1="${AXIS_Y}" y2="${AXIS_Y + 4}"/><text class="tick" x="${x}" y="${AXIS_Y + 16}" text-anchor="${at === origin ? "start" : "middle"}">${clockText(at - origin)}</text>`);
  }
  return lines;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
