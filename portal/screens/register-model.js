import { useEffect, useState } from "../vendor/hooks.js";
import { get, send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { messagesByField } from "../lib/paths.js";
import { go, link } from "../lib/router.js";
import { Fields, LINES, NUMBER, TEXT } from "../parts/fields.js";
import { Problem } from "../parts/problem.js";

const FIELDS = [
  { path: "name", label: "Name", hint: "Lower-case letters, digits, '.', '_' and '-'", isRequired: true, ...TEXT },
  { path: "image", label: "Image", hint: "By its digest: registry.example.com/vllm@sha256:…", isRequired: true, isWide: true, ...TEXT },
  { path: "engine", label: "Engine", hint: "Such as vllm 0.31.0", ...TEXT },
  { path: "licence", label: "Licence of the weights", ...TEXT },
  { path: "source", label: "Weights", hint: "az://account/container/folder, or oci:// with a digest", isWide: true, ...TEXT },
  { path: "digest", label: "Digest of SHA256SUMS", hint: "Of a folder of blobs", isWide: true, ...TEXT },
  { path: "sizeGiB", label: "Size of the weights in GiB", ...NUMBER },
  { path: "gpusPerReplica", label: "GPUs per replica", ...NUMBER },
  { path: "command", label: "Entry point", hint: "One word a line", ...LINES },
  { path: "args", label: "Arguments", hint: "One a line", ...LINES },
];

/** A version of a model, which never changes; begun with the latest one of the model, if there is one. */
export function RegisterModel({ query }) {
  const like = query.get("like");
  const [content, setContent] = useState({});
  const [error, setError] = useState(null);
  useEffect(() => {
    if (like) get(`/models/${encodeURIComponent(like)}`).then(({ versions }) => setContent(versions[0]?.content ?? {}), setError);
  }, [like]);
  const register = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      await send("POST", "/models", content);
      go("models", content.name);
    } catch (problem) {
      setError(problem);
    }
  };
  return html`
    <p class="back"><a href=${link("models")}>← Models</a></p>
    <h1>Register a version</h1>
    <p class="quiet">Versions are numbered from 1 and never change; the same content again is the same version.</p>
    <form onSubmit=${register}>
      <${Fields} fields=${FIELDS} object=${content} messages=${messagesByField(error?.error)} onChange=${setContent} />
      <div class="row"><button class="main">Register</button></div>
    </form>
    ${error && html`<${Problem} error=${error} />`}
  `;
}
