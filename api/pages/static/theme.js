// Runs before the first paint, so that a chosen theme never flashes. "auto" follows the system.
(() => {
  const chosen = localStorage.getItem("kindling-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
