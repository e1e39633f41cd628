// One message: its bubble, its attachment and its inline keyboard.

import { fileUrl } from "./api.js";
import { clockTime, direction, h, icon } from "./dom.js";
import { renderText, safeUrl } from "./entities.js";

/** A row keeps its node for life; `update` changes only the part that differs. */
export function createRow(message, context) {
  const bubble = h("div", { class: "bubble" });
  const keys = h("div", { class: "keys" });
  const node = h("div", { class: `row ${message.from_bot ? "bot" : "me"}` }, h("div", { class: "msg" }, bubble, keys));
  node.dataset.id = message.message_id;
  const row = { node, bubble, keys, message: null, bodyKey: null, keysKey: null };
  updateRow(row, message, context);
  return row;
}

export function updateRow(row, message, context) {
  const { reply_markup: markup, ...body } = message;
  const bodyKey = JSON.stringify(body);
  const keysKey = JSON.stringify(markup?.inline_keyboard ?? null);
  row.message = message;
  if (bodyKey !== row.bodyKey) row.bubble.replaceChildren(...bubbleParts(message, context));
  if (keysKey !== row.keysKey) keepFocus(row.keys, () => fillKeys(row.keys, message, context));
  row.bodyKey = bodyKey;
  row.keysKey = keysKey;
}

/** Someone working by keyboard stays at the same place when the buttons change under them. */
function keepFocus(container, change) {
  const place = [...container.querySelectorAll(".key")].indexOf(document.activeElement);
  change();
  const after = container.querySelectorAll(".key");
  if (place >= 0 && after.length) after[Math.min(place, after.length - 1)].focus({ preventScroll: true });
}

function bubbleParts(message, context) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.text === undefined ? message.caption_entities : message.entities;
  // Not dir="auto": it would overlook text inside quotes, which have a direction of their own.
  const content = h("div", { class: "text", dir: direction(text) });
  const remembered = context.forMessage(message.message_id);
  if (text) renderText(content, text, entities, remembered);
  content.append(meta(message, text));
  return [replyPreview(message, context), photo(message), attachment(message), content].filter(Boolean);
}

function meta(message, text) {
  const time = new Date(message.date * 1000);
  const edited = message.edit_date ? h("span", {}, "edited") : null;
  const lastLine = text.slice(text.lastIndexOf("\n") + 1);
  return h(
    "span",
    // The time shares the last line, at the end where that line's words run out.
    { class: `meta ${direction(lastLine)}`, dir: "ltr" },
    edited,
    h("time", { datetime: time.toISOString(), title: time.toLocaleString("en") }, clockTime(time)),
  );
}

export function firstLine(message) {
  const text = message.text ?? message.caption ?? message.document?.file_name ?? (message.photo ? "Photo" : "Message");
  return text.trim().split("\n", 1)[0].slice(0, 200);
}

function replyPreview({ reply_to_message: original }, context) {
  if (!original) return null;
  const known = context.find(original.message_id) ?? original;
  return h(
    "button",
    { type: "button", class: "reply-preview", dir: "auto", onclick: () => context.jumpTo(original.message_id) },
    h("b", {}, context.authorOf(known)),
    h("span", { dir: "auto" }, firstLine(known)),
  );
}

function photo({ photo: sizes }) {
  if (!sizes?.length) return null;
  const { file_id: id, width, height } = sizes.reduce((a, b) => (b.width > a.width ? b : a));
  const image = h("img", { class: "photo", src: fileUrl(id), alt: "Photo", width, height });
  return h("a", { class: "photo-link", href: fileUrl(id), target: "_blank", rel: "noopener" }, image);
}

function attachment({ document: file }) {
  if (!file) return null;
  return h(
    "a",
    { class: "file", href: fileUrl(file.file_id), download: file.file_name ?? "" },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("b", { dir: "auto" }, file.file_name ?? "File"), h("span", {}, fileSize(file.file_size))),
  );
}

export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function fillKeys(container, message, context) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  container.replaceChildren(
    ...rows.map((buttons) => h("div", { class: "key-row" }, ...buttons.map((button) => key(message, button, context)))),
  );
}

function key(message, button, context) {
  const label = h("span", { dir: "auto" }, button.text);
  const url = button.url && safeUrl(button.url);
  if (url) {
    const open = (event) => context.openLink(url) && event.preventDefault();
    return h("a", { class: "key", href: url, target: "_blank", rel: "noopener noreferrer", onclick: open }, label, icon("out"));
  }
  const data = button.callback_data;
  const node = h("button", { type: "button", class: "key", disabled: data === undefined }, label);
  if (context.isPending(message.message_id, data)) markPending(node, true);
  node.dataset.data = data ?? "";
  node.addEventListener("click", () => context.tap(message.message_id, data));
  return node;
}

export function markPending(node, pending) {
  node.classList.toggle("pending", pending);
  node.setAttribute("aria-busy", String(pending));
}
