// The plain drawing: Cairn's own blocks, as calm as they come.

import { el, moment, outside } from "./elements.js";
import { picker } from "./offers.js";
import { picture, standIn } from "./pictures.js";

/** A message. `press(action, value)` is called when a button or a select is used; `charts` as of chartsOf. */
export function drawMessage(message, press, charts = new Map()) {
  const title = el("h3", { class: "plain-title" }, message.title);
  return el("div", { class: "plain" }, title, ...drawBlocks(message.blocks, press, charts));
}

/** Blocks alone, as the home panel shows them. */
export function drawBlocks(blocks, press, charts) {
  return blocks.map((block) => BLOCKS[block.kind](block, press, charts));
}

/** A form, as the dialog needs it. */
export function readForm(form) {
  return { ...form, inputs: form.inputs.map((input) => ({ placeholder: "", ...input })) };
}

const BLOCKS = {
  text: (block) => el("div", { class: "text" }, ...drawLines(block.lines)),
  section: (block, press) =>
    el("div", { class: "section" }, el("div", { class: "text" }, ...drawLines(block.lines)), drawItem(block.button, press)),
  fields: (block) => el("dl", { class: "fields" }, ...block.fields.map(drawField)),
  chart: ({ name, alt }, _press, charts) => (charts.has(name) ? picture(charts.get(name)) : standIn(alt)),
  copy: (block) => el("pre", {}, block.text),
  divider: () => el("hr"),
  actions: (block, press) => el("div", { class: "actions" }, ...block.items.map((item) => drawItem(item, press))),
};

function drawField(field) {
  return el("div", {}, el("dt", {}, field.label), el("dd", {}, ...drawLines(field.lines)));
}

function drawItem(item, press) {
  if (item.kind === "link") return outside(item.label, item.url, "button");
  const kind = item.style === "normal" ? "" : (item.style ?? "");
  if (item.kind === "select") {
    const shown = picker(item.placeholder, item.choices, (value) => press(item.action, value), "button select");
    shown.firstChild.dataset.action = item.action;
    return shown;
  }
  const attributes = { type: "button", class: `button ${kind}`.trim(), "data-action": item.action };
  return el("button", { ...attributes, click: () => press(item.action) }, item.label);
}

function drawLines(lines) {
  const drawn = [];
  for (const line of lines) {
    const spans = line.spans.map(drawSpan);
    if (!line.bullet) {
      drawn.push(el("p", {}, ...spans));
    } else if (drawn.at(-1)?.tagName === "UL") {
      drawn.at(-1).append(el("li", {}, ...spans));
    } else {
      drawn.push(el("ul", {}, el("li", {}, ...spans)));
    }
  }
  return drawn;
}

function drawSpan(span) {
  switch (span.style) {
    case "bold":
      return el("strong", {}, span.text);
    case "italic":
      return el("em", {}, span.text);
    case "code":
      return el("code", {}, span.text);
    case "link":
      return outside(span.text, span.url);
    case "mention":
      return el("span", { class: "mention" }, span.text);
    case "moment":
      return moment(new Date(span.at), span.text);
    default:
      return document.createTextNode(span.text);
  }
}
