// The page: who is playing, where, and what joins the conversation to Cairn.

import { Clock } from "./clock.js";
import { Composer } from "./composer.js";
import * as discord from "./discord.js";
import { el, readTimesIn } from "./elements.js";
import { download } from "./export.js";
import { openForm } from "./forms.js";
import { listen } from "./live.js";
import { Log } from "./log.js";
import { chartsOf } from "./pictures.js";
import { News } from "./news.js";
import * as plain from "./plain.js";
import { begin, read, send } from "./server.js";
import { setUpDrawings, setUpHome, setUpMenu, setUpStarters, setUpTheme } from "./settings.js";
import * as slack from "./slack.js";

const DRAWINGS = { plain, slack, discord };
const NAMES = { plain: "Plain", slack: "Slack", discord: "Discord" };
const find = (id) => document.getElementById(id);

class Page {
  constructor(session) {
    this.session = session;
    this.scene = {
      member: keep(sessionStorage, "member", session.members),
      space: keep(sessionStorage, "space", session.spaces),
      place: keep(sessionStorage, "place", session.places),
    };
    const drawings = session.drawings.filter((name) => DRAWINGS[name]);
    this.look = keep(localStorage, "drawing", drawings.map((id) => ({ id })));
    this.waiting = 0;
    this.pressed = new Set();
    this.reading = Promise.resolve();
    this.shownHome = "";
    this.clock = new Clock(find("clock"), (instant) => this.#travel(instant));
    this.log = new Log(find("log"), find("empty"), (entry) => this.#draw(entry));
    this.composer = new Composer(
      find("composer"),
      session.commands,
      (what) => this.call(what),
      async (command, option, text) => (await send("/suggest", { ...this.scene, command, option, text })).choices,
    );
    this.#fillScene("member", session.members, (one) => (one.is_lead ? `${one.name} (leads the community)` : one.name));
    this.#fillScene("space", session.spaces, (one) => one.name);
    this.#fillScene("place", session.places, (one) => one.name);
    this.news = new News(find("news"), session.places, (place) => this.#goTo(place));
    const names = Object.fromEntries(drawings.map((name) => [name, NAMES[name]]));
    setUpDrawings(find("drawings"), names, this.look, (look) => this.#lookAs(look));
    setUpStarters(find("starters"), session.commands, (name) => this.composer.choose(name));
  }

  /** Sends a command, a press or a form's values; whether it went through. A form that comes back is opened. */
  async call(what) {
    try {
      await this.#call(what);
      return true;
    } catch (error) {
      this.#tell(error.message);
      return false;
    }
  }

  async #call(what) {
    this.#wait(1);
    this.#tell("");
    try {
      const scene = this.scene;
      const { form } = await send("/call", { key: crypto.randomUUID(), ...scene, what });
      if (form) {
        const shown = DRAWINGS[this.look].readForm(form[this.look]);
        openForm(shown, form.plain, this.look, (values) =>
          this.#call({ kind: "submitted", entry: what.entry ?? null, action: shown.action, values }),
        );
      } else {
        await this.refresh();
      }
    } finally {
      this.#wait(-1);
    }
  }

  /** Reads what is new; with `whole`, everything, because something may have gone. One reading at a time. */
  refresh(whole = false) {
    this.reading = this.reading
      .then(() => this.#read(whole))
      .catch((error) => this.#tell(error.message));
    return this.reading;
  }

  async #read(whole) {
    const scene = this.scene;
    const after = whole ? 0 : this.log.revision;
    const who = { member: scene.member, space: scene.space };
    const [{ entries }, home, time] = await Promise.all([
      read("/transcript", { ...scene, after }),
      read("/home", who),
      read("/time", who),
    ]);
    if (scene !== this.scene) return;
    this.#showTime(time);
    this.log.show(entries, whole);
    this.#showHome(home);
    this.news.saw(scene, this.log.revision);
    await this.news.look(scene);
  }

  #goTo(place) {
    find("place").value = place;
    find("place").dispatchEvent(new Event("change"));
    find("command").focus();
  }

  #showTime(time) {
    if (!this.clock.set(time)) return;
    readTimesIn(this.clock.zone);
    this.shownHome = "";
    this.log.redraw();
  }

  #showHome(home) {
    const told = JSON.stringify(home);
    if (told === this.shownHome) return;
    this.shownHome = told;
    const press = (action, value = null) => this.#press(null, action, value);
    const charts = chartsOf(home.blocks, home.pictures);
    find("home-blocks").replaceChildren(...plain.drawBlocks(home.blocks, press, charts));
  }

  async #travel(instant) {
    await send("/time", { to: new Date(instant).toISOString() });
    await this.refresh();
  }

  /** A button that is pressed again before its answer came is pressed once. */
  async #press(entry, action, value) {
    const pressed = `${entry} ${action}`;
    if (this.pressed.has(pressed)) return;
    this.pressed.add(pressed);
    await this.call({ kind: "pressed", entry, action, value });
    this.pressed.delete(pressed);
  }

  #draw(entry) {
    const press = (action, value = null) => this.#press(entry.id, action, value);
    const charts = chartsOf(entry.body.plain.blocks, entry.body.pictures);
    return DRAWINGS[this.look].drawMessage(entry.body[this.look], press, charts);
  }

  #fillScene(part, choices, name) {
    const select = find(part);
    select.append(...choices.map((one) => el("option", { value: one.id, selected: one.id === this.scene[part] }, name(one))));
    select.addEventListener("change", () => {
      sessionStorage.setItem(`cairn.${part}`, select.value);
      this.scene = { ...this.scene, [part]: select.value };
      this.log.clear();
      this.#tell("");
      this.refresh(true);
    });
  }

  #lookAs(look) {
    this.look = look;
    localStorage.setItem("cairn.drawing", look);
    this.log.redraw();
  }

  #wait(change) {
    this.waiting += change;
    find("thinking").hidden = this.waiting === 0;
    find("composer").setAttribute("aria-busy", String(this.waiting > 0));
  }

  #tell(words) {
    find("status").replaceChildren(words);
  }

  /** `what`: "messages" of this community, or "everything" of all. */
  async startOver(what) {
    try {
      await send("/clear", { what, member: this.scene.member, space: this.scene.space });
    } catch (error) {
      this.#tell(error.message);
    }
    await this.refresh(true);
  }

  export(kind) {
    const space = this.session.spaces.find((one) => one.id === this.scene.space).name;
    const place = this.session.places.find((one) => one.id === this.scene.place).name;
    download(this.log.entries, `${space}, ${place}`, kind);
  }
}

/** What was chosen before if it is still among the choices, else the first. */
function keep(storage, name, choices) {
  const kept = storage.getItem(`cairn.${name}`);
  return choices.some((one) => one.id === kept) ? kept : choices[0].id;
}

async function open() {
  setUpTheme(find("theme"));
  setUpHome(find("home-toggle"), find("home"));
  const page = new Page(await begin());
  setUpMenu(find("menu"), find("start-over"), page);
  const away = find("away");
  listen({
    opened: () => {
      away.hidden = true;
      page.refresh(true);
    },
    lost: () => {
      away.hidden = false;
    },
    rung: (space) => space === page.scene.space && page.refresh(),
    cleared: (space) => space === page.scene.space && page.refresh(true),
    moved: () => page.refresh(),
  });
  await page.refresh(true);
  document.documentElement.dataset.ready = "yes";
}

open().catch((error) => find("status").replaceChildren(error.message));
