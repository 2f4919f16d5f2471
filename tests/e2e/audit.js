// What a page must be for people who do not see it, do not use a mouse, or see little contrast.
// Returns a list of plain sentences; an empty list is a page in order.
() => {
  const problems = [];
  const say = (text, element) => problems.push(element ? `${text}: ${describe(element)}` : text);
  const describe = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 140);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.querySelector("dialog[open]") ?? document.body;
  const hidden = (element) => element.closest("[aria-hidden=true], [hidden], [inert]") !== null;
  const drawn = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && style.visibility === "visible" && style.display !== "none";
  };

  // Language, title, one main, named navigation, one h1, no skipped heading level.
  if (!document.documentElement.lang) say("The page says no language");
  if (!document.title.trim()) say("The page has no title");
  if (all("main").length !== 1) say(`There are ${all("main").length} main landmarks`);
  if (all("h1").filter((element) => !hidden(element)).length !== 1) say("There is not exactly one h1");
  for (const nav of all("nav")) if (!nameOf(nav)) say("A navigation without a name", nav);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4").filter((element) => root.contains(element) && drawn(element) && !hidden(element))) {
    const own = Number(heading.tagName[1]);
    if (level && own > level + 1) say(`A heading jumps from level ${level} to ${own}`, heading);
    level = own;
  }

  // Ids are unique, and what refers to an id finds it.
  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) say(`The id ${id} stands for two things`);
  for (const name of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
    for (const element of all(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/)) if (!document.getElementById(id)) say(`${name} points at nothing`, element);
    }
  }

  // Everything that can be used has a name, and is large enough to hit.
  for (const element of all("button, a[href], input:not([type=hidden]), select, textarea, summary, [role=switch], video[controls]")) {
    if (hidden(element)) continue;
    if (!nameOf(element)) say("Something to use has no name", element);
    if (!drawn(element) || !root.contains(element)) continue;
    const box = element.getBoundingClientRect();
    const inText = element.matches("p a, li > a") && getComputedStyle(element).display === "inline";
    if (!inText && !element.matches(".visually-hidden") && (box.width < 24 || box.height < 24)) {
      if (!element.matches("input[type=radio], input[type=checkbox]") || !element.labels?.length) say(`Only ${Math.round(box.width)} by ${Math.round(box.height)} to hit`, element);
    }
  }
  for (const image of all("img")) if (!image.hasAttribute("alt")) say("A picture without alt", image);

  // Contrast of text against what is behind it.
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(element) || !drawn(element)) continue;
    seen.add(element);
    if (element.closest("script, style, .visually-hidden, [disabled], .avatar, .toast") || hidden(element)) continue;
    const behind = backdrop(element);
    if (!behind) continue;
    const style = getComputedStyle(element);
    const ratio = contrast(over(parse(style.color), behind), behind);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) say(`Contrast ${ratio.toFixed(2)}`, element);
  }
  return problems;

  function nameOf(element) {
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
    const label = element.getAttribute("aria-label")?.trim();
    if (label) return label;
    if (element.labels?.length) return [...element.labels].map((each) => each.textContent).join(" ").trim();
    if (element.matches("input, select, textarea, video, nav")) return "";
    const copy = element.cloneNode(true);
    for (const part of copy.querySelectorAll("[aria-hidden=true]")) part.remove();
    return (copy.textContent + [...copy.querySelectorAll("img[alt]")].map((image) => image.alt).join(" ")).trim();
  }

  function parse(colour) {
    const numbers = colour.match(/[\d.]+/g).map(Number);
    if (colour.startsWith("color(srgb")) return [numbers[0] * 255, numbers[1] * 255, numbers[2] * 255, numbers[3] ?? 1];
    return [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
  }

  function over([r, g, b, a], under) {
    return [r * a + under[0] * (1 - a), g * a + under[1] * (1 - a), b * a + under[2] * (1 - a), 1];
  }

  // The colour behind an element: its own and its ancestors' backgrounds laid over one another. Behind text on a film
  // lies the worst that a film can be (white, under the scrim); pictures and gradients give their darkest stop's place.
  function backdrop(element) {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      const colour = parse(style.backgroundColor);
      if (style.backgroundImage.includes("gradient")) {
        const stops = style.backgroundImage.match(/(rgba?\([^)]*\)|color\(srgb[^)]*\))/g).map(parse).filter((stop) => stop[3] === 1);
        if (stops.length) { layers.push(lightestOf(stops, element)); break; }
      }
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
      if (each.matches(".meta")) { layers.push([13, 10, 9, 0.7], [255, 255, 255, 1]); break; }
      if (each.matches(".rail, .feed-bar") && each.closest(".feed-page") && innerWidth < 960) return null;
    }
    return layers.reduceRight((under, layer) => over(layer, under), [255, 255, 255, 1]);
  }

  // Of a gradient's colours, the one that is hardest to read this text on.
  function lightestOf(stops, element) {
    const colour = parse(getComputedStyle(element).color);
    return stops.reduce((worst, stop) => (contrast(colour, stop) < contrast(colour, worst) ? stop : worst));
  }

  function luminance([r, g, b]) {
    const [x, y, z] = [r, g, b].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }

  function contrast(one, other) {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }
}
