/** Values inside of a JSON object by path, such as `gpu.vmSize`. */

export function readPath(object, path) {
  return path.split(".").reduce((value, key) => value?.[key], object);
}

/** A copy in which the value is another one; undefined and empty objects are left out. */
export function writePath(object, path, value) {
  const [key, ...rest] = path.split(".");
  const inner = rest.length > 0 ? writePath(object?.[key] ?? {}, rest.join("."), value) : value;
  const { [key]: _, ...others } = object ?? {};
  if (isNothing(inner)) return others;
  return key in (object ?? {}) ? { ...object, [key]: inner } : { ...others, [key]: inner };
}

function isNothing(value) {
  return value === undefined || (value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);
}

/** The messages of an error by the field that each is about. */
export function messagesByField(error) {
  const messages = new Map();
  for (const { target, message } of [error ?? {}, ...(error?.details ?? [])]) {
    const field = target?.replace(/\[\d+\]/g, "");
    if (field && !messages.has(field)) messages.set(field, message);
  }
  return messages;
}
