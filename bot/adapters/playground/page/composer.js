// Where commands are typed: a line with a list of commands, or the chosen command's fields.

import { el } from "./elements.js";
import { makeField } from "./fields.js";
import { Offers } from "./offers.js";

const BEGIN = "Commands begin with / here. Type / to see them all.";

export class Composer {
  /** `send(what)` posts a command and says whether it went through; `suggest(command, option, text)` asks. */
  constructor(root, commands, send, suggest) {
    this.commands = commands;
    this.send = send;
    this.suggest = suggest;
    this.sending = false;
    this.line = root.querySelector("#line");
    this.input = root.querySelector("#command");
    this.panel = root.querySelector("#fields");
    this.hint = root.querySelector("#hint");
    this.offers = new Offers(this.input, "Commands", (offer) => this.choose(offer.value));
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.after(this.offers.list);
    this.input.addEventListener("input", () => this.#onInput());
    this.line.addEventListener("submit", (event) => this.#onLine(event));
  }

  /** Shows the fields of a command, ready to be filled in. */
  choose(name) {
    const command = this.commands.find((one) => one.name === name);
    const fields = command.options.map((option) => makeField(option, (one, text) => this.suggest(name, one.name, text)));
    const form = el(
      "form",
      { novalidate: true, "aria-label": `/${name}`, submit: (event) => this.#onFields(event, command, fields) },
      el("div", { class: "fields-head" }, el("code", {}, `/${name}`), el("span", {}, command.description), ...tags(command)),
      el("div", { class: "fields-list" }, ...fields.map((field) => field.element)),
      el(
        "div",
        { class: "fields-foot" },
        el("button", { type: "button", class: "button", click: () => this.#leaveFields() }, "Cancel"),
        el("button", { type: "submit", class: "button primary" }, "Send"),
      ),
    );
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#leaveFields();
    });
    this.panel.replaceChildren(form);
    this.panel.hidden = false;
    this.line.hidden = true;
    this.#tell("");
    (fields[0] ?? { focus: () => form.querySelector("[type=submit]").focus() }).focus();
  }

  #onInput() {
    const text = this.input.value.replace(/^\s+/, "");
    const typed = text.slice(1).toLowerCase();
    const starting = text.startsWith("/") ? this.commands.filter((one) => one.name.startsWith(typed)) : [];
    const holding = text.startsWith("/") ? this.commands.filter((one) => one.name.includes(typed, 1)) : [];
    const found = [...new Set([...starting, ...holding])];
    this.offers.show(found.map((one) => ({ label: `/${one.name}`, note: one.description, value: one.name })));
    const command = this.commands.find((one) => `${text} `.toLowerCase().startsWith(`/${one.name} `));
    if (text && !text.startsWith("/")) this.#tell(BEGIN);
    else this.#tell(command && !found.length ? describe(command) : "");
  }

  async #onLine(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text.startsWith("/") || text === "/") {
      this.#tell(BEGIN);
      this.input.focus();
      return;
    }
    this.offers.hide();
    this.input.value = "";
    this.#tell("");
    if (!(await this.send({ kind: "text", text })) && !this.input.value) this.input.value = text;
  }

  async #onFields(event, command, fields) {
    event.preventDefault();
    const missing = fields.filter((field) => !field.check());
    if (missing.length) {
      missing[0].focus();
      return;
    }
    if (this.sending) return;
    const told = fields.map((field) => [field.name, field.read()]).filter(([, value]) => value !== "");
    this.sending = true;
    const sent = await this.send({ kind: "command", command: command.name, options: Object.fromEntries(told) });
    this.sending = false;
    if (sent) this.#leaveFields();
  }

  #leaveFields() {
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.line.hidden = false;
    this.input.value = "";
    this.#tell("");
    this.input.focus();
  }

  #tell(words) {
    if (this.hint.textContent !== words) this.hint.replaceChildren(words);
  }
}

function describe(command) {
  if (!command.options.length) return `/${command.name} takes nothing more. Enter sends it.`;
  const [first, ...rest] = command.options;
  const others = rest.map((option) => ` ${option.name}:…`).join("");
  return `${first.name}: ${first.description}.${others ? ` Also${others}.` : ""} Enter sends it.`;
}

function tags(command) {
  const seen = command.private ? "only you see the answer" : "everybody here sees the answer";
  const words = command.lead ? [seen, "for leads"] : [seen];
  return words.map((word) => el("span", { class: "tag" }, word));
}
