// Keys for the feed. They never fire while someone types or while a sheet is open.

/** Listen for the feed's keys. */
export function listenToKeys({ player, focusSteer }) {
  const press = (selector) => player.current?.querySelector(selector)?.click();
  const keys = {
    ArrowDown: () => player.step(1), j: () => player.step(1), PageDown: () => player.step(1),
    ArrowUp: () => player.step(-1), k: () => player.step(-1), PageUp: () => player.step(-1),
    m: () => player.toggleSound(), l: () => press("[data-action=like]"), c: () => press("[data-action=comment]"),
    r: () => press("[data-action=remix]"), w: () => press("[data-why]"), h: () => press("[data-action=more]"), "/": focusSteer,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select")) return;
    if (event.key === " " && !event.target.closest("button, a")) { event.preventDefault(); player.togglePlay(); return; }
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
