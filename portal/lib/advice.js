/** Requests that the API advises, as what the page has for them: the name of a button and where it is. */

import { LABELS } from "./labels.js";
import { link } from "./router.js";

const NAME = String.raw`(?:https?:\/\/[^/\s]+)?\/environments\/(?<name>\{name\}|[a-z][a-z0-9-]*)`;
const END = String.raw`(?![\w/-])`;

/** Each: a request, and what takes its place. */
const RULES = [
  [request(`POST ${NAME}\\/(?<action>wake|scale-down|retry|repair|cancel|approve)${END}`), ({ name, action }) => [button(action, "environments", name)]],
  [request(`POST ${NAME}\\/rollback${END}`), ({ name }) => [button("rollback", "environments", name, "versions")]],
  [request(`POST ${NAME}\\/reject${END}`), () => [button("reject", "approvals")]],
  [request(`PUT ${NAME}${END}`), ({ name }) => [button("edit", "environments", name, "edit")]],
  [request(`DELETE ${NAME}${END}`), ({ name }) => [button("delete", "environments", name)]],
  [/Send DELETE again, with \?force=true/, (_, name) => ["Choose ", button("delete", "environments", name), " again, or ", button("force", "environments", name)]],
  [/Send DELETE\b/, (_, name) => ["Choose ", button("delete", "environments", name)]],
  [/\b(?:by|with) PUT\b/, (_, name) => ["under ", button("edit", "environments", name, "edit")]],
  [request(`POST \\/environments${END}`), () => [button("new", "new")]],
  [request(`POST \\/models${END}`), () => [button("register", "register-model")]],
  [request(`POST \\/plans${END}`), () => [button("plan")]],
  [request(`POST \\/sweeps${END}`), () => [button("sweep", "sweep")]],
  [/GET \/offers\?region=[a-z0-9]+/, () => ["the table of GPU sizes"]],
];

/**
 * @param {string} name The environment that a text without its name is about.
 * @returns {(string | {label: string, href?: string})[]}
 */
export function partsOf(text, name) {
  return RULES.reduce(
    (parts, rule) => parts.flatMap((part) => (typeof part === "string" ? replace(part, rule, name) : [part])),
    [text],
  );
}

function replace(text, [pattern, write], name) {
  const found = pattern.exec(text);
  if (!found) return text ? [text] : [];
  const before = text.slice(0, found.index);
  const groups = { ...found.groups, ...(found.groups?.name === "{name}" ? { name } : {}) };
  const rest = text.slice(found.index + found[0].length);
  return [...(before ? [before] : []), ...write(groups, name), ...replace(rest, [pattern, write], name)];
}

function request(pattern) {
  return new RegExp(pattern);
}

function button(action, ...place) {
  return { label: LABELS[action], ...(place.every(Boolean) && place.length > 0 ? { href: link(...place) } : {}) };
}
