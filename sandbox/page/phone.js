// The Telegram phone: whose it is, what the server says about their chat, what they do with it.

import * as api from "./api.js";
import { ChatView } from "./chat.js";
import { Composer } from "./composer.js";
import { avatar, byId, clockTime, h, initial } from "./dom.js";
import { endonym } from "./languages.js";
import { setUpContextMenu, setUpMoreMenu } from "./menus.js";
import { Taps } from "./taps.js";

const ACTION_SHOWN = 5_000;

const isBot = (message) => message.from_bot ?? message.from?.is_bot;

export class Phone {
  /** Around it: refreshPeople(), report(error, place), openForm(), openDrawer(), namesOwner() when nothing else on the page does. */
  constructor(around) {
    this.around = around;
    this.state = { bot: { name: "Bot" }, people: [] };
    this.loaded = false;
    this.openId = null;
    this.connected = false;
    this.actionTimer = null;
    this.refresh = api.coalesce(() => this.load());
    this.setUpChat();
    setUpMoreMenu({ isBlocked: () => this.person()?.blocked, toggleBlock: () => this.toggleBlock() });
    setUpContextMenu({
      find: this.view.context.find,
      reply: (id) => this.composer.reply(id),
      report: (error) => this.report(error),
    });
    const tick = () => (byId("clock").textContent = clockTime(new Date()));
    tick();
    setInterval(tick, 5_000);
    this.showFrame();
  }

  setUpChat() {
    const sendText = (text, replyTo) => this.sendText(text, replyTo);
    const authorOf = (message) =>
      isBot(message) ? this.state.bot.name : (this.person()?.first_name ?? "You");
    this.view = new ChatView({
      scroller: byId("scroller"),
      list: byId("messages"),
      down: byId("down"),
      downBadge: byId("down-badge"),
      announcer: byId("announcer"),
      actions: {
        sendCommand: sendText,
        openLink: (url) => this.openLink(url),
        authorOf,
        tap: (messageId, data) => this.taps.press(messageId, data),
      },
    });
    this.taps = new Taps({ view: this.view, report: (error) => this.report(error) });
    this.composer = new Composer({
      send: sendText,
      upload: (file) => this.attempt(() => api.upload(this.openId, file).then(this.refresh)),
      start: () => sendText("/start"),
      restart: () => this.attempt(() => api.unblock(this.openId)).then((ok) => ok && sendText("/start")),
      find: (id) => this.view.context.find(id),
      newest: () => [...this.view.rows.values()].map((row) => row.message).filter(isBot).at(-1),
      authorOf,
    });
  }

  person = () => this.state.people.find((person) => person.id === this.openId);
  report = (error) => this.around.report(error, byId("toasts"));

