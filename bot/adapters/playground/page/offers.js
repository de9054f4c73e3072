// A list of offers that hangs at a control: arrows move through it, Enter takes, Escape closes.

import { el, newId } from "./elements.js";

/** The list behind a combobox. `take(offer)` is called with one of `{label, note, value}`. */
export class Offers {
  constructor(control, label, take) {
    this.control = control;
    this.take = take;
    this.items = [];
    this.active = -1;
    this.list = el("ul", { class: "offers", role: "listbox", id: newId("offers"), "aria-label": label, hidden: true });
    control.setAttribute("role", "combobox");
    control.setAttribute("aria-expanded", "false");
    control.setAttribute("aria-controls", this.list.id);
    control.addEventListener("keydown", (event) => this.#onKey(event));
    control.addEventListener("blur", () => this.hide());
    // Taking with the mouse must not first move the focus away, which would hide the list.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get open() {
    return !this.list.hidden;
  }

  show(items, active = 0) {
    this.items = items;
    this.list.replaceChildren(...items.map((item, index) => this.#draw(item, index)));
    this.list.hidden = items.length === 0;
    this.control.setAttribute("aria-expanded", String(this.open));
    this.#move(this.open ? active : -1);
  }

  hide() {
    this.show([]);
  }

  #draw(item, index) {
    const attributes = { role: "option", id: newId("offer"), class: "offer", click: () => this.#choose(index) };
    const note = item.note ? el("span", { class: "offer-note" }, item.note) : null;
    return el("li", attributes, el("span", { class: "offer-label" }, item.label), note);
  }

  #move(index) {
    this.active = index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const chosen = this.list.children[index];
    if (chosen) {
      this.control.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      this.control.removeAttribute("aria-activedescendant");
    }
  }

  #choose(index) {
    const item = this.items[index];
    this.hide();
    this.take(item);
  }

  #onKey(event) {
    if (!this.open || event.isComposing) return;
    const last = this.items.length - 1;
    const moves = {
      ArrowDown: () => this.#move(this.active >= last ? 0 : this.active + 1),
      ArrowUp: () => this.#move(this.active <= 0 ? last : this.active - 1),
      Escape: () => this.hide(),
    };
    if (this.active >= 0) moves.Enter = () => this.#choose(this.active);
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    move();
  }
}

/** A button that opens a list and acts on what is taken: a message's select. */
export function picker(placeholder, choices, act, className) {
  const button = el("button", { type: "button", class: className, "aria-haspopup": "listbox" }, placeholder);
  button.setAttribute("aria-label", placeholder);
  const offers = new Offers(button, placeholder, (choice) => act(choice.value));
  const open = () => {
    offers.show(choices);
    offers.list.scrollIntoView({ block: "nearest" });
  };
  button.addEventListener("click", () => (offers.open ? offers.hide() : open()));
  button.addEventListener("keydown", (event) => {
    if (!offers.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      open();
    }
  });
  return el("span", { class: "picker" }, button, offers.list);
}
