// The Discord drawing: Components V2, from the very payload that Cairn would send there.

import { el, outside } from "./elements.js";
import { drawMarkdown } from "./discord-markdown.js";
import { picker } from "./offers.js";
import { picture, standIn } from "./pictures.js";

const BUTTONS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };
const [ROW, BUTTON, SELECT, SECTION, DISPLAY, GALLERY, SEPARATOR, CONTAINER] = [1, 2, 3, 9, 10, 12, 14, 17];
const ATTACHED = "attachment://";

export function drawMessage(message, press, charts = new Map()) {
  const drawn = message.components.map((one) =>
    one.type === GALLERY ? drawGallery(one, charts) : drawComponent(one, press),
  );
  return el("div", { class: "discord" }, ...drawn);
}

function drawGallery(gallery, charts) {
  const shown = gallery.items.map(({ media, description }) => {
    const chart = media.url.startsWith(ATTACHED) ? charts.get(media.url.slice(ATTACHED.length)) : null;
    return chart ? picture(chart) : standIn(description);
  });
  return el("div", { class: "discord-gallery" }, ...shown);
}

/** Discord words the button that sends a modal, and has no date picker in one. */
export function readForm(modal) {
  return {
    title: modal.title,
    submit: "Submit",
    action: modal.custom_id,
    inputs: modal.components.map((label) => readInput(label, label.component)),
  };
}

function drawComponent(one, press) {
  switch (one.type) {
    case DISPLAY:
      return el("div", { class: "text" }, ...drawMarkdown(one.content));
    case SECTION:
      return el(
        "div",
        { class: "section" },
        el("div", {}, ...one.components.map((text) => drawComponent(text, press))),
        drawComponent(one.accessory, press),
      );
    case ROW:
      return el("div", { class: "actions" }, ...one.components.map((item) => drawComponent(item, press)));
    case SEPARATOR:
      return el("hr", one.divider === false ? { class: "invisible" } : {});
    case CONTAINER:
      return el("div", { class: "discord-container" }, ...one.components.map((part) => drawComponent(part, press)));
    case BUTTON:
      return drawButton(one, press);
    case SELECT:
      return drawSelect(one, press);
    default:
      return el("p", { class: "unknown" }, `A component of type ${one.type} can't be drawn here.`);
  }
}

function drawButton(one, press) {
  if (one.url) return outside(one.label, one.url, "button secondary outward");
  const attributes = { type: "button", class: `button ${BUTTONS[one.style]}`, "data-action": one.custom_id };
  return el("button", { ...attributes, click: () => press(one.custom_id) }, one.label);
}

function drawSelect(one, press) {
  const choices = one.options.map((option) => ({ label: option.label, value: option.value, note: option.description }));
  const shown = picker(one.placeholder, choices, (value) => press(one.custom_id, value), "button select");
  shown.firstChild.dataset.action = one.custom_id;
  return shown;
}

function readInput(label, component) {
  const input = {
    name: component.custom_id,
    label: label.label,
    hint: label.description ?? "",
    required: component.required !== false,
    placeholder: component.placeholder ?? "",
    value: component.value ?? "",
  };
  if (component.type !== SELECT) {
    return { ...input, kind: "text", lines: component.style === 2, limit: component.max_length };
  }
  const values = component.options.filter((option) => option.default).map((option) => option.value);
  if (component.max_values > 1) return { ...input, kind: "multi_select", choices: component.options, values };
  return { ...input, kind: "select", choices: component.options, value: values[0] ?? "" };
}
