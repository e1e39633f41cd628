// Slack's text objects as DOM nodes. Only nodes and text are made of them; what the markup
// does not explain stays as it was written, emoji shortcodes too.

import { slackDate } from "./slack_date.js";
import { h } from "./dom.js";
import { safeUrl } from "./entities.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const URLS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** A text object ({type: "plain_text"|"mrkdwn", text}) or a bare string as a node with its own direction. */
export function textNode(object, names, tag = "span", props = {}) {
  const node = h(tag, { dir: "auto", ...props });
  if (object?.type === "mrkdwn") node.append(mrkdwn(object.text, names, object.verbatim));
  else node.append(plain(object));
  node.classList.add("s-text");
  return node;
}

export const plain = (object) => (typeof object === "string" ? object : (object?.text ?? ""));

/** `names` tells people and channels by id: user(id), channel(id), and where the reader is: locale, tz. */
export function mrkdwn(text, names, verbatim = false) {
  const fragment = document.createDocumentFragment();
  const pieces = text.split(/\n?```\n?([\s\S]*?)\n?```\n?/);
  pieces.forEach((piece, i) => {
    if (i % 2) fragment.append(h("pre", { dir: "auto" }, unescape(piece)));
    else if (piece) fragment.append(...quotesAndLines(piece, names, verbatim));
  });
  return fragment;
}

const QUOTED = /^(?:&gt;|>) ?/;

function quotesAndLines(text, names, verbatim) {
  const [before, rest] = splitOnce(text, /(?:^|\n)(?:&gt;|>){3} ?/);
  const nodes = [];
  for (const lines of runs(before.split("\n"), (line) => QUOTED.test(line))) {
    const isQuote = QUOTED.test(lines[0]);
    if (isQuote) nodes.push(quote(lines.map((line) => line.replace(QUOTED, "")).join("\n"), names, verbatim));
    else nodes.push(...inline(lines.join("\n"), names, verbatim));
  }
  if (rest !== null) nodes.push(quote(rest, names, verbatim));
  return nodes;
}

const quote = (text, names, verbatim) => h("blockquote", { dir: "auto" }, ...inline(text, names, verbatim));

function splitOnce(text, pattern) {
  const found = pattern.exec(text);
  return found ? [text.slice(0, found.index), text.slice(found.index + found[0].length)] : [text, null];
}

/** Neighbours of one sort in a list each: [a, a, b] -> [[a, a], [b]]. */
function runs(lines, sort) {
  const found = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last && sort(last[0]) === sort(line)) last.push(line);
    else found.push([line]);
  }
  return found;
}

function inline(text, names, verbatim) {
  const nodes = [];
  let plainText = "";
  const flush = () => {
    if (plainText) nodes.push(...withUrls(plainText, verbatim));
    plainText = "";
  };
  for (let at = 0; at < text.length; ) {
    const [node, length] = token(text, at, names, verbatim) ?? [];
    if (node) {
      flush();
      nodes.push(node);
      at += length;
    } else {
      plainText += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

/** The node that starts at `at` and how many characters it takes; undefined for plain text. */
function token(text, at, names, verbatim) {
  const mark = text[at];
  if (mark === "<") return angle(text, at, names);
  if (mark === "`") {
    const end = text.indexOf("`", at + 1);
    const isOne = end > at + 1 && !text.slice(at, end).includes("\n");
    return isOne ? [h("code", {}, unescape(text.slice(at + 1, end))), end + 1 - at] : undefined;
  }
  if (!MARKS[mark]) return undefined;
  const end = closing(text, at);
  if (end < 0) return undefined;
  return [h(MARKS[mark], {}, ...inline(text.slice(at + 1, end), names, verbatim)), end + 1 - at];
}

/** Marks count at the edges of words only, and on one line: 2*3*4 and snake_case_names stay as they are. */
function closing(text, start) {
  const mark = text[start];
  const next = text[start + 1] ?? " ";
  if (WORD.test(text[start - 1] ?? " ") || /\s/.test(next) || next === mark) return -1;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "<" || text[at] === "`") {
      const end = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === mark && at > start + 1 && !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) {
      return at;
    }
  }
  return -1;
}

function angle(text, at, names) {
  const end = text.indexOf(">", at);
  if (end < 0) return undefined;
  const [target, ...label] = text.slice(at + 1, end).split("|");
  const node = angleNode(target, label.length ? unescape(label.join("|")) : null, names);
  return node ? [node, end + 1 - at] : undefined;
}

function angleNode(target, label, names) {
  const kind = target[0];
  if (kind === "@") return mention(`@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (kind === "#") return mention(`#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (kind !== "!") return link(unescape(target), label);
  const [name, ...args] = target.slice(1).split("^");
  if (name === "date") return slackDate(Number(args[0]), args[1] ?? "", { url: args[2], fallback: label, names });
  return mention(label ?? `@${name}`);
}

export const mention = (text) => h("span", { class: "s-mention", dir: "auto" }, text);

export function link(url, label) {
  const href = safeUrl(url);
  const words = label || url.replace(/^mailto:/, "");
  if (!href) return h("span", {}, words);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: label ? href : null }, words);
}

function withUrls(text, verbatim) {
  const clean = unescape(text);
  if (verbatim) return [clean];
  const nodes = [];
  let rest = clean;
  for (let found = URLS.exec(rest); found; found = URLS.exec(rest)) {
    nodes.push(rest.slice(0, found.index), link(found[0]));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...nodes, rest].filter((node) => node !== "");
}

const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
