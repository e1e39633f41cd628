// What surrounds a Slack conversation: workspace, side rail, tabs, whose window it is.

import { byId, h, icon, initial } from "./dom.js";
import { endonym } from "./languages.js";
import { memberAvatar, memberName } from "./people.js";
import { openMenu } from "./slack_menus.js";

const CONNECTIONS = { socket: "connected by Socket Mode", http: "connected by HTTP" };

export class SlackFrame {
  /** deeds: go({channel, tab}), toggleActive() */
  constructor(deeds) {
    this.deeds = deeds;
    for (const tab of ["home", "messages"]) {
      byId(`slack-tab-${tab}`).addEventListener("click", () => deeds.go({ channel: null, tab }));
    }
    byId("slack-me").addEventListener("click", ({ currentTarget }) => {
      const label = this.member?.deleted ? "Reactivate account" : "Deactivate account";
      openMenu(currentTarget, [{ label, work: deeds.toggleActive }]);
    });
  }

  /** `place` is {channel: id|null, tab}; `channels` are those the member is in. */
  show({ state, member, place, channels, isUp }) {
    this.member = member;
    byId("slack-team").textContent = state?.team.name ?? "Slack";
    byId("slack-owner").hidden = !member;
    byId("slack-me").hidden = !member;
    byId("slack-inside").classList.toggle("nobody", !member);
    if (!member) return;
    const zone = member.tz ? ` · ${member.tz}` : "";
    const words = h("span", {}, h("bdi", {}, memberName(member)), "’s Slack · ", h("bdi", {}, endonym(member.locale)), zone);
    byId("slack-owner").replaceChildren(memberAvatar(member, "tiny"), words);
    byId("slack-me").replaceChildren(memberAvatar(member, "small"), h("span", { dir: "auto" }, memberName(member)), icon("down"));
    this.showRail(state, place, channels);
    this.showPlace(state, place, isUp);
  }

  showRail({ app, channels: all }, place, channels) {
    const mine = all.filter(({ id }) => channels.includes(id));
    const key = JSON.stringify([app, mine, place.channel]);
    if (key === this.railKey) return;
    this.railKey = key;
    const rail = byId("slack-rail");
    const focused = rail.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    rail.replaceChildren(
      h("h3", {}, "Apps"),
      this.railItem(null, place, appAvatar(app, "tiny"), app.name),
      ...(mine.length ? [h("h3", {}, "Channels")] : []),
      ...mine.map(({ id, name }) => this.railItem(id, place, h("span", { class: "s-hash", "aria-hidden": "true" }, "#"), name)),
    );
    if (focused) [...rail.querySelectorAll("button")].find((node) => node.dataset.channel === focused)?.focus();
  }

  railItem(channel, place, picture, name) {
    const isHere = place.channel === channel;
    const go = () => this.deeds.go({ channel, tab: "messages" });
    const props = { class: "s-rail-item", "aria-current": isHere && "page", onclick: go };
    const node = h("button", { type: "button", ...props }, picture, h("span", { dir: "auto" }, name));
    node.dataset.channel = channel ?? "app";
    return node;
  }

  showPlace({ app, channels, connected }, { channel, tab }, isUp) {
    const found = channels.find(({ id }) => id === channel);
    byId("slack-place").textContent = channel === null ? app.name : `# ${found?.name ?? channel}`;
    byId("slack-place-picture").hidden = channel !== null;
    byId("slack-place-picture").replaceChildren(appAvatar(app, "small"));
    const status = byId("slack-status");
    const people = found?.members?.length;
    const about = channel === null ? (CONNECTIONS[connected] ?? "not connected") : people ? `${people} members` : "";
    const words = isUp ? about : "connecting…";
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("lively", !isUp || (channel === null && !connected));
    byId("slack-tabs").hidden = channel !== null;
    for (const each of ["home", "messages"]) {
      byId(`slack-tab-${each}`).setAttribute("aria-current", String(each === tab));
    }
    byId("slack-deaf").hidden = !isUp || Boolean(connected);
    byId("slack-deaf").textContent = `${app.name} is not connected to this Slack: it hears nothing of what is done here.`;
  }
}

export function appAvatar(app, extra = "") {
  return h("span", { class: `avatar square s-app-avatar ${extra}`, "aria-hidden": "true" }, initial(app.name));
}
