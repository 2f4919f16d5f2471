// The JSON API on the same origin. The cookie carries who is signed in; errors become ApiError with plain words.

/** What the server said was wrong: `detail` for people, `code`, `field`, and for refusals the rule and how to appeal. */
export class ApiError extends Error {
  constructor(status, problem) {
    const said = problem.error ?? problem;
    super(said.detail ?? said.message ?? "Something went wrong. Please try again.");
    this.status = status;
    this.problem = problem;
    this.code = said.code ?? said.type ?? "";
    this.field = said.field ?? said.param ?? null;
    for (const name of ["rule_id", "policy_version", "decision_id", "expected", "retry_after_s"]) {
      this[name] = said[name] ?? problem[name] ?? null;
    }
  }
}

let proof = null; // what a step-up gave, {token, expires_at}: in memory only, gone with the page

/** Let what follows be done with a step-up's token, until it ends. */
export function carryProof(found) { proof = found; }

/** Call the API. `body` becomes JSON unless it is a FormData. Writes carry an idempotency key, so a retry is harmless. */
export async function call(method, path, body, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const init = { method, headers, credentials: "same-origin", keepalive: options.keepalive ?? false };
  if (method !== "GET") {
    headers["Idempotency-Key"] ??= crypto.randomUUID();
    if (proof) headers.Authorization = `Bearer ${proof.token}`;
  }
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch(() => {
    throw new ApiError(0, { detail: "The server cannot be reached just now. Check the connection and try again." });
  });
  if (response.status === 401 && proof) { proof = null; return call(method, path, body, options); } // it has ended
  if (response.status === 401 && !options.anonymous) location.assign(`/?next=${encodeURIComponent(location.pathname)}`);
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  if (response.status === 202) return { asked: true }; // it waits for someone's answer
  return response.status === 204 ? null : response.json();
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}, options = {}) => call("POST", path, body, options);
export const put = (path, body) => call("PUT", path, body);
export const remove = (path) => call("DELETE", path);

export const me = document.body.dataset.person ?? "";
export const isMinor = document.body.dataset.minor === "true";
