/** Screens have addresses after `#`, so that one static page serves them all. */

import { useEffect, useState } from "../vendor/hooks.js";

export function useAddress() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [screen = "", ...parts] = path.split("/").map(decodeURIComponent);
  return { screen: screen || "environments", parts, query: new URLSearchParams(query) };
}

export function go(...parts) {
  location.hash = link(...parts);
}

export function link(...parts) {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** Changes what comes after `?` without another entry in the browser's history. */
export function replaceQuery(changes) {
  const [path, text] = location.hash.split("?");
  const query = new URLSearchParams(text);
  for (const [key, value] of Object.entries(changes)) {
    if (value) query.set(key, value);
    else query.delete(key);
  }
  location.replace(query.size ? `${path || "#/"}?${query}` : path || "#/");
}
