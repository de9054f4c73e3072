// Runs before the first paint, so that a chosen theme never flashes in the other one.
const chosenTheme = localStorage.getItem("cairn.theme");
if (chosenTheme === "light" || chosenTheme === "dark") document.documentElement.dataset.theme = chosenTheme;
