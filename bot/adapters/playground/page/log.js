// The conversation: who said what, drawn the way one platform would show it.

import { el, moment, sign } from "./elements.js";

export class Log {
  /** `draw(body, entry)` makes a message's element; `root` is the live region. */
  constructor(root, empty, draw) {
    this.root = root;
    this.empty = empty;
    this.draw = draw;
    this.shown = new Map();
    this.revision = 0;
  }

  get entries() {
    return [...this.shown.values()].map((one) => one.entry);
  }

  /** Adds what is new and replaces what has changed; with `whole`, also takes away what is gone. */
  show(entries, whole) {
    const first = this.shown.size === 0;
    if (whole) {
      const here = new Set(entries.map((entry) => entry.id));
      for (const id of [...this.shown.keys()]) if (!here.has(id)) this.#remove(id);
    }
    let newest = null;
    for (const entry of entries) {
      this.revision = Math.max(this.revision, entry.revision);
      if (this.shown.get(entry.id)?.entry.revision !== entry.revision) newest = this.#put(entry) ?? newest;
    }
    this.empty.hidden = this.shown.size > 0;
    if (newest) this.#scrollTo(newest, first);
  }

  clear() {
    for (const id of [...this.shown.keys()]) this.#remove(id);
    this.revision = 0;
    this.empty.hidden = false;
  }

  /** Draws every entry anew, quietly: nobody wants the whole conversation read out again. */
  redraw() {
    this.root.setAttribute("aria-live", "off");
    for (const { entry } of this.shown.values()) this.#put(entry);
    requestAnimationFrame(() => this.root.setAttribute("aria-live", "polite"));
  }

  /** The entry's element when it is new, null when it took the place of an older one. */
  #put(entry) {
    const element = drawEntry(entry, this.draw);
    const before = this.shown.get(entry.id);
    this.shown.set(entry.id, { entry, element });
    if (!before) {
      this.root.append(element);
      return element;
    }
    const held = before.element.contains(document.activeElement) ? document.activeElement : null;
    before.element.replaceWith(element);
    if (held) keepFocus(element, held.dataset.action);
    return null;
  }

  #remove(id) {
    this.shown.get(id).element.remove();
    this.shown.delete(id);
  }

  #scrollTo(element, first) {
    const calm = first || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const fits = element.offsetHeight < this.root.clientHeight;
    element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: fits ? "end" : "start" });
  }
}

function keepFocus(element, action) {
  const same = [...element.querySelectorAll("[data-action]")].find((one) => one.dataset.action === action);
  (same ?? element).focus();
}

function drawEntry(entry, draw) {
  const bot = entry.sender.id === "cairn";
  const mark = entry.private
    ? el("span", { class: "only-you" }, sign("eye"), "Only you can see this")
    : null;
  const head = el(
    "header",
    { class: "entry-head" },
    el("span", { class: "sender" }, entry.sender.name),
    bot ? el("span", { class: "badge" }, "Bot") : null,
    moment(new Date(entry.at), "said"),
    mark,
  );
  const avatar = bot
    ? el("span", { class: "avatar bot", "aria-hidden": "true" }, sign("cairn", "logo"))
    : el("span", { class: `avatar ${entry.sender.id}`, "aria-hidden": "true" }, entry.sender.name.split(" ").at(-1)[0]);
  const body = entry.kind === "typed" ? el("p", { class: "typed" }, entry.body.text) : draw(entry);
  const classes = `entry ${entry.kind}${entry.private ? " private" : ""}`;
  const attributes = { class: classes, tabindex: "-1", "aria-label": entry.sender.name, "data-entry": entry.id };
  return el("article", attributes, avatar, el("div", { class: "entry-body" }, head, body));
}
