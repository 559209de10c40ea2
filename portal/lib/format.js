import { now } from "./clock.js";

const MONEY = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const SMALL = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 3 });
const TIME = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const DATE = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });

export function money(usd) {
  if (usd === undefined || usd === null) return "–";
  return usd > 0 && usd < 1 ? SMALL.format(usd) : MONEY.format(usd);
}

export function time(text) {
  return text ? TIME.format(new Date(text)) : "–";
}

/** @returns {string} such as `Jun 18, 2026`, of lists that are of a day. */
export function date(text) {
  return text ? DATE.format(new Date(text)) : "–";
}

/** @returns {string} such as `4 min 47 s` or `1 h 5 min`. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function secondsBetween(from, to) {
  return (new Date(to) - new Date(from)) / 1000;
}

export function value(any) {
  if (any === undefined) return "–";
  return typeof any === "string" ? any : JSON.stringify(any);
}

const COUNT = new Intl.NumberFormat("en");

export function count(number) {
  return COUNT.format(number);
}

/** @returns {string} such as `3 h 5 min` or `12 days`, up to now. */
export function since(text) {
  const seconds = Math.max(secondsBetween(text, now()), 0);
  if (seconds >= 2 * DAY) return `${Math.floor(seconds / DAY)} days`;
  return duration(seconds < 60 ? Math.floor(seconds) : Math.floor(seconds / 60) * 60).replace(" 0 s", "");
}

const DAY = 86_400;

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const MOMENT = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** @returns {string} such as `Nov 22, 12:00`. */
export function moment(text) {
  return MOMENT.format(new Date(text));
}

export function clock(text) {
  return CLOCK.format(new Date(text));
}
