// Slack's rich_text block as DOM nodes: sections, lists, quotes and preformatted text.

import { direction, h } from "./dom.js";
import { link, mention } from "./mrkdwn.js";
import { slackDate } from "./slack_date.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };
const DEEPEST = 8;

export function richText(block, names) {
  return h("div", { class: "s-rich" }, ...block.elements.map((element) => part(element, names)));
}

function part(element, names) {
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "s-text", dir: "auto" }, ...inlines(element, names));
    case "rich_text_list":
      return list(element, names);
    case "rich_text_quote":
      return h("blockquote", { class: "s-text", dir: "auto" }, ...inlines(element, names));
    case "rich_text_preformatted":
      return h("pre", { dir: "auto" }, ...inlines(element, names));
    default:
      return h("div", { class: "s-unknown" }, `(${element.type})`);
  }
}

function list({ style, indent = 0, offset = 0, elements }, names) {
  const items = elements.map((each) => h("li", { dir: "auto", class: "s-text" }, ...inlines(each, names)));
  const node = h(style === "ordered" ? "ol" : "ul", { class: `s-list indent-${Math.min(indent, DEEPEST)}` }, ...items);
  // Marks stand outside the items, so the list itself needs to know the side; "auto" would not look into the items.
  node.dir = direction(node.textContent);
  if (offset) node.start = offset + 1;
  return node;
}

const inlines = ({ elements = [] }, names) => elements.map((each) => styled(inlineNode(each, names), each.style));

function styled(node, style = {}) {
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

function inlineNode(element, names) {
  switch (element.type) {
    case "text":
      return document.createTextNode(element.text);
    case "link":
      return link(element.url, element.text);
    case "emoji":
      return document.createTextNode(emoji(element));
    case "user":
      return mention(`@${names.user(element.user_id) ?? element.user_id}`);
    case "channel":
      return mention(`#${names.channel(element.channel_id) ?? element.channel_id}`);
    case "broadcast":
      return mention(`@${element.range}`);
    case "usergroup":
      return mention(`@${element.usergroup_id}`);
    case "date":
      return slackDate(element.timestamp, element.format, { url: element.url, fallback: element.fallback, names });
    case "color":
      return h("code", {}, element.value);
    default:
      return document.createTextNode(element.text ?? `(${element.type})`);
  }
}

/** The sign itself where the message says which it is, such as "1f44d" or "1f1fa-1f1f8". */
function emoji({ name, unicode }) {
  const codes = (unicode ?? "").split("-").map((code) => Number.parseInt(code, 16));
  return codes.every((code) => code > 0 && code <= 0x10ffff) ? String.fromCodePoint(...codes) : `:${name}:`;
}
