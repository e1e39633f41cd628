// Everything below the messages: text, replies, commands, keyboards, files, Start.

import { byId, direction, h, popup } from "./dom.js";
import { firstLine } from "./message.js";

const PLAIN_PLACEHOLDER = "Message";

export class Composer {
  /** actions: send(text, replyTo), upload(file), start(), restart(), find(id), authorOf(message), newest() */
  constructor(actions) {
    this.actions = actions;
    this.drafts = new Map();
    this.personId = null;
    this.dismissed = new Set();
    this.input = byId("input");
    this.commands = popup(byId("command-menu"), byId("command-button"));
    this.listen();
  }

  listen() {
    const { input } = this;
    input.addEventListener("input", () => this.fit());
    input.addEventListener("keydown", (event) => this.onKey(event));
    byId("input-row").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    byId("reply-cancel").addEventListener("click", () => this.cancelReply());
    byId("attach").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", ({ target }) => {
      if (target.files[0]) this.actions.upload(target.files[0]);
      target.value = "";
    });
    byId("keys-button").addEventListener("click", () => this.toggleKeys());
    byId("big-button").addEventListener("click", () => this.bigAction());
  }

  onKey(event) {
    // Enter also picks a word in Japanese or Chinese input; that must not send.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.replyTo) {
      this.cancelReply();
    } else if (event.key === "ArrowUp" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const message = this.actions.newest();
      if (message) this.reply(message.message_id);
    }
  }

  /** Another person picks up their own phone: their draft, no reply. */
  open(personId) {
    if (this.personId !== null) this.drafts.set(this.personId, this.input.value);
    this.personId = personId;
    this.input.value = this.drafts.get(personId) ?? "";
    this.replyTo = null;
    this.commands.close(false);
    this.setPlaceholder(null);
    this.showReply();
    this.showInput(null);
    this.showKeyboard(null);
  }

  update({ person, messages, menu, placeholder, force_reply_to: forced }) {
    const bigLabel = person.blocked ? "Restart" : !person.started && !messages.length ? "Start" : null;
    this.bigAction = person.blocked ? this.actions.restart : this.actions.start;
    this.showInput(bigLabel);
    this.showMenu(menu);
    this.setPlaceholder(placeholder);
    this.showKeyboard(bigLabel ? null : lastKeyboard(messages));
    this.follow(forced, Boolean(bigLabel));
  }

  /** Turns to the question the bot wants answered, unless the person waved it away. */
  follow(forced, hidden) {
    if (this.replyTo && !this.actions.find(this.replyTo)) this.replyTo = null;
    const isNew = forced && forced !== this.forced && !this.dismissed.has(this.dismissKey(forced));
    if (this.forced && !forced && this.replyTo === this.forced) this.replyTo = null;
    this.forced = forced;
    if (isNew && !hidden) this.reply(forced);
    else this.showReply();
  }

  dismissKey(messageId) {
    return `${this.personId} ${messageId}`;
  }

  reply(messageId) {
    this.replyTo = messageId;
    this.showReply();
    this.input.focus({ preventScroll: true });
  }

  cancelReply() {
    if (this.replyTo === this.forced) this.dismissed.add(this.dismissKey(this.replyTo));
    this.replyTo = null;
    this.showReply();
    this.input.focus({ preventScroll: true });
  }

  showReply() {
    const message = this.replyTo ? this.actions.find(this.replyTo) : null;
    byId("reply-bar").hidden = !message;
    if (!message) return;
    byId("reply-name").textContent = `Reply to ${this.actions.authorOf(message)}`;
    byId("reply-text").textContent = firstLine(message);
  }

  showInput(bigLabel) {
    const button = byId("big-button");
    button.hidden = !bigLabel;
    button.textContent = bigLabel ?? "";
    byId("input-row").hidden = Boolean(bigLabel) || this.personId === null;
    this.fit();
  }

  showMenu(menu) {
    byId("command-button").hidden = !menu?.length;
    const items = (menu ?? []).map(({ command, description }) => {
      const choose = () => {
        this.commands.close(true);
        this.actions.send(`/${command}`);
      };
      return h(
        "button",
        { type: "button", onclick: choose },
        h("span", { dir: "auto", class: "command-words" }, description),
        h("code", {}, `/${command}`),
      );
    });
    // Redrawing an open menu would take the focus away from whoever walks through it.
    const key = JSON.stringify(menu);
    if (key !== this.menuKey) byId("command-menu").replaceChildren(...items);
    this.menuKey = key;
  }

  setPlaceholder(text) {
    this.input.placeholder = text || PLAIN_PLACEHOLDER;
    this.fit();
  }

  showKeyboard(keyboard) {
    const key = JSON.stringify(keyboard);
    if (key === this.keyboardKey) return;
    this.keyboardKey = key;
    this.oneTime = keyboard?.one_time_keyboard;
    byId("keys-button").hidden = !keyboard;
    const rows = (keyboard?.keyboard ?? []).map((buttons) =>
      h("div", { class: "key-row" }, ...buttons.map((button) => this.replyKey(button.text ?? String(button)))),
    );
    byId("reply-keys").replaceChildren(...rows);
    this.toggleKeys(Boolean(keyboard));
  }

  replyKey(text) {
    const press = () => {
      if (this.oneTime) this.toggleKeys(false);
      this.actions.send(text);
    };
    return h("button", { type: "button", class: "reply-key", onclick: press }, h("span", { dir: "auto" }, text));
  }

  toggleKeys(open = byId("reply-keys").hidden) {
    byId("reply-keys").hidden = !open;
    byId("keys-button").setAttribute("aria-expanded", String(open));
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { personId, replyTo } = this;
    this.input.value = "";
    this.replyTo = null;
    this.showReply();
    this.fit();
    const sent = await this.actions.send(text, replyTo);
    if (sent || this.personId !== personId || this.input.value) return;
    this.input.value = text;
    this.replyTo = replyTo;
    this.showReply();
    this.fit();
  }

  fit() {
    const { input } = this;
    // An empty field has no letters to go by: let the placeholder decide.
    input.dir = input.value ? "auto" : direction(input.placeholder);
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
    byId("send").disabled = !input.value.trim();
  }
}

/** A reply keyboard stays until a later message replaces or removes it. */
function lastKeyboard(messages) {
  for (let i = messages.length - 1; i >= 0; i -= 1) {
    const markup = messages[i].reply_markup;
    if (markup?.remove_keyboard) return null;
    if (markup?.keyboard) return markup;
  }
  return null;
}
