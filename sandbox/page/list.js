// A list of messages: patched by key, with a scroll position that neither an edit
// nor a new message above or below may disturb.

import { dayLabel, setBadge } from "./dom.js";

const NEAR_BOTTOM = 90;
const GROUP_SECONDS = 300;

/**
 * What differs between platforms is in the methods a subclass gives: keyOf(message), timeOf(message) in seconds,
 * senderOf(message), isOwn(message), summaryOf(message), createRow(message) -> {node, message, ...},
 * updateRow(row, message).
 */
export class MessageList {
  constructor({ scroller, list, down, downBadge, announcer }) {
    Object.assign(this, { scroller, list, down, downBadge, announcer });
    this.rows = new Map();
    this.reset();
    scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
    down.addEventListener("click", () => this.toBottom());
    // The keyboard, the reply bar or a growing bubble change heights: stay at the bottom if there.
    const observer = new ResizeObserver(() => this.stuck && this.toBottom());
    observer.observe(scroller);
    observer.observe(list);
  }

  reset() {
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
    if (first || this.stuck || fresh.some((message) => this.isOwn(message))) this.toBottom();
    else this.restore(anchor);
    if (!first) this.welcome(fresh);
    this.onScroll();
    return fresh;
  }

  reconcile(messages) {
    const fresh = [];
    this.removeMissing(new Set(messages.map((message) => this.keyOf(message))));
    let cursor = this.list.firstChild;
    let previous = null;
    for (const message of messages) {
      let row = this.rows.get(this.keyOf(message));
      if (row) this.updateRow(row, message);
      else {
        row = this.createRow(message);
        this.rows.set(this.keyOf(message), row);
        row.node.classList.toggle("arriving", this.loaded);
        fresh.push(message);
      }
      if (row.node === cursor) cursor = cursor.nextSibling;
      else this.list.insertBefore(row.node, cursor);
      this.decorate(row, previous);
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

  /** Day pills and grouping depend on the neighbour above, not on the message alone. */
  decorate(row, previous) {
    const time = this.timeOf(row.message);
    row.day = dayLabel(new Date(time * 1000));
    const newDay = !previous || previous.day !== row.day;
    if (newDay) row.node.dataset.day = row.day;
    else delete row.node.dataset.day;
    const joined =
      !newDay &&
      this.senderOf(previous.message) === this.senderOf(row.message) &&
      time - this.timeOf(previous.message) < GROUP_SECONDS;
    row.node.classList.toggle("joined", joined);
  }

  welcome(fresh) {
    const fromOthers = fresh.filter((message) => !this.isOwn(message));
    if (!fromOthers.length) return;
    if (!this.stuck) this.setUnread(this.unread + fromOthers.length);
    this.announcer.textContent = fromOthers.map((message) => this.summaryOf(message)).join("\n").slice(0, 600);
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
    // While it is not shown it has no height, and so says nothing about where the reader is.
    if (!this.scroller.clientHeight) return;
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
}
