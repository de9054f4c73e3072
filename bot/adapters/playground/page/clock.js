// The playground's time: the header's clock, and the small menu that moves it forward.

import { instantAt, known, nextDay, nextMonday, tell, wallAt } from "./zones.js";

const MINUTE = 60_000;
const END = Date.UTC(2100, 0, 1);

export class Clock {
  /** `root` holds the face and the menu; `move(instant)` asks Cairn to go there, and raises what went wrong. */
  constructor(root, move) {
    this.root = root;
    this.move = move;
    this.zone = "UTC";
    this.ahead = Date.now() - performance.now();
    this.part = (name) => root.querySelector(`[data-part=${name}]`);
    this.part("face").addEventListener("click", () => this.#open(this.part("menu").hidden));
    this.part("day").addEventListener("click", () => this.#go(nextDay(this.now, this.zone)));
    this.part("monday").addEventListener("click", () => this.#go(nextMonday(this.now, this.zone)));
    this.part("choose").addEventListener("click", () => this.#choose(this.part("form").hidden));
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#goChosen();
    });
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.part("menu").hidden) return;
      this.#open(false);
      this.part("face").focus();
    });
    document.addEventListener("click", (event) => {
      if (!root.contains(event.target)) this.#open(false);
    });
  }

  get now() {
    return this.ahead + performance.now();
  }

  /** Goes on from what Cairn said. Whether the zone is another one than before. */
  set({ now, zone }) {
    const before = this.zone;
    this.ahead = Date.parse(now) - performance.now();
    this.zone = known(zone);
    this.#show();
    return this.zone !== before;
  }

  #show() {
    const { now, zone } = this;
    this.part("now").replaceChildren(tell(now, zone));
    this.part("now").setAttribute("datetime", new Date(now).toISOString());
    this.part("zone").replaceChildren(` · ${zone}`);
    this.part("mark").hidden = Math.abs(now - Date.now()) < MINUTE;
    this.part("real").replaceChildren(
      this.part("mark").hidden ? "This is the real time. " : `The real time is ${tell(Date.now(), zone)}. `,
    );
    this.part("to-day").replaceChildren(tell(nextDay(now, zone), zone));
    this.part("to-monday").replaceChildren(tell(nextMonday(now, zone), zone));
    this.part("in-zone").replaceChildren(zone);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#show(), MINUTE - (now % MINUTE));
  }

  #open(open) {
    this.part("menu").hidden = !open;
    this.part("face").setAttribute("aria-expanded", String(open));
    this.#choose(false);
    this.#say("");
  }

  #choose(open) {
    this.part("form").hidden = !open;
    this.part("choose").setAttribute("aria-expanded", String(open));
    this.#mark(false);
    if (!open) return;
    const wall = wallAt(this.now, this.zone);
    this.part("to").value = new Date(wall - (wall % MINUTE) + 60 * MINUTE).toISOString().slice(0, 16);
    this.part("to").focus();
  }

  async #goChosen() {
    const wall = Date.parse(`${this.part("to").value}Z`);
    const instant = Number.isNaN(wall) ? NaN : instantAt(wall, this.zone);
    const fits = !this.#wrongWith(instant);
    this.#mark(!fits);
    if (!fits) this.part("to").focus();
    if (!(await this.#go(instant))) return;
    if (this.part("form").contains(document.activeElement)) this.part("choose").focus();
    this.#choose(false);
  }

  #wrongWith(instant) {
    if (Number.isNaN(instant)) return "Choose a day and a time.";
    if (instant <= this.now) {
      return `That has passed: time here only moves forward. Choose a moment after ${tell(this.now, this.zone)}.`;
    }
    return instant < END ? "" : "That is too far ahead. Choose a moment before the year 2100.";
  }

  /** Whether it went there; the menu says what came of it. */
  async #go(instant) {
    let wrong = this.#wrongWith(instant);
    if (!wrong) wrong = await this.move(instant).then(() => "", (error) => error.message);
    this.#say(wrong || `It is now ${tell(this.now, this.zone)}.`, Boolean(wrong));
    return !wrong;
  }

  #say(words, wrong = false) {
    this.part("says").classList.toggle("trouble", wrong);
    this.part("says").replaceChildren(words);
  }

  #mark(wrong) {
    if (wrong) this.part("to").setAttribute("aria-invalid", "true");
    else this.part("to").removeAttribute("aria-invalid");
  }
}
