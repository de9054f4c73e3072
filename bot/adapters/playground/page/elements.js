// Elements with text in them. Nothing here, or anywhere on this page, reads text as markup.

import { tell, tellShortly } from "./zones.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element. Attributes that are functions listen to the event of that name; false and null are left out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** One of the page's drawn signs, by the id of its symbol; hidden from screen readers. */
export function sign(id, className = "sign") {
  const use = fill(document.createElementNS(SVG, "use"), { href: `#sign-${id}` }, []);
  return fill(document.createElementNS(SVG, "svg"), { class: className, "aria-hidden": "true" }, [use]);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let count = 0;

/** An id that no other element has. */
export function newId(word) {
  count += 1;
  return `${word}-${count}`;
}

/** A link that leaves the page, for https addresses only; anything else stays text. */
export function outside(label, url, className = "link") {
  if (!String(url).startsWith("https://")) return el("span", {}, label);
  const attributes = { href: url, target: "_blank", rel: "noopener noreferrer", class: className };
  return el("a", attributes, label, el("span", { class: "unseen" }, " (opens in a new tab)"));
}

const STYLES = {
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  datetime: { dateStyle: "medium", timeStyle: "short" },
};

let zone = "UTC";

/** From now on, instants are shown in this zone: that of the member who is played. */
export function readTimesIn(another) {
  zone = another;
}

/** An instant in the viewer's own zone; `style` is date, time or datetime, or said for when something was said. */
export function moment(at, style) {
  const shape = { ...STYLES[style], timeZone: zone };
  const told = style === "said" ? tellShortly(at, zone) : new Intl.DateTimeFormat(undefined, shape).format(at);
  return el("time", { datetime: at.toISOString(), title: `${tell(at, zone)} · ${zone}` }, told);
}
