// Block Kit's text inputs: what is typed is told as it is typed, and never overwritten under the fingers.

import { direction, h } from "./dom.js";
import { plain } from "./mrkdwn.js";

const KINDS = { url_text_input: "url", email_text_input: "email", number_input: "text" };

export function textInput(element, block, surface, label) {
  const isLong = Boolean(element.multiline);
  const placeholder = plain(element.placeholder);
  const input = h(isLong ? "textarea" : "input", {
    class: "s-typed",
    dir: "auto",
    rows: isLong ? 4 : null,
    placeholder: placeholder || null,
    autocomplete: "off",
    "aria-labelledby": label?.id,
    "aria-label": label ? null : placeholder || "Text",
  });
  // The kind of keyboard is all we want of "url": the app judges the words, not the browser.
  if (!isLong) input.inputMode = KINDS[element.type] ?? "text";
  const fit = () => {
    input.dir = input.value ? "auto" : direction(placeholder);
    if (!isLong) return;
    input.style.height = "auto";
    if (input.scrollHeight) input.style.height = `${input.scrollHeight + 2}px`;
  };
  // An answer that was on its way while somebody typed is older than what they see.
  let touched = false;
  const sync = () => {
    if (surface.isTyping(block, element) || touched) return;
    const held = surface.value(block, element);
    const value = (held ? held.value : element.initial_value) ?? "";
    if (input.value !== value) input.value = value;
    fit();
  };
  input.addEventListener("blur", () => (touched = false));
  input.addEventListener("input", () => {
    touched = true;
    fit();
    surface.type(block, element, input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || isLong || event.isComposing || !actsOnEnter(block, element)) return;
    event.preventDefault();
    surface.act(block, element, null);
  });
  sync();
  requestAnimationFrame(fit);
  surface.onSync(sync);
  return input;
}

function actsOnEnter(block, element) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return block.type !== "input" || (block.dispatch_action && triggers.includes("on_enter_pressed"));
}

/** A day; it is chosen, not typed, so that the app hears of it like of an option. */
export function dateInput(element, block, surface, label) {
  const input = h("input", { type: "date", class: "s-typed s-date", "aria-labelledby": label?.id });
  if (!label) input.setAttribute("aria-label", plain(element.placeholder) || "Date");
  const sync = () => {
    const held = surface.value(block, element);
    if (document.activeElement !== input) input.value = (held ? held.selected_date : element.initial_date) ?? "";
  };
  input.addEventListener("change", () => input.value && surface.act(block, element, input.value));
  sync();
  surface.onSync(() => surface.value(block, element) && sync());
  return input;
}
