// Slack's dates: a moment and a pattern with {date}, {time}..., shown in the reader's zone and language.

import { h } from "./dom.js";
import { safeUrl } from "./entities.js";

const FORMATS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { year: "numeric", month: "long", day: "numeric", weekday: "long" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};
const DAY = 86_400;

/** `seconds` since 1970 as a <time>, within a link if `url` is given; `fallback` when that is no moment. */
export function slackDate(seconds, pattern, { url, fallback, names }) {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return h("span", { dir: "auto" }, fallback ?? "");
  const words = (pattern || "{date_short} {time}").replace(/\{(\w+)\}/g, (whole, name) => part(moment, name, names) ?? whole);
  const node = h("time", { datetime: moment.toISOString(), title: moment.toLocaleString("en"), dir: "auto" }, words);
  const href = url && safeUrl(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, node) : node;
}

function part(moment, name, names) {
  if (name === "ago") return ago(moment, names);
  const pretty = name.endsWith("_pretty");
  const options = FORMATS[pretty ? name.slice(0, -"_pretty".length) : name];
  if (!options) return null;
  return (pretty && nearDay(moment, names)) || format(moment, options, names);
}

function format(moment, options, { locale, tz }) {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: tz }).format(moment);
  } catch {
    return new Intl.DateTimeFormat("en", options).format(moment);
  }
}

/** "today", "tomorrow", "yesterday" in the reader's language, or null. */
function nearDay(moment, names) {
  const dayOf = (date) => format(date, FORMATS.date_num, names);
  const now = Date.now();
  const near = [-1, 0, 1].find((days) => dayOf(new Date(now + days * DAY * 1000)) === dayOf(moment));
  return near === undefined ? null : relative(names).format(near, "day");
}

function ago(moment, names) {
  const seconds = Math.round((moment.getTime() - Date.now()) / 1000);
  const [size, unit] = [[DAY, "day"], [3600, "hour"], [60, "minute"], [1, "second"]].find(([each]) => Math.abs(seconds) >= each) ?? [1, "second"];
  return relative(names).format(Math.trunc(seconds / size), unit);
}

function relative({ locale }) {
  try {
    return new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  } catch {
    return new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  }
}
