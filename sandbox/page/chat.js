// The list of messages: patched by message_id, with a scroll position that
// neither an edit nor a new message above or below may disturb.

import { dayLabel, setBadge } from "./dom.js";
import { createRow, firstLine, markPending, updateRow } from "./message.js";

const NEAR_BOTTOM = 90;
const GROUP_SECONDS = 300;

export class ChatView {
  constructor({ scroller, list, down, downBadge, announcer, actions }) {
    Object.assign(this, { scroller, list, down, downBadge, announcer, actions });
    this.rows = new Map();
    this.opened = new Set();
    this.pending = new Set();
    this.context = this.makeContext();
    this.reset(null);
    scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
    down.addEventListener("click", () => this.toBottom());
    // The keyboard, the reply bar or a growing bubble change heights: stay at the bottom if there.
    const observer = new ResizeObserver(() => this.stuck && this.toBottom());
    observer.observe(scroller);
    observer.observe(list);
  }

  makeContext() {
    const { actions } = this;
    return {
      forMessage: (id) => ({
        isOpen: (key) => this.opened.has(`${this.personId} ${id} ${key}`),
        setOpen: (key, open) => this.setOpen(`${this.personId} ${id} ${key}`, open),
        sendCommand: actions.sendCommand,
        openLink: actions.openLink,
      }),
      find: (id) => this.rows.get(id)?.message,
      jumpTo: (id) => this.jumpTo(id),
      isPending: (id, data) => this.pending.has(`${this.personId} ${id} ${data}`),
      authorOf: actions.authorOf,
      openLink: actions.openLink,
      tap: actions.tap,
    };
  }

  reset(personId) {
    this.personId = personId;
    this.rows.clear();
    this.list.replaceChildren();
    this.loaded = false;
    this.stuck = true;
    this.setUnread(0);
    this.down.hidden = true;
  }

  /** Brings the list to `messages`; returns those that are new since the last time. */
  apply(messages) {
    const anchor = this.stuck ? null : this.anchor();
    const fresh = this.reconcile(messages);
    const first = !this.loaded;
    this.loaded = true;
    if (first || this.stuck || fresh.some((message) => !message.from_bot)) this.toBottom();
    else this.restore(anchor);
    if (!first) this.welcome(fresh);
    this.onScroll();
    return fresh;
  }

  reconcile(messages) {
    const fresh = [];
    this.removeMissing(new Set(messages.map((message) => message.message_id)));
    let cursor = this.list.firstChild;
    let previous = null;
    for (const message of messages) {
      let row = this.rows.get(message.message_id);
      if (row) updateRow(row, message, this.context);
      else {
        row = createRow(message, this.context);
        this.rows.set(message.message_id, row);
        row.node.classList.toggle("arriving", this.loaded);
        fresh.push(message);
      }
      if (row.node === cursor) cursor = cursor.nextSibling;
      else this.list.insertBefore(row.node, cursor);
      decorate(row, previous);
      previous = row;
    }
    return fresh;
  }

  removeMissing(kept) {
    for (const [id, row] of this.rows) {
      if (kept.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
  }

  welcome(fresh) {
    const fromBot = fresh.filter((message) => message.from_bot);
    if (!fromBot.length) return;
    if (!this.stuck) this.setUnread(this.unread + fromBot.length);
    this.announcer.textContent = fromBot.map((m) => m.text ?? m.caption ?? firstLine(m)).join("\n").slice(0, 600);
  }

  /** The topmost visible row and where it is, to be put back after a change. */
  anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    const nodes = this.list.children;
    let low = 0;
    let high = nodes.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nodes[middle].getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    const node = nodes[low];
    return node ? { node, top: node.getBoundingClientRect().top } : null;
  }

  restore(anchor) {
    if (!anchor?.node.isConnected) return;
    this.scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
  }

  distance() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  onScroll() {
    this.stuck = this.distance() < NEAR_BOTTOM;
    this.down.hidden = this.stuck;
    if (this.stuck) this.setUnread(0);
  }

  // At once, never gliding: a message arriving on the way would stop the glide half-way.
  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
  }

  setUnread(count) {
    this.unread = count;
    setBadge(this.downBadge, count);
  }

  setOpen(key, open) {
    if (open) this.opened.add(key);
    else this.opened.delete(key);
    // Someone who opens a quote reads from where it starts: do not pull them to the bottom.
    this.stuck = false;
    requestAnimationFrame(() => requestAnimationFrame(() => this.onScroll()));
  }

  /** An answer may come while another person is open; then only the memory of the tap changes. */
  setPending(personId, id, data, pending) {
    const key = `${personId} ${id} ${data}`;
    if (pending) this.pending.add(key);
    else this.pending.delete(key);
    if (personId !== this.personId) return;
    const keys = this.rows.get(id)?.keys.querySelectorAll("button.key") ?? [];
    for (const node of keys) if (node.dataset.data === data) markPending(node, pending);
  }

  jumpTo(id) {
    const node = this.rows.get(id)?.node;
    if (!node) return;
    this.stuck = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    requestAnimationFrame(() => node.classList.add("flash"));
  }
}

/** Day pills and grouping depend on the neighbour above, not on the message alone. */
function decorate(row, previous) {
  const day = dayLabel(new Date(row.message.date * 1000));
  const newDay = !previous || previous.day !== day;
  row.day = day;
  if (newDay) row.node.dataset.day = day;
  else delete row.node.dataset.day;
  const joined =
    !newDay &&
    previous.message.from_bot === row.message.from_bot &&
    row.message.date - previous.message.date < GROUP_SECONDS;
  row.node.classList.toggle("joined", joined);
}
