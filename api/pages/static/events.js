// What a person did, sent in batches. Every event has an id, so that sending one twice counts once. Events wait in
// localStorage until the server has answered. Time spent is never recorded.

const KEY = `kindling-events-${document.body.dataset.person ?? ""}`;
const BATCH = 100;
let timer = null;
let sending = false;

function waiting() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function keep(events) {
  localStorage.setItem(KEY, JSON.stringify(events.slice(-500)));
}

/** Note one event; it is sent within two seconds, or when the page is left. */
export function report(kind, details = {}) {
  const event = { event_id: crypto.randomUUID(), kind, occurred_at: new Date().toISOString(), ...details };
  keep([...waiting(), event]);
  clearTimeout(timer);
  timer = setTimeout(flush, 2000);
  return event.event_id;
}

/** Send what waits. What the server took is forgotten; what it could not take is tried again later. */
export async function flush() {
  const batch = waiting().slice(0, BATCH);
  if (!batch.length || sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    const response = await fetch("/v1/events", {
      method: "POST", credentials: "same-origin", keepalive: true,
      headers: { "Content-Type": "application/json" }, body: JSON.stringify({ events: batch }),
    });
    const settled = response.ok || (response.status >= 400 && response.status < 500 && ![401, 408, 429].includes(response.status));
    if (settled) forget(batch);
    else timer = setTimeout(flush, 10_000);
  } catch {
    timer = setTimeout(flush, 10_000);
  } finally {
    sending = false;
  }
  if (waiting().length >= BATCH) flush();
}

function forget(batch) {
  const sent = new Set(batch.map((event) => event.event_id));
  keep(waiting().filter((event) => !sent.has(event.event_id)));
}

// Leaving the page: hand the rest to the browser, which sends it even when the page is gone. They stay in
// localStorage until some page sees an answer, so a lost beacon loses nothing and a doubled one counts once.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  const batch = waiting().slice(0, BATCH);
  if (batch.length) navigator.sendBeacon("/v1/events", new Blob([JSON.stringify({ events: batch })], { type: "application/json" }));
});
