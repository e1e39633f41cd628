// Block Kit's blocks as DOM nodes, each made of texts and elements.

import { h, icon } from "./dom.js";
import { image as picture, renderElement } from "./elements.js";
import { plain, textNode } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const RENDERERS = { header, section, context, divider, actions, input, image, rich_text: rich, markdown };

let lastId = 0;
const freshId = () => `s-${(lastId += 1)}`;

/** One block; `surface` as for `renderElement`, and error(block), which may change before the block does. */
export function renderBlock(block, surface) {
  const render = RENDERERS[block.type];
  if (!render) return h("div", { class: "s-block s-unknown" }, `(${block.type} is not shown here)`);
  const node = render(block, surface);
  node.classList.add("s-block", `s-${block.type}`);
  return node;
}

function header(block, { names }) {
  return textNode(block.text, names, "h3");
}

function section(block, surface) {
  const words = h("div", { class: "s-section-words" });
  const label = block.text && textNode(block.text, surface.names, "div", { class: "s-paragraph", id: freshId() });
  if (label) words.append(label);
  if (block.fields?.length) {
    words.append(h("div", { class: "s-fields" }, ...block.fields.map((field) => textNode(field, surface.names, "div"))));
  }
  const accessory = block.accessory && renderElement(block.accessory, block, surface, label);
  if (!accessory) return h("div", {}, words);
  return h("div", {}, words, h("div", { class: `s-accessory s-of-${block.accessory.type}` }, accessory));
}

function context(block, { names }) {
  const parts = block.elements.map((each) => (each.type === "image" ? picture(each) : textNode(each, names)));
  return h("div", {}, ...parts);
}

function divider() {
  return h("hr");
}

function actions(block, surface) {
  return h("div", {}, ...block.elements.map((element) => renderElement(element, block, surface)));
}

function input(block, surface) {
  const label = textNode(block.label, surface.names, "span", { class: "s-label", id: freshId() });
  if (block.optional) label.append(h("span", { class: "s-dim" }, " (optional)"));
  const control = renderElement(block.element, block, surface, label);
  const hint = block.hint && textNode(block.hint, surface.names, "p", { class: "s-hint", id: freshId() });
  const error = h("p", { class: "s-error", id: freshId(), role: "alert", dir: "auto" });
  const node = h("div", {}, label, control, error, hint || null);
  const field = control.matches("input, textarea, [role]") ? control : (control.querySelector("select") ?? control);
  label.addEventListener("click", () => field.focus());
  field.setAttribute("aria-describedby", [error.id, hint?.id].filter(Boolean).join(" "));
  const showError = () => {
    const words = surface.error(block);
    if (error.textContent !== (words ?? "")) error.replaceChildren(...(words ? [icon("warn"), words] : []));
    error.hidden = !words;
    field.setAttribute("aria-invalid", String(Boolean(words)));
  };
  showError();
  surface.onSync(showError);
  return node;
}

function image(block) {
  const title = plain(block.title);
  const caption = title ? [h("figcaption", { dir: "auto" }, title)] : [];
  return h("figure", {}, ...caption, picture(block));
}

function rich(block, { names }) {
  return richText(block, names);
}

function markdown(block) {
  return h("div", { class: "s-text", dir: "auto" }, block.text);
}
