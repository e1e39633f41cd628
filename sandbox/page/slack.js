// The Slack window: whose it is, where they are in it, what the server says, what they do.

import { coalesce } from "./api.js";
import { byId, h } from "./dom.js";
import { Modal } from "./modal.js";
import { memberAvatar, memberName } from "./people.js";
import * as api from "./slack_api.js";
import { SlackChat } from "./slack_chat.js";
import { SlackComposer } from "./slack_composer.js";
import { appAvatar, SlackFrame } from "./slack_frame.js";
import { complaint, Surface } from "./surface.js";
import { Typist } from "./typist.js";

const HERE = { channel: null, tab: "messages" };

export class SlackWindow {
  /** Around it: refreshPeople(), report(error, place), openForm(), openDrawer(). */
  constructor(around) {
    Object.assign(this, { around, state: null, userId: null, page: null, conversation: null, isUp: false });
    this.places = new Map();
    this.refresh = coalesce(() => this.load());
    this.typist = new Typist((user, what) => api.type(user, what));
    this.names = this.makeNames();
    const appName = () => this.app().name;
    this.chat = new SlackChat({
      scroller: byId("slack-scroller"),
      list: byId("slack-messages"),
      down: byId("slack-down"),
      downBadge: byId("slack-down-badge"),
      announcer: byId("announcer"),
      context: {
        names: this.names,
        appName,
        me: () => this.userId,
        avatarOf: (message) => this.avatarOf(message),
        makeDeeds: ({ channel, ts }) => this.makeDeeds(() => ({ type: "message", channel, ts })),
        shortcuts: () => this.state?.app.shortcuts ?? [],
        shortcut: (callbackId, message) => this.shortcut(callbackId, message),
      },
    });
    this.modal = new Modal([byId("slack-inside")], {
      names: this.names,
      appName,
      makeDeeds: (viewId) => this.makeDeeds(() => ({ type: "view", view_id: viewId })),
      submit: (viewId) => this.settleModal(api.submit, viewId),
      close: (viewId) => this.settleModal(api.close, viewId),
    });
    this.composer = new SlackComposer({
      commandName: () => this.app().command,
      appName,
      deeds: {
        write: (text) => this.told(api.write(this.userId, text, this.place().channel ?? undefined)),
        command: (name, text) => this.told(api.command(this.userId, name, text, this.place().channel ?? undefined)),
        upload: (file) => this.told(api.upload(this.userId, file, this.place().channel)),
      },
    });
    this.frame = new SlackFrame({ go: (place) => this.go(place), toggleActive: () => this.toggleActive() });
    this.showFrame();
  }

  app = () => this.state?.app ?? { name: "App" };
  member = () => this.state?.people.find(({ id }) => id === this.userId);
  place = () => this.places.get(this.userId) ?? HERE;

  makeNames() {
    const find = (list, id) => list?.find((each) => each.id === id);
    const nameOf = (member) => member && memberName(member);
    const user = (id) => (id === this.app().bot_user_id ? this.app().name : nameOf(find(this.state?.people, id)));
    const channel = (id) => find(this.state?.channels, id)?.name;
    const member = () => this.member() ?? {};
    return { user, channel, get locale() { return member().locale; }, get tz() { return member().tz; } };
  }

  avatarOf({ user, user_name: name, from_app: fromApp }) {
    if (fromApp) return appAvatar(this.app());
    return memberAvatar(this.state?.people.find(({ id }) => id === user) ?? { id: user, name: name ?? user });
  }

  /** What can be done with blocks in `container`; it belongs to whoever is in the window now. */
  makeDeeds(container) {
    const user = this.userId;
    const view = () => container().view_id;
    return {
      act: async (what) => {
        await this.typist.flush();
        return this.safely(() => api.press(user, { container: container(), ...what }));
      },
      type: (blockId, actionId, text) => view() && this.typist.type(user, view(), blockId, actionId, text),
      isTyping: (blockId, actionId) => this.typist.isTyping(view(), blockId, actionId),
    };
  }

  /** The answer to an act; a refusal is one, too. */
  async safely(work) {
    try {
      return await this.told(work());
    } catch (error) {
      this.refresh();
      return { acked: false, refused: true, error: error instanceof TypeError ? "The sandbox does not answer." : error.message };
    }
  }

  async told(answer) {
    const found = await answer;
    this.refresh();
    return found;
  }

  async settleModal(deed, viewId) {
    const user = this.userId;
    await this.typist.flush();
    return this.safely(() => deed(user, viewId));
  }

  async shortcut(callbackId, message) {
    const answer = await this.safely(() => api.shortcut(this.userId, callbackId, message));
    const words = complaint(answer, this.app().name);
    if (words) this.report(new Error(words));
  }

