/** Screens have addresses after `#`, so that one static page serves them all. */

import { useEffect, useState } from "../vendor/hooks.js";

const ASKED = "screen";

export function useAddress() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [screen = "", ...parts] = path.split("/").map(decode);
  return { screen: screen || "environments", parts, query: new URLSearchParams(query) };
}

/** What is no encoding stands for itself. */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function go(...parts) {
  location.hash = link(...parts);
}

export function link(...parts) {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** Where one signs in, to come back to the screen that is open: browsers keep what is after `#`. */
export function signInAddress() {
  const screen = location.hash ? `?${new URLSearchParams({ [ASKED]: location.hash.slice(1) })}` : "";
  return `/.auth/login/aad?${new URLSearchParams({ post_login_redirect_uri: `/portal${screen}` })}`;
}

/** Opens the screen that a sign-in leads back to. */
export function openAsked() {
  const screen = new URLSearchParams(location.search).get(ASKED);
  if (screen?.startsWith("/")) history.replaceState(null, "", `${location.pathname}#${screen}`);
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
