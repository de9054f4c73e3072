// Discord's Markdown, read the way its client does, so that a missing escape shows.

import { el, moment, outside } from "./elements.js";

const INNER = "(?:\\\\.|[^\\\\\\n])";
const SPAN = new RegExp(
  [
    "\\\\(?<escaped>[^\\p{L}\\p{N}\\s])",
    "`(?<code>[^`\\n]+)`",
    "<(?<special>@[!&]?[\\w-]+|#[\\w-]+|@everyone)>",
    "<t:(?<at>-?\\d{1,12})(?::(?<style>[tTdDfFR]))?>",
    "<(?<bare>https?://[^\\s<>]+)>",
    `\\[(?<label>(?:\\\\.|[^\\]\\\\\\n])+)\\]\\((?<url>https?://[^\\s()]+)\\)`,
    `\\*\\*(?<bold>${INNER}+?)\\*\\*(?!\\*)`,
    `__(?<under>${INNER}+?)__(?!_)`,
    `~~(?<struck>${INNER}+?)~~`,
    `\\|\\|(?<hidden>${INNER}+?)\\|\\|`,
    `\\*(?<star>(?:\\\\.|[^\\\\\\n*\\s])(?:(?:\\\\.|[^\\\\\\n*])*?(?:\\\\.|[^\\\\\\n*\\s]))?)\\*(?!\\*)`,
    `(?<![\\p{L}\\p{N}])_(?<italic>(?:\\\\.|[^\\\\\\n_])+?)_(?![\\p{L}\\p{N}])`,
    "(?<everyone>@(?:everyone|here))(?![\\p{L}\\p{N}])",
    "(?<link>https?://[^\\s<>]*[^\\s<>.,:;\"'\\])])",
  ].join("|"),
  "gu",
);
const MOMENTS = { t: "time", T: "time", d: "date", D: "date" };

/** The elements of a text display: headings, lists, quotes, small print and paragraphs, line by line. */
export function drawMarkdown(text) {
  const drawn = [];
  for (const line of text.split("\n")) {
    const heading = /^(#{1,3}) +(.*)$/.exec(line);
    const item = /^\s*[-*] +(.*)$/.exec(line);
    const quote = /^> (.*)$/.exec(line);
    const small = /^-# +(.*)$/.exec(line);
    if (heading) drawn.push(el(`h${heading[1].length + 1}`, { class: "discord-heading" }, ...drawSpans(heading[2])));
    else if (item) addItem(drawn, drawSpans(item[1]));
    else if (quote) drawn.push(el("blockquote", {}, ...drawSpans(quote[1])));
    else if (small) drawn.push(el("p", { class: "small" }, ...drawSpans(small[1])));
    else drawn.push(el("p", {}, ...drawSpans(line)));
  }
  return drawn;
}

function addItem(drawn, spans) {
  if (drawn.at(-1)?.tagName !== "UL") drawn.push(el("ul"));
  drawn.at(-1).append(el("li", {}, ...spans));
}

function drawSpans(text) {
  const drawn = [];
  let end = 0;
  for (const found of text.matchAll(SPAN)) {
    drawn.push(text.slice(end, found.index), drawSpan(found.groups));
    end = found.index + found[0].length;
  }
  drawn.push(text.slice(end));
  return drawn.filter((one) => one !== "");
}

function drawSpan(found) {
  if (found.escaped) return found.escaped;
  if (found.code) return el("code", {}, found.code);
  if (found.at) return moment(new Date(Number(found.at) * 1000), MOMENTS[found.style] ?? "datetime");
  if (found.special || found.everyone) return el("span", { class: "mention live" }, found.special ?? found.everyone);
  if (found.label) return outside(plain(found.label), found.url);
  const url = found.bare ?? found.link;
  if (url) return outside(url, url);
  if (found.bold) return el("strong", {}, ...drawSpans(found.bold));
  if (found.under) return el("u", {}, ...drawSpans(found.under));
  if (found.struck) return el("s", {}, ...drawSpans(found.struck));
  if (found.hidden) return el("span", { class: "spoiler" }, ...drawSpans(found.hidden));
  return el("em", {}, ...drawSpans(found.star ?? found.italic));
}

function plain(label) {
  return label.replace(/\\([^\p{L}\p{N}\s])/gu, "$1");
}
