// Charts: their pictures, and the texts that stand in for them.

import { el } from "./elements.js";

/** The charts of plain blocks whose pictures Cairn has, by name. `sizes`: each picture's width and height. */
export function chartsOf(blocks, sizes = {}) {
  const charts = blocks.filter((block) => block.kind === "chart" && sizes[block.name]);
  return new Map(charts.map(({ name, alt }) => [name, { name, alt, size: sizes[name] }]));
}

/** A chart's picture. One that doesn't come leaves its text. */
export function picture({ name, alt, size: [width, height] }) {
  const src = `/picture/${encodeURIComponent(name)}`;
  const image = el("img", { class: "picture", src, alt, width, height });
  image.addEventListener("error", () => image.replaceWith(standIn(alt)));
  return image;
}

/** The text alone, of a chart that has no picture. */
export function standIn(alt) {
  return el("p", { class: "stand-in" }, alt);
}
