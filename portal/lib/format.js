const MONEY = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const SMALL = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 3 });
const TIME = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

export function money(usd) {
  if (usd === undefined || usd === null) return "–";
  return usd > 0 && usd < 1 ? SMALL.format(usd) : MONEY.format(usd);
}

export function time(text) {
  return text ? TIME.format(new Date(text)) : "–";
}

/** @returns {string} such as `1 h 5 min`. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
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
