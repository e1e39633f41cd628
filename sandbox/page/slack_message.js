// One message of Slack: who, when, its blocks, its files, and the button of its menu.

import { clockTime, h, icon } from "./dom.js";
import { fileSize } from "./message.js";
import { Surface } from "./surface.js";

/** A row keeps its node for life. `context`: names, appName(), avatarOf(message), makeDeeds(message), openMenu(row, button) */
export function createSlackRow(message, context) {
  const head = h("div", { class: "s-head" });
  const body = h("div", { class: "s-body" });
  const tail = h("div", { class: "s-tail" });
  const menu = { class: "s-more", "aria-label": "More actions", "aria-haspopup": "menu" };
  const more = h("button", { type: "button", ...menu }, icon("more"));
  const sideTime = h("span", { class: "s-side-time", "aria-hidden": "true" }, timeOf(message));
  const gutter = h("div", { class: "s-gutter" }, context.avatarOf(message), sideTime);
  const node = h("div", { class: "s-row" }, gutter, h("div", { class: "s-content" }, head, body, tail), more);
  node.dataset.ts = message.ts;
  const { names, appName, makeDeeds } = context;
  const surface = new Surface(body, { names, deeds: makeDeeds(message), appName: appName() });
  const row = { node, head, body, tail, message, surface };
  more.addEventListener("click", () => context.openMenu(row, more));
  updateSlackRow(row, message);
  return row;
}

export function updateSlackRow(row, message) {
  row.message = message;
  const key = JSON.stringify(message);
  if (key === row.key) return;
  row.key = key;
  row.node.classList.toggle("ephemeral", Boolean(message.ephemeral));
  row.head.replaceChildren(...headParts(message));
  row.surface.show(blocksOf(message), message);
  row.tail.replaceChildren(...tailParts(message));
}

const timeOf = (message) => clockTime(new Date(message.time * 1000));

/** The text alone is what is shown when there are no blocks. */
function blocksOf({ blocks, text }) {
  if (blocks?.length) return blocks;
  return text ? [{ type: "section", block_id: "text", text: { type: "mrkdwn", text } }] : [];
}

function headParts(message) {
  const time = new Date(message.time * 1000);
  return [
    message.ephemeral ? h("p", { class: "s-only-you" }, icon("eye"), "Only visible to you") : null,
    h("b", { dir: "auto" }, message.user_name || message.user),
    message.from_app ? h("span", { class: "s-app-tag" }, "APP") : null,
    h("time", { datetime: time.toISOString(), title: time.toLocaleString("en") }, timeOf(message)),
  ].filter(Boolean);
}

function tailParts({ edited, files = [] }) {
  return [edited ? h("span", { class: "s-edited" }, "(edited)") : null, ...files.map(file)].filter(Boolean);
}

function file({ name, size, mimetype, url }) {
  const words = h("span", { class: "file-words" }, h("b", { dir: "auto" }, name), h("span", {}, fileSize(size)));
  const link = h("a", { class: "s-file", href: url, download: name }, h("span", { class: "s-file-icon" }, icon("file")), words);
  if (!/^image\/(png|jpeg|gif|webp)$/.test(mimetype)) return link;
  const picture = h("img", { class: "s-picture", src: url, alt: name });
  return h("div", {}, h("a", { href: url, target: "_blank", rel: "noopener" }, picture), link);
}

/** What is read out, and copied. */
export const wordsOf = (row) => row.body.innerText.trim() || row.message.text;
