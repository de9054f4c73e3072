// The chosen command's options, a field each.

import { el, newId } from "./elements.js";
import { Offers } from "./offers.js";

const WAIT = 150;

/** `suggest(option, text)` gives the entries for an option that has some. */
export function makeField(option, suggest) {
  const control = drawControl(option);
  control.id = newId("field");
  const hint = el("span", { class: "hint", id: newId("hint") }, option.description);
  const wrong = el("span", { class: "trouble", id: newId("wrong") });
  control.setAttribute("aria-describedby", `${hint.id} ${wrong.id}`);
  if (option.required) control.setAttribute("aria-required", "true");
  control.addEventListener("input", () => mark(control, wrong, ""));
  const offers = option.suggests ? offerEntries(control, option, suggest) : null;
  const note = el("span", { class: "note" }, option.required ? " required" : " optional");
  return {
    name: option.name,
    element: el(
      "div",
      { class: "field" },
      el("label", { for: control.id }, option.name, note),
      el("div", { class: "combo" }, control, offers?.list),
      hint,
      wrong,
    ),
    focus: () => control.focus(),
    read: () => readValue(option, control),
    check: () => mark(control, wrong, option.required && !control.value.trim() ? "Please fill this in." : ""),
  };
}

function drawControl(option) {
  if (option.kind === "yes_no" || option.choices.length) {
    const yesNo = [{ label: "Yes", value: "true" }, { label: "No", value: "false" }];
    const choices = option.choices.length ? option.choices : yesNo;
    const options = choices.map((choice) => el("option", { value: choice.value }, choice.label));
    return el("select", {}, el("option", { value: "" }, "Not set"), ...options);
  }
  if (option.kind === "date") return el("input", { type: "date" });
  const numeric = option.kind === "integer" ? { inputmode: "numeric" } : {};
  return el("input", { type: "text", autocomplete: "off", spellcheck: "false", maxlength: option.limit, ...numeric });
}

/** While somebody types, their words are asked about once they pause; a late answer to older words is dropped. */
function offerEntries(control, option, suggest) {
  const offers = new Offers(control, `Suggestions for ${option.name}`, (choice) => {
    control.value = choice.label;
    control.dataset.value = choice.value;
  });
  control.setAttribute("aria-autocomplete", "list");
  let timer = 0;
  const ask = async () => {
    const text = control.value;
    const choices = await suggest(option, text).catch(() => []);
    if (control.value === text && document.activeElement === control) offers.show(choices, -1);
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  };
  control.addEventListener("input", () => {
    delete control.dataset.value;
    wait();
  });
  control.addEventListener("focus", wait);
  return offers;
}

function readValue(option, control) {
  const value = control.dataset.value ?? control.value.trim();
  if (option.kind === "yes_no" && !option.choices.length) return value && value === "true";
  return value;
}

function mark(control, wrong, words) {
  wrong.replaceChildren(words);
  if (words) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  return !words;
}
