import { element } from "./dom";

const KEY = "wgrad-theme";

/** A button that switches between light and dark; the system decides until it is pressed. */
export function themeButton(onChange: () => void): HTMLButtonElement {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const button = element("button", { type: "button" });
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  const stored = localStorage.getItem(KEY);
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  label();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem(KEY, root.dataset.theme);
    label();
    onChange();
  });
  dark.addEventListener("change", () => {
    label();
    onChange();
  });
  return button;
}