  /** Does the work and says so when it fails; true when it went well. */
  async attempt(work) {
    try {
      await work();
      return true;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  sendText(text, replyTo) {
    const id = this.openId;
    return this.attempt(async () => {
      await api.send(id, text, replyTo);
      this.refresh();
    });
  }

  /** An invitation link to this very bot stays in the sandbox: it is a /start with a word. */
  openLink(url) {
    const { hostname, pathname, searchParams } = new URL(url, "https://t.me");
    const username = this.state.bot.username?.toLowerCase();
    if (!/^(t|telegram)\.me$/.test(hostname) || pathname.slice(1).toLowerCase() !== username) return false;
    this.sendText(`/start ${searchParams.get("start") ?? ""}`.trim());
    return true;
  }

  toggleBlock() {
    const change = this.person()?.blocked ? api.unblock : api.block;
    this.attempt(() => change(this.openId).then(() => Promise.all([this.around.refreshPeople(), this.refresh()])));
  }

  open(id) {
    if (id === this.openId) return;
    this.openId = id;
    this.setAction(null);
    this.view.open(id);
    this.composer.open(id);
    byId("empty").hidden = true;
    this.showFrame();
    this.refresh();
  }

  setState(state) {
    this.state = state;
    this.loaded = true;
    this.showFrame();
  }

  setConnected(connected) {
    this.connected = connected;
    this.showStatus();
  }

  async load() {
    const id = this.openId;
    if (id === null) return;
    try {
      const chat = await api.getChat(id);
      if (id === this.openId) this.show(chat);
    } catch (error) {
      if (this.connected && id === this.openId) this.report(error);
    }
  }

  show(chat) {
    const known = this.person();
    if (known) Object.assign(known, chat.person, { unread: known.unread });
    byId("messages").lang = chat.person.language_code ?? "";
    const fresh = this.view.apply(chat.messages);
    this.composer.update(chat);
    if (fresh.some(isBot)) this.setAction(null);
    this.showEmpty(chat.messages.length === 0);
    this.markRead(fresh);
    this.showFrame();
  }

  /** What lies behind another window, or behind the other device, is not read. */
  markRead(fresh) {
    if (document.hidden || !byId("scroller").clientHeight) return;
    if (fresh.some(isBot) || this.person()?.unread) api.read(this.openId).then(this.around.refreshPeople, () => {});
  }

  onEvent({ kind, person_id: personId, action, ...rest }) {
    const isOpen = personId === this.openId;
    if (kind === "action") {
      if (isOpen) this.setAction(action === "upload_document" ? "sending a file…" : "typing…");
      return;
    }
    if (kind === "answer") this.taps.settle(personId, rest.message_id, rest);
    if (kind !== "edit" && kind !== "answer") this.around.refreshPeople();
    if (isOpen) this.refresh();
  }

  /** The frame around the messages: whose phone, which bot. */
  showFrame() {
    const person = this.person();
    byId("bot-name").textContent = this.state.bot.name;
    byId("bot-avatar").textContent = initial(this.state.bot.name);
    byId("more").hidden = !person;
    byId("owner").hidden = !person;
    if (person) {
      const words = h("span", {}, h("bdi", {}, person.first_name), "’s phone · ", h("bdi", {}, endonym(person.language_code)));
      byId("owner").replaceChildren(avatar(person.first_name, person.id, "tiny"), words);
    }
    this.showStatus();
    if (!person) this.showNobody();
  }

  showStatus(action) {
    const status = byId("bot-status");
    const person = this.person();
    const rest = this.around.namesOwner() || !person ? "bot" : `bot · you are ${person.first_name}`;
    const text = this.connected ? (action ?? (this.actionTimer ? status.textContent : rest)) : "connecting…";
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("lively", text !== rest);
  }

  setAction(words) {
    clearTimeout(this.actionTimer);
    this.actionTimer = words ? setTimeout(() => this.setAction(null), ACTION_SHOWN) : null;
    this.showStatus(words ?? undefined);
  }

  showEmpty(isEmpty) {
    byId("empty").hidden = !isEmpty;
    if (!isEmpty) return;
    const { blocked, started } = this.person() ?? {};
    const next = blocked
      ? "This person has blocked the bot."
      : started ? "Write something to the bot." : "Tap Start below, as this person would.";
    byId("empty").replaceChildren(h("div", { class: "note" }, h("b", {}, "No messages here yet"), h("span", {}, next)));
  }

  showNobody() {
    const { openForm, openDrawer } = this.around;
    const nobody = !this.state.people.length;
    const title = !this.loaded ? "Connecting…" : nobody ? "No people yet" : "Whose phone?";
    const words = nobody
      ? "Add a person, then write to the bot as them. Add more, and watch the bot talk to each."
      : "Pick a person to hold their phone.";
    const button = nobody
      ? h("button", { type: "button", class: "main-button", onclick: openForm }, "New person")
      : h("button", { type: "button", class: "main-button narrow-only", onclick: openDrawer }, "People");
    const note = this.loaded ? [h("b", {}, title), h("span", {}, words), button] : [h("b", {}, title)];
    byId("empty").hidden = false;
    byId("empty").replaceChildren(h("div", { class: "note" }, ...note));
  }
}
