// The messages of a Telegram chat: what is open in them, which button is waiting.

import { MessageList } from "./list.js";
import { createRow, firstLine, markPending, updateRow } from "./message.js";

export class ChatView extends MessageList {
  constructor({ actions, ...places }) {
    super(places);
    this.actions = actions;
    this.personId = null;
    this.opened = new Set();
    this.pending = new Set();
    this.context = this.makeContext();
  }

  keyOf = (message) => message.message_id;
  timeOf = (message) => message.date;
  senderOf = (message) => message.from_bot;
  isOwn = (message) => !message.from_bot;
  summaryOf = (message) => message.text ?? message.caption ?? firstLine(message);
  createRow = (message) => createRow(message, this.context);
  updateRow = (row, message) => updateRow(row, message, this.context);

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

  open(personId) {
    this.personId = personId;
    this.reset();
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
