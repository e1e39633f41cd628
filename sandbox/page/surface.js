// One place that shows blocks: a message, a modal, a Home. Unchanged blocks keep their nodes,
// so that what somebody types, the focus and the scroll position outlive an update.

import { renderBlock } from "./blocks.js";
import { h, icon } from "./dom.js";

let lastId = 0;

export class Surface {
  /** deeds: act({block_id, action_id, option}) -> {acked, error}, type(blockId, actionId, text), isTyping(blockId, actionId) */
  constructor(node, { names, deeds, appName }) {
    Object.assign(this, { node, names, deeds, appName });
    this.id = `surface-${(lastId += 1)}`;
    this.entries = [];
    this.state = {};
    this.errors = {};
  }

  show(blocks, { state = {}, errors = {} } = {}) {
    this.state = state ?? {};
    this.errors = errors ?? {};
    const old = new Map(this.entries.map((entry) => [entry.id, entry]));
    const left = new Set(this.entries);
    this.entries = blocks.map((block, i) => {
      const id = block.block_id ?? `number ${i}`;
      const key = JSON.stringify(block);
      const known = old.get(id);
      if (known?.key === key && left.delete(known)) return known;
      return this.makeEntry(id, key, block, known);
    });
    for (const entry of left) entry.node.remove();
    this.place();
    for (const entry of this.entries) for (const sync of entry.syncs) sync();
    for (const entry of this.entries) entry.restore?.();
  }

  makeEntry(id, key, block, known) {
    const entry = { id, key, syncs: [], node: null };
    const stage = Object.create(this, { onSync: { value: (work) => entry.syncs.push(work) } });
    entry.node = renderBlock(block, stage);
    const take = known && focusIn(known.node);
    if (take) {
      entry.restore = () => {
        delete entry.restore;
        giveFocus(entry.node, take);
      };
    }
    return entry;
  }

  place() {
    let cursor = this.node.firstChild;
    for (const { node } of this.entries) {
      if (node === cursor) cursor = cursor.nextSibling;
      else this.node.insertBefore(node, cursor);
    }
  }

  value = (block, element) => this.state[block.block_id]?.[element.action_id];
  error = (block) => this.errors[block.block_id];
  type = (block, element, text) => this.deeds.type(block.block_id, element.action_id, text);
  isTyping = (block, element) => this.deeds.isTyping(block.block_id, element.action_id);

  /** True when the app took it; when it did not, the block says so until the next try. */
  async act(block, element, option) {
    const what = { block_id: block.block_id, action_id: element.action_id, ...(option === null ? {} : { option }) };
    this.warn(block, null);
    const answer = await this.deeds.act(what);
    this.warn(block, complaint(answer, this.appName));
    return answer.acked;
  }

  warn(block, words) {
    const entry = this.entries.find(({ id }) => id === block.block_id) ?? this.entries.at(-1);
    entry?.node.querySelector(":scope > .s-warning")?.remove();
    if (words) entry?.node.append(warning(words));
  }
}

/** What a person is told of an act's outcome {acked, error, refused}: null when it went well. */
export function complaint({ acked, error, refused }, appName) {
  return acked || refused ? (error ?? null) : [`${appName} did not answer in time.`, error].filter(Boolean).join(" ");
}

export const warning = (words) => h("p", { class: "s-warning", role: "alert", dir: "auto" }, icon("warn"), words);

/** Which control of a block is in use, and how far its words and its cursor are. */
function focusIn(node) {
  const active = document.activeElement;
  if (!node.contains(active)) return null;
  const { value, selectionStart, selectionEnd } = active;
  const action = active.closest("[data-action]")?.dataset.action;
  return { action, value, selectionStart, selectionEnd, isText: active.matches("textarea, .s-typed") };
}

function giveFocus(node, { action, value, selectionStart, selectionEnd, isText }) {
  const holder = [...node.querySelectorAll("[data-action]")].find((each) => each.dataset.action === action);
  if (!holder) return;
  const inside = [...holder.querySelectorAll("input, select")];
  const target = inside.find((each) => each.value === value) ?? inside[0] ?? holder;
  if (isText && target.matches(".s-typed")) {
    target.value = value;
    target.focus({ preventScroll: true });
    target.setSelectionRange(selectionStart, selectionEnd);
  } else target.focus({ preventScroll: true });
}
