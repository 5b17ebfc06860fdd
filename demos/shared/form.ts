/** Values of a form by the names of its controls. */
export type FormValues = Record<string, string | number | boolean>;

/** What the visitor sets: outputs are elements of a form, too. */
const controls = (form: HTMLFormElement) =>
  [...form.elements].filter((e): e is HTMLInputElement | HTMLSelectElement =>
    Boolean("name" in e && e.name && e.localName !== "output"),
  );

const controlValue = (c: HTMLInputElement | HTMLSelectElement): string | number | boolean => {
  if (c instanceof HTMLInputElement && c.type === "checkbox") return c.checked;
  return c instanceof HTMLInputElement && c.type === "number" ? c.valueAsNumber : c.value;
};

/** The form's values. Numbers that are missing or out of their range are reported by the browser, and null is returned. */
export function readForm(form: HTMLFormElement): FormValues | null {
  if (!form.reportValidity()) return null;
  return Object.fromEntries(controls(form).map((c) => [c.name, controlValue(c)]));
}

/** A value in the form's own words: the text of the option that stands for it, or the value itself. */
export function wordsFor(form: HTMLFormElement, name: string, value: string | number | boolean): string {
  const control = form.elements.namedItem(name);
  const options = control instanceof HTMLSelectElement ? [...control.options] : [];
  return options.find((o) => o.value === String(value))?.text ?? String(value);
}

/**
 * Sets controls by their names, as {@link readForm} gave them. Whoever listens for changes is told once, by an event of the form.
 * @returns false, and all is as it was, where a control does not take its value
 */
export function fillForm(form: HTMLFormElement, values: FormValues): boolean {
  const before = Object.fromEntries(controls(form).map((c) => [c.name, controlValue(c)]));
  const set = (to: FormValues) => {
    for (const c of controls(form)) {
      const value = to[c.name];
      if (c instanceof HTMLInputElement && c.type === "checkbox") c.checked = value === true;
      else c.value = String(value);
    }
  };
  set(values);
  const taken = controls(form).every((c) => controlValue(c) === values[c.name] && c.checkValidity());
  if (!taken) set(before);
  else for (const event of ["input", "change"]) form.dispatchEvent(new Event(event));
  return taken;
}

/**
 * Keeps a form and the page's address in step: the form starts from the address, and what differs from the page's own
 * defaults goes into it, so that a link shares an experiment. Once the address is read, the form gets an event "input".
 */
export function mirrorInAddress(form: HTMLFormElement, onChange: (name: string) => void): void {
  const defaults = Object.fromEntries(controls(form).map((c) => [c.name, String(controlValue(c))]));
  const given = new URLSearchParams(location.search);
  for (const c of controls(form)) {
    const value = given.get(c.name);
    if (value === null) continue;
    if (c instanceof HTMLInputElement && c.type === "checkbox") c.checked = value === "true";
    else c.value = value;
    if (!c.checkValidity() || (c instanceof HTMLSelectElement && c.value !== value)) c.value = defaults[c.name]!;
  }
  form.dispatchEvent(new Event("input"));
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("change", (e) => {
    const query = new URLSearchParams(location.search);
    for (const c of controls(form)) {
      const value = String(controlValue(c));
      if (value === defaults[c.name] || !c.checkValidity()) query.delete(c.name);
      else query.set(c.name, value);
    }
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    onChange((e.target as HTMLInputElement).name);
  });
}
