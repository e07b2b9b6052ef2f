/** Times as a conversation needs them: the clock beside a line, the day above a stretch. */
import { i18n } from "../i18n/index.svelte";

const format = (iso: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(i18n.language, options).format(Date.parse(iso));

export const clockTime = (iso: string): string => format(iso, { timeStyle: "short" });

export const dayName = (iso: string): string =>
  format(iso, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** The time today, or the day and the time. */
export function untilTime(iso: string): string {
  const today = new Date().toDateString() === new Date(iso).toDateString();
  return today ? clockTime(iso) : format(iso, { dateStyle: "medium", timeStyle: "short" });
}
