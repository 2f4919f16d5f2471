// Following a job: server-sent events, and plain polling when the stream breaks.

import { ApiError, get } from "./api.js";

const POLL_MS = 1500;

/** Call back with percent, then once with the finished video or what went wrong. Returns a function that stops it. */
export function watchProgress(videoId, { onProgress, onDone, onFailed }) {
  let over = false;
  let timer = null;
  const source = new EventSource(`/v1/videos/${videoId}/events`);
  const stop = () => { over = true; source.close(); clearTimeout(timer); };

  async function look() {
    if (over) return;
    try {
      settle(await get(`/v1/videos/${videoId}`));
    } catch (error) {
      if (error.status === 404) { stop(); onFailed(error); } else again();
    }
  }

  function settle(video) {
    if (over) return;
    onProgress(video.status === "completed" ? 100 : video.progress);
    if (video.status === "completed") { stop(); onDone(video); }
    else if (video.kindling.cancelled) stop();
    else if (video.status === "failed") { stop(); onFailed(new ApiError(400, { error: video.error ?? {} })); }
    else if (source.readyState === EventSource.CLOSED) again();
  }

  function again() { clearTimeout(timer); timer = setTimeout(look, POLL_MS); }

  for (const name of ["progress", "done"]) source.addEventListener(name, (event) => settle(JSON.parse(event.data)));
  source.addEventListener("error", () => { source.close(); again(); });
  return stop;
}
