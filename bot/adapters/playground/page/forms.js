// A form in a dialog, drawn from whichever payload is being looked at.

import { el, newId, sign } from "./elements.js";

/**
 * Opens the form. `plain` says what its values must look like; `send(values)` may throw, and what it throws
 * is told inside the dialog, where nothing that was typed is lost.
 */
export function openForm(form, plain, look, send) {
  const controls = form.inputs.map((input) => makeInput(input, plain.inputs.find((one) => one.name === input.name)));
  const trouble = el("p", { class: "trouble", role: "alert" });
  const title = el("h2", { id: newId("title") }, form.title);
  const dialog = el("dialog", { class: `form ${look}`, "aria-labelledby": title.id });
  const submit = el("button", { type: "submit", class: "button primary" }, form.submit);
  const close = () => dialog.close();
  const body = el(
    "form",
    { novalidate: true, submit: (event) => onSubmit(event, dialog, submit, controls, trouble, send) },
    el(
      "header",
      {},
      title,
      el("button", { type: "button", class: "icon", "aria-label": "Close", click: close }, sign("cross")),
    ),
    el("div", { class: "inputs" }, ...controls.map((control) => control.element), trouble),
    el("footer", {}, el("button", { type: "button", class: "button", click: close }, "Cancel"), submit),
  );
  dialog.append(body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  controls[0]?.focus();
}

async function onSubmit(event, dialog, submit, controls, trouble, send) {
  event.preventDefault();
  if (submit.getAttribute("aria-disabled") === "true") return;
  const missing = controls.filter((control) => !control.check());
  if (missing.length) {
    missing[0].focus();
    return;
  }
  trouble.replaceChildren();
  submit.setAttribute("aria-disabled", "true");
  try {
    await send(Object.fromEntries(controls.map((control) => [control.name, control.read()])));
    dialog.close();
  } catch (error) {
    trouble.replaceChildren(error.message);
  } finally {
    submit.removeAttribute("aria-disabled");
  }
}

function makeInput(input, plain) {
  return input.kind === "multi_select" ? makeBoxes(input) : makeControl(input, plain.kind === "multi_select");
}

function makeControl(input, many) {
  const hint = el("p", { class: "hint", id: newId("hint") }, input.hint);
  const wrong = el("p", { class: "trouble", id: newId("wrong") });
  const control = drawControl(input);
  control.id = newId("input");
  control.setAttribute("aria-describedby", `${hint.id} ${wrong.id}`);
  if (input.required) control.setAttribute("aria-required", "true");
  control.addEventListener("input", () => tell(control, wrong, ""));
  const label = el("label", { for: control.id }, input.label, note(input));
  return {
    name: input.name,
    element: el("div", { class: "input" }, label, control, hint, wrong),
    focus: () => control.focus(),
    read: () => (many ? [control.value].filter(Boolean) : control.value),
    check: () => tell(control, wrong, input.required && !control.value.trim() ? "Please fill this in." : ""),
  };
}

function makeBoxes(input) {
  const hint = el("p", { class: "hint", id: newId("hint") }, input.hint);
  const wrong = el("p", { class: "trouble", id: newId("wrong") });
  const boxes = input.choices.map((choice) =>
    el("input", { type: "checkbox", value: choice.value, checked: input.values.includes(choice.value) }),
  );
  const labels = boxes.map((box, at) => el("label", { class: "box" }, box, el("span", {}, input.choices[at].label)));
  const element = el(
    "fieldset",
    { class: "input", "aria-describedby": `${hint.id} ${wrong.id}` },
    el("legend", {}, input.label, note(input)),
    el("div", { class: "boxes" }, ...labels),
    hint,
    wrong,
  );
  element.addEventListener("change", () => tell(element, wrong, ""));
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  return {
    name: input.name,
    element,
    focus: () => boxes[0].focus(),
    read: chosen,
    check: () => tell(element, wrong, input.required && !chosen().length ? "Please choose at least one." : ""),
  };
}

function drawControl(input) {
  const shared = { placeholder: input.placeholder, maxlength: input.limit };
  if (input.kind === "date") return el("input", { type: "date", value: input.value });
  if (input.kind === "select") {
    const empty = el("option", { value: "" }, "Choose one");
    const options = input.choices.map((choice) =>
      el("option", { value: choice.value, selected: choice.value === input.value }, choice.label),
    );
    return el("select", {}, empty, ...options);
  }
  if (input.lines) return el("textarea", { rows: 4, ...shared }, input.value);
  return el("input", { type: "text", autocomplete: "off", value: input.value, ...shared });
}

function note(input) {
  return input.required ? null : el("span", { class: "note" }, " optional");
}

/** Shows what is wrong with a control, or that nothing is. Says whether nothing is. */
function tell(control, wrong, words) {
  wrong.replaceChildren(words);
  if (words) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  return !words;
}