  report(error) {
    this.around.report(error, byId("slack-toasts"));
  }

  async toggleActive() {
    const change = this.member()?.deleted ? api.reactivate : api.deactivate;
    const { error } = await this.safely(() => change(this.userId));
    if (error) this.report(new Error(error));
    this.around.refreshPeople();
  }

  open(userId) {
    if (userId === this.userId) return;
    this.typist.flush();
    this.userId = userId;
    this.page = null;
    this.home = null;
    byId("slack-home-blocks").replaceChildren();
    this.modal.drop();
    this.enter();
  }

  go(place) {
    this.places.set(this.userId, place);
    this.enter();
  }

  /** Slack tells the app whenever somebody opens its Home or its conversation. */
  enter() {
    const { channel, tab } = this.place();
    const conversation = `${this.userId} ${channel ?? "app"}`;
    if (conversation !== this.conversation) this.chat.reset();
    this.conversation = conversation;
    if (this.userId && channel === null) api.open(this.userId, tab).then(this.refresh, () => {});
    this.showFrame();
    this.refresh();
  }

  setState(state) {
    this.state = state;
    this.showFrame();
    if (!this.page) this.refresh();
  }

  setConnected(isUp) {
    this.isUp = isUp;
    this.showFrame();
  }

  onEvent({ user_id: userId }) {
    if (userId === null || userId === this.userId) this.refresh();
  }

  async load() {
    const { userId, conversation } = this;
    const { channel } = this.place();
    if (userId === null || !this.state) return;
    try {
      const [page, other] = await Promise.all([api.getPerson(userId), channel && api.getChannel(userId, channel)]);
      if (conversation === this.conversation) this.show({ ...page, messages: other ? other.messages : page.messages });
    } catch (error) {
      if (this.isUp && conversation === this.conversation) this.report(error);
    }
  }

  show(page) {
    this.page = page;
    const fresh = this.chat.apply(page.messages);
    this.showHome(page.home);
    this.modal.show(page.modals);
    this.showFrame();
    const isSeen = !document.hidden && byId("slack-scroller").clientHeight;
    const isNew = fresh.some((message) => message.user !== this.userId);
    if (isSeen && (isNew || this.member()?.unread)) api.read(this.userId).then(this.around.refreshPeople, () => {});
  }

  showHome(view) {
    if (!view) return;
    const deeds = () => this.makeDeeds(() => ({ type: "view", view_id: this.page.home.id }));
    this.home ??= new Surface(byId("slack-home-blocks"), { names: this.names, deeds: deeds(), appName: this.app().name });
    this.home.show(view.blocks, view);
  }

  showFrame() {
    const { state, page, isUp } = this;
    const member = this.member();
    const place = this.place();
    const inHome = place.channel === null && place.tab === "home";
    this.frame.show({ state, member, place, channels: page?.channels ?? [], isUp });
    byId("slack-home").hidden = !inHome || !page?.home;
    byId("slack-scroller").hidden = inHome || !member;
    byId("slack-down").classList.toggle("away", inHome);
    byId("slack-composer").hidden = inHome || !member || member.deleted;
    byId("slack-deactivated").hidden = !member?.deleted;
    const channel = state?.channels.find(({ id }) => id === place.channel);
    this.composer.open(member ? this.conversation : null, `Message ${place.channel ? `#${channel?.name ?? ""}` : this.app().name}`);
    this.showEmpty(inHome);
  }

  showEmpty(inHome) {
    const note = this.emptyNote(inHome);
    byId("slack-empty").hidden = !note;
    byId("slack-empty").replaceChildren(...(note ? [h("div", { class: "note" }, ...note)] : []));
  }

  /** Nodes that say why there is nothing to see; null when there is something. */
  emptyNote(inHome) {
    const { name, command } = this.app();
    if (!this.state) return [h("b", {}, "Connecting…")];
    if (!this.member()) return this.nobodyNote();
    if (!this.page) return null;
    if (inHome) return this.page.home ? null : [h("b", {}, "Nothing here yet"), h("span", {}, `${name} has published no Home for this person.`)];
    if (this.page.messages.length) return null;
    const next = this.place().channel ? "Nobody has written in this channel." : `Write to ${name}, or type ${command}.`;
    return [h("b", {}, "No messages here yet"), h("span", {}, next)];
  }

  nobodyNote() {
    const { openForm, openDrawer } = this.around;
    const button = this.state.people.length
      ? h("button", { type: "button", class: "main-button narrow-only", onclick: openDrawer }, "People")
      : h("button", { type: "button", class: "main-button", onclick: openForm }, "New person");
    const words = this.userId === null ? "Pick a person to sit at their Slack." : "This person is not in the workspace.";
    return [h("b", {}, "Whose Slack?"), h("span", {}, words), button];
  }
}
