/** The public API: nothing here can do what `curl` cannot. */

import { noteClock, now } from "./clock.js";

export class ApiError extends Error {
  /** @param {number} status 0 if no answer arrived. */
  constructor(status, error, retryAfterSeconds) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Of answers that do not come from the API but from what is in front of it. */
const MESSAGES = {
  401: "You are not signed in, or no longer.",
  403: "Your account may not use this service.",
};

/** The last answer of each path that has an entity tag: an unchanged one is a 304 without a body. */
const answers = new Map();

export async function get(path) {
  const last = answers.get(path);
  const headers = last ? { "If-None-Match": last.etag } : {};
  const response = await request(path, { headers });
  if (response.status === 304) return last.body;
  const body = parse(await response.text());
  const etag = response.headers.get("ETag");
  if (etag) answers.set(path, { etag, body });
  return body;
}

export async function send(method, path, body, headers = {}) {
  const response = await request(path, {
    method,
    headers: {
      "X-Gridplane-Portal": "1",
      "Repeatability-Request-ID": crypto.randomUUID(),
      "Repeatability-First-Sent": now().toUTCString(),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { body: text ? parse(text) : null, operation: operationOf(response) };
}

/** What is in front of the API may answer with a page. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(0, { code: "NotJson", message: "What answers is not the control plane: its answer is no JSON." });
  }
}

export function etagOf(path) {
  return answers.get(path)?.etag;
}

function operationOf(response) {
  const location = response.headers.get("Operation-Location");
  return location ? new URL(location, document.baseURI).pathname.split("/").pop() : null;
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  } catch {
    throw new ApiError(0, { code: "Unreachable", message: "The control plane does not answer." });
  }
  noteClock(response);
  if (response.ok || response.status === 304) return response;
  throw new ApiError(response.status, await readError(response), retryAfter(response));
}

async function readError(response) {
  const unexplained = { code: `Http${response.status}`, message: MESSAGES[response.status] ?? "No explanation." };
  try {
    return (await response.json()).error ?? unexplained;
  } catch {
    return unexplained;
  }
}

function retryAfter(response) {
  return Number(response.headers.get("Retry-After")) || undefined;
}
