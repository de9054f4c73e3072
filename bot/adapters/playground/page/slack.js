// The Slack drawing: Block Kit, from the very payload that Cairn would send there.

import { el, moment, outside } from "./elements.js";
import { picker } from "./offers.js";
import { picture } from "./pictures.js";

/** Slack's answer to a command holds no picture: each of the `charts` follows as a file. */
export function drawMessage(message, press, charts = new Map()) {
  const blocks = message.blocks.map((block) => (BLOCKS[block.type] ?? drawUnknown)(block, press));
  const files = [...charts.values()].map(drawFile);
  return el("div", { class: "slack-messages" }, el("div", { class: "slack" }, ...blocks), ...files);
}

function drawFile(chart) {
  return el("figure", { class: "slack slack-file" }, el("figcaption", {}, "Sent as a file"), picture(chart));
}

export function readForm(view) {
  return {
    title: view.title.text,
    submit: view.submit.text,
    action: view.callback_id,
    inputs: view.blocks.map(readInput),
  };
}

const BLOCKS = {
  header: (block) => el("h3", { class: "slack-header" }, block.text.text),
  section: drawSection,
  divider: () => el("hr"),
  actions: (block, press) => el("div", { class: "actions" }, ...block.elements.map((one) => drawElement(one, press))),
  context: (block) => el("div", { class: "slack-context" }, ...block.elements.map(drawText)),
};

function drawUnknown(block) {
  return el("p", { class: "unknown" }, `A block of type ${block.type} can't be drawn here.`);
}

function drawSection(block, press) {
  const told = [];
  if (block.text) told.push(el("div", { class: "text" }, drawText(block.text)));
  if (block.fields) told.push(el("div", { class: "slack-fields" }, ...block.fields.map((one) => el("div", {}, drawText(one)))));
  const accessory = block.accessory ? drawElement(block.accessory, press) : null;
  return el("div", { class: "section" }, el("div", {}, ...told), accessory);
}

function drawElement(one, press) {
  if (one.type === "static_select") {
    const choices = one.options.map((option) => ({ label: option.text.text, value: option.value }));
    const shown = picker(one.placeholder.text, choices, (value) => press(one.action_id, value), "button select");
    shown.firstChild.dataset.action = one.action_id;
    return shown;
  }
  if (one.url) return outside(one.text.text, one.url, "button");
  const attributes = { type: "button", class: `button ${one.style ?? ""}`.trim(), "data-action": one.action_id };
  return el("button", { ...attributes, click: () => press(one.action_id) }, one.text.text);
}

function readInput(block) {
  const { element } = block;
  const input = {
    name: element.action_id,
    label: block.label.text,
    hint: block.hint?.text ?? "",
    required: !block.optional,
    placeholder: element.placeholder?.text ?? "",
    value: element.initial_value ?? element.initial_date ?? element.initial_option?.value ?? "",
  };
  if (element.type === "datepicker") return { ...input, kind: "date" };
  if (element.type === "plain_text_input") {
    return { ...input, kind: "text", lines: element.multiline, limit: element.max_length };
  }
  const choices = element.options.map((option) => ({ label: option.text.text, value: option.value }));
  if (element.type === "static_select") return { ...input, kind: "select", choices };
  const values = (element.initial_options ?? []).map((option) => option.value);
  return { ...input, kind: "multi_select", choices, values };
}

function drawText(text) {
  if (text.type === "plain_text") return el("span", {}, text.text);
  const lines = text.text.split("\n").map((line) => drawLine(line));
  return el("span", { class: "lines" }, ...lines);
}

function drawLine(line) {
  const quoted = /^\s*&gt;\s?/.exec(line);
  if (quoted) return el("span", { class: "line quote" }, ...drawSpans(line.slice(quoted[0].length)));
  return el("span", { class: "line" }, ...drawSpans(line));
}

// As Slack reads mrkdwn: a mark counts at the edge of a word, `<...>` is a link, a mention or a date.
const WORD = "[\\p{L}\\p{N}]";
const marked = (mark, group) =>
  `(?<!${WORD})${mark}(?<${group}>[^\\s${mark}](?:[^${mark}\\n]*[^\\s${mark}])?)${mark}(?!${WORD})`;
const SPAN = new RegExp(
  `<(?<special>[^<>\\n]+)>|\`(?<code>[^\`\\n]+)\`|${marked("\\*", "bold")}|${marked("_", "italic")}|${marked("~", "struck")}`,
  "gu",
);

function drawSpans(text) {
  const drawn = [];
  let end = 0;
  for (const found of text.matchAll(SPAN)) {
    drawn.push(unescape(text.slice(end, found.index)), drawSpan(found.groups));
    end = found.index + found[0].length;
  }
  drawn.push(unescape(text.slice(end)));
  return drawn.filter((one) => one !== "");
}

function drawSpan({ special, code, bold, italic, struck }) {
  if (special) return drawSpecial(special);
  if (code) return el("code", {}, unescape(code));
  if (bold) return el("strong", {}, ...drawSpans(bold));
  if (italic) return el("em", {}, ...drawSpans(italic));
  return el("s", {}, ...drawSpans(struck));
}

function drawSpecial(special) {
  const [target, ...rest] = special.split("|");
  const label = unescape(rest.join("|"));
  const date = /^!date\^(\d+)\^([^^]*)/.exec(target);
  if (date) {
    const style = date[2].includes("{time}") ? (date[2].includes("{date") ? "datetime" : "time") : "date";
    return moment(new Date(Number(date[1]) * 1000), style);
  }
  if (/^[@#!]/.test(target)) return el("span", { class: "mention live" }, label || `@${unescape(target.slice(1))}`);
  return outside(label || unescape(target), unescape(target));
}

function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}
