// Telegram's text entities as DOM nodes. Offsets are UTF-16 units, the same
// as JavaScript string indices, so no conversion is needed.

import { direction, h, icon } from "./dom.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const LINK_LIKE = new Set(["mention", "hashtag", "cashtag", "email", "phone_number", "text_mention"]);

/**
 * Fills `parent` with `text`. `context` gives what a message remembers and does:
 * isOpen(key), setOpen(key, open), sendCommand(text), openLink(url) -> handled?
 */
export function renderText(parent, text, entities, context) {
  const queue = withLinks(text, entities ?? [])
    .map((entity) => ({ ...entity, start: entity.offset, end: Math.min(entity.offset + entity.length, text.length) }))
    .filter(({ start, end }) => start >= 0 && start < end)
    .sort(inOrder);
  fill(parent, text, 0, text.length, queue, context);
}

// Outer entities first; blocks outside inline ones, so that a wholly bold quote is one quote.
function inOrder(a, b) {
  return a.start - b.start || b.end - a.end || BLOCKS.has(b.type) - BLOCKS.has(a.type);
}

function fill(parent, text, start, end, queue, context) {
  let at = start;
  while (queue.length && queue[0].start < end) {
    const entity = queue.shift();
    const from = Math.max(entity.start, at);
    const stop = Math.min(entity.end, end);
    if (from > at) parent.append(text.slice(at, from));
    // An entity that outlives its parent goes on after it, in a second piece.
    if (entity.end > stop) putBack(queue, { ...entity, start: stop });
    if (from >= stop) continue;
    const [outer, inner] = element(entity, text.slice(from, stop), context);
    fill(inner, text, from, stop, queue, context);
    parent.append(outer);
    at = stop;
    // A block already breaks the line: the line feed after it would add an empty one.
    if (BLOCKS.has(entity.type) && text[at] === "\n" && at < end) at += 1;
  }
  if (at < end) parent.append(text.slice(at, end));
}

function putBack(queue, entity) {
  queue.push(entity);
  queue.sort(inOrder);
}

/** The node to put in, and the node inside it that takes the content. */
function element(entity, text, context) {
  const { type } = entity;
  if (TAGS[type]) return twice(h(TAGS[type]));
  if (type === "url") return twice(link(text, text, context));
  if (type === "text_link") return twice(link(entity.url, text, context));
  if (type === "bot_command") return twice(command(text, context));
  if (type === "spoiler") return twice(spoiler(text, context));
  if (type === "pre") return pre(entity);
  if (type === "blockquote") return twice(h("blockquote", { dir: direction(text) }));
  if (type === "expandable_blockquote") return expandable(text, context);
  return twice(h("span", LINK_LIKE.has(type) ? { class: "link" } : {}));
}

const twice = (node) => [node, node];

export function safeUrl(url) {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  return /^(https?:|mailto:|tel:)/i.test(full) && URL.canParse(full) ? full : null;
}

function link(target, text, context) {
  const href = safeUrl(target);
  if (!href) return h("span", { class: "link" });
  return h("a", {
    href,
    target: "_blank",
    rel: "noopener noreferrer",
    title: target === text ? null : href,
    onclick: (event) => context.openLink(href) && event.preventDefault(),
  });
}

function command(text, context) {
  return h("button", { type: "button", class: "link", onclick: () => context.sendCommand(text) });
}

function spoiler(text, context) {
  const key = `spoiler ${text}`;
  const node = h("span", { class: "spoiler" });
  if (context.isOpen(key)) return node;
  const reveal = (event) => {
    if (!node.hasAttribute("role") || (event.key && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
    context.setOpen(key, true);
  };
  node.setAttribute("role", "button");
  node.setAttribute("tabindex", "0");
  node.setAttribute("aria-label", "Show hidden text");
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", reveal);
  return node;
}

function pre({ language }) {
  const code = h("code", { dir: "ltr" });
  const label = language ? h("span", { class: "pre-language" }, language) : null;
  return [h("pre", {}, label, code), code];
}

// Telegram offers no chevron when the quote fits; only layout knows whether it does.
const fitWatcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const quote = target.parentElement;
    if (quote?.classList.contains("collapsed")) {
      quote.classList.toggle("fits", target.scrollHeight <= target.clientHeight + 2);
    }
  }
});

function expandable(text, context) {
  const key = `quote ${text}`;
  const content = h("div", { class: "quote-text" });
  const toggle = h("button", { type: "button", class: "quote-toggle" }, icon("down"));
  const quote = h("blockquote", { class: "expandable", dir: direction(text) }, content, toggle);
  const show = (open) => {
    quote.classList.toggle("collapsed", !open);
    toggle.setAttribute("aria-expanded", String(open));
    toggle.setAttribute("aria-label", open ? "Show less of the quote" : "Show the whole quote");
  };
  quote.addEventListener("click", (event) => {
    const other = event.target.closest("a, button, [role=button]");
    if ((other && other !== toggle) || quote.classList.contains("fits") || !getSelection().isCollapsed) return;
    const open = quote.classList.contains("collapsed");
    context.setOpen(key, open);
    show(open);
  });
  show(context.isOpen(key));
  fitWatcher.observe(content);
  return [quote, content];
}

const LINKS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]|(?<=^|[\s\u2068])\/[a-z]\w{0,31}(?:@\w+)?(?!\w)/gi;
const PLAIN = new Set([...Object.keys(TAGS), "spoiler", "blockquote", "expandable_blockquote"].filter((type) => type !== "code"));

/** Telegram marks links and commands by itself, save in code and where something else is marked. */
function withLinks(text, entities) {
  const taken = entities.filter(({ type }) => !PLAIN.has(type));
  const found = [...text.matchAll(LINKS)].map((match) => ({
    type: match[0].startsWith("/") ? "bot_command" : "url",
    offset: match.index,
    length: match[0].length,
  }));
  const overlap = (a, b) => a.offset < b.offset + b.length && b.offset < a.offset + a.length;
  return [...entities, ...found.filter((each) => !taken.some((other) => overlap(each, other)))];
}
