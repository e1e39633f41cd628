// Block Kit's elements that are pressed or picked: buttons, choices, menus.

import { askConfirm, openMenu } from "./slack_menus.js";
import { h, icon } from "./dom.js";
import { safeUrl } from "./entities.js";
import { dateInput, textInput } from "./inputs.js";
import { plain, textNode } from "./mrkdwn.js";

const RENDERERS = {
  button,
  radio_buttons: choices,
  checkboxes: choices,
  multi_static_select: choices,
  static_select: select,
  overflow,
  image,
  plain_text_input: textInput,
  url_text_input: textInput,
  email_text_input: textInput,
  number_input: textInput,
  datepicker: dateInput,
};

/**
 * An element as a node. `surface` says what it stands on: names, id, value(block, element), onSync(work),
 * act(block, element, option), type(block, element, text), isTyping(block, element). `label` names the
 * element for those who do not see it: {id} of the node with the words.
 */
export function renderElement(element, block, surface, label = null) {
  const render = RENDERERS[element.type];
  const node = render
    ? render(element, block, surface, label)
    : h("span", { class: "s-unknown" }, `(${element.type} is not shown here)`);
  if (element.action_id) node.dataset.action = element.action_id;
  return node;
}

/** Asks first if the element says so, then acts, the node waiting; null when the person thought better of it. */
async function press(node, element, block, surface, option = null) {
  if (node.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await askConfirm(element.confirm, surface.names))) return null;
  node.setAttribute("aria-busy", "true");
  try {
    return await surface.act(block, element, option);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function button(element, block, surface) {
  const words = textNode(element.text, surface.names);
  const style = element.style ?? "plain";
  const onclick = () => press(node, element, block, surface);
  const props = { class: `s-button ${style}`, "aria-label": element.accessibility_label, onclick };
  const href = element.url && safeUrl(element.url);
  // A link tells the app that it was followed, too.
  const node = href
    ? h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" }, words, icon("out"))
    : h("button", { type: "button", ...props }, words);
  return node;
}

function choices(element, block, surface, label) {
  const isRadio = element.type === "radio_buttons";
  const group = h("div", { class: "s-choices", role: isRadio ? "radiogroup" : "group", "aria-labelledby": label?.id });
  const options = element.options ?? element.option_groups.flatMap((each) => each.options);
  const inputs = options.map((option) => {
    const input = h("input", { type: isRadio ? "radio" : "checkbox", value: option.value });
    input.name = `${surface.id} ${block.block_id} ${element.action_id}`;
    const words = h("span", { class: "s-choice-words" }, textNode(option.text, surface.names));
    if (option.description) words.append(textNode(option.description, surface.names, "span", { class: "s-dim" }));
    const row = h("label", { class: "s-choice" }, input, words);
    input.addEventListener("change", async () => {
      if ((await press(row, element, block, surface, option.value)) === null) sync();
    });
    group.append(row);
    return input;
  });
  const sync = () => {
    const chosen = chosenValues(element, surface.value(block, element));
    for (const input of inputs) input.checked = chosen.includes(input.value);
  };
  sync();
  // A message keeps no state: what was picked in it stays until the app changes the block.
  surface.onSync(() => surface.value(block, element) && sync());
  return group;
}

/** The values picked: those of the view's state, or else those the element starts with. */
function chosenValues(element, held) {
  const one = held ? held.selected_option : element.initial_option;
  const many = held ? held.selected_options : element.initial_options;
  return [one, ...(many ?? [])].filter(Boolean).map((option) => option.value);
}

function select(element, block, surface, label) {
  const placeholder = h("option", { value: "" }, plain(element.placeholder) || "Choose an option");
  placeholder.hidden = true;
  const option = (each) => h("option", { value: each.value, dir: "auto" }, plain(each.text));
  const groups = element.option_groups?.map((group) =>
    h("optgroup", { label: plain(group.label) }, ...group.options.map(option)),
  );
  const control = h("select", { dir: "auto", class: "s-select", "aria-label": label ? null : plain(element.placeholder) });
  if (label) control.setAttribute("aria-labelledby", label.id);
  control.append(placeholder, ...(groups ?? element.options.map(option)));
  const sync = () => (control.value = chosenValues(element, surface.value(block, element))[0] ?? "");
  sync();
  surface.onSync(() => surface.value(block, element) && document.activeElement !== control && sync());
  const node = h("span", { class: "s-select-box" }, control, icon("down"));
  control.addEventListener("change", async () => {
    if ((await press(node, element, block, surface, control.value)) === null) sync();
  });
  return node;
}

function overflow(element, block, surface) {
  const props = { class: "s-button plain s-overflow", "aria-label": "More options", "aria-haspopup": "menu" };
  const node = h("button", { type: "button", ...props }, icon("more"));
  const choose = (option) => {
    const href = option.url && safeUrl(option.url);
    if (href) open(href, "_blank", "noopener,noreferrer");
    press(node, element, block, surface, option.value);
  };
  node.addEventListener("click", () =>
    openMenu(node, element.options.map((option) => ({ label: plain(option.text), work: () => choose(option) }))),
  );
  return node;
}

/** Pictures from elsewhere are not loaded: their words stand in for them. */
export function image(element) {
  const words = element.alt_text || "Picture";
  const source = element.image_url ?? element.slack_file?.url ?? "";
  const instead = () => h("span", { class: "s-image-words", dir: "auto" }, words);
  const isOurs = source.startsWith("/") || source.startsWith(location.origin);
  if (!isOurs) return instead();
  const node = h("img", { class: "s-photo", src: source, alt: words });
  node.addEventListener("error", () => node.replaceWith(instead()));
  return node;
}
