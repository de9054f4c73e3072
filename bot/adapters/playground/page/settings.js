// What stands around the conversation: switches, commands to begin with, and the menu.

import { el } from "./elements.js";

/** A button that turns the page dark or light; the system's wish holds until it is first pressed. */
export function setUpTheme(button) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("cairn.theme", root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}

/** A radio button for each of the drawings' `names`, by id; `change(id)` is called with the one that is chosen. */
export function setUpDrawings(root, names, chosen, change) {
  const radio = ([id, name]) => {
    const attributes = { type: "radio", name: "drawing", value: id, checked: id === chosen, change: () => change(id) };
    return el("label", {}, el("input", attributes), el("span", {}, name));
  };
  root.append(...Object.entries(names).map(radio));
}

/** The first commands, for an empty conversation; `choose(name)` is called with the one that is pressed. */
export function setUpStarters(root, commands, choose) {
  const starter = ({ name, description }) => {
    const attributes = { type: "button", class: "starter", click: () => choose(name) };
    return el("button", attributes, el("code", {}, `/${name}`), el("span", {}, description));
  };
  root.append(...commands.slice(0, 4).map(starter));
}

/** On a narrow page the home lies over the conversation: its button shows it, using it or Escape hides it. */
export function setUpHome(button, home) {
  const show = (open) => {
    home.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!home.classList.contains("open")));
  home.addEventListener("click", (event) => {
    if (event.target.closest("button:not([role=combobox]), [role=option]")) show(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
}

/** The menu's items; starting over asks first, in a dialog. */
export function setUpMenu(menu, dialog, page) {
  const close = () => menu.removeAttribute("open");
  const onItem = (name, act) =>
    menu.querySelector(`[data-item=${name}]`).addEventListener("click", () => {
      close();
      act();
    });
  onItem("markdown", () => page.export("md"));
  onItem("json", () => page.export("json"));
  onItem("start-over", () => dialog.showModal());
  dialog.querySelector("[data-item=cancel]").addEventListener("click", () => dialog.close());
  for (const what of ["messages", "everything"]) {
    dialog.querySelector(`[data-item=${what}]`).addEventListener("click", async () => {
      dialog.close();
      await page.startOver(what);
    });
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) close();
  });
}
