// Small plots of answers over time: dots, no line to chase and no average. A list beside each says the same in words.

import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 120;
const EDGE = 10;
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

/** Draw {question, low, high, points: [{at, value}], words}. */
export function dotPlot(series) {
  const said = series.points.map((point) => `${DAY.format(new Date(point.at))}: ${words(series, point.value)}`);
  return h("figure.plot", {},
    h("figcaption", {}, h("h3", {}, series.question)),
    h("div.plot-field", {}, h("span.hint.top", {}, words(series, series.high)), drawing(series), h("span.hint.low", {}, words(series, series.low))),
    h("div.spread", { "aria-hidden": "true" }, h("span.hint", {}, DAY.format(new Date(series.points[0].at))), h("span.hint", {}, DAY.format(new Date(series.points.at(-1).at)))),
    h("ol.visually-hidden", {}, said.map((line) => h("li", {}, line))));
}

function words(series, value) {
  return series.words[value] ?? String(Math.round(value));
}

function drawing({ points, low, high }) {
  const times = points.map((point) => Date.parse(point.at));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const across = (time) => last === first ? WIDTH / 2 : EDGE + ((time - first) / (last - first)) * (WIDTH - 2 * EDGE);
  const up = (value) => HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE);
  const field = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  for (const value of [low, (low + high) / 2, high]) field.append(make("line", { x1: 0, x2: WIDTH, y1: up(value), y2: up(value) }));
  points.forEach((point, index) => field.append(make("circle", { cx: across(times[index]), cy: up(point.value), r: 5 })));
  return field;
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
