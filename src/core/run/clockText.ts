/** `04:12`, from an hour on `1:04:12`; a negative duration has a minus. */
export function clockText(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return `${ms < 0 && seconds > 0 ? "-" : ""}${hours > 0 ? `${hours}:${rest}` : rest}`;
}
