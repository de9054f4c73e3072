// Says that Cairn has said something at another place than the one that is shown.

import { read } from "./server.js";

export class News {
  /** `button` is hidden while there is no news; a press opens the place that has some. */
  constructor(button, places, open) {
    this.button = button;
    this.places = places;
    this.seen = new Map();
    button.addEventListener("click", () => open(this.place));
  }

  /** Everything up to the revision was shown. */
  saw(scene, revision) {
    this.seen.set(keyOf(scene), revision);
  }

  /** Looks at the other places. What is there when the page opens is no news. */
  async look(scene) {
    const others = this.places.filter((one) => one.id !== scene.place);
    const found = await Promise.all(others.map((one) => this.#hasNews({ ...scene, place: one.id })));
    const fresh = others.filter((_, index) => found[index])[0];
    this.place = fresh?.id;
    this.button.hidden = !fresh;
    const words = fresh ? `New: ${fresh.name}` : "";
    if (this.button.textContent !== words) this.button.replaceChildren(words);
  }

  async #hasNews(scene) {
    const after = this.seen.get(keyOf(scene));
    const { entries } = await read("/transcript", { ...scene, after: after ?? 0 });
    if (after === undefined) this.saw(scene, Math.max(0, ...entries.map((one) => one.revision)));
    return after !== undefined && entries.some((one) => one.kind === "message");
  }
}

function keyOf(scene) {
  return [scene.member, scene.space, scene.place].join("/");
}
