// The box below a Slack conversation: text, the app's command, files.

import { byId, direction, h } from "./dom.js";
import { complaint, warning } from "./surface.js";

export class SlackComposer {
  /** deeds: write(text), command(name, text), upload(file), each -> {acked, error} and throwing when refused; command(): its name */
  constructor({ deeds, commandName, appName }) {
    Object.assign(this, { deeds, commandName, appName });
    this.input = byId("slack-input");
    this.offer = byId("slack-offer");
    this.notice = byId("slack-composer-notice");
    this.drafts = new Map();
    this.place = null;
    this.input.addEventListener("input", () => (this.notice.replaceChildren(), this.fit()));
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.showOffer(), 150));
    this.input.addEventListener("focus", () => this.showOffer());
    byId("slack-composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    byId("slack-attach").addEventListener("click", () => byId("slack-file").click());
    byId("slack-file").addEventListener("change", ({ target }) => {
      if (target.files[0]) this.tell("The file", () => this.deeds.upload(target.files[0]));
      target.value = "";
    });
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const isOffered = !this.offer.hidden;
    if (event.key === "Tab" && !event.shiftKey && isOffered) {
      event.preventDefault();
      this.takeOffer();
    } else if (event.key === "Escape" && isOffered) {
      this.offer.hidden = true;
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (isOffered && this.input.value !== this.commandName()) this.takeOffer();
      else this.submit();
    }
  }

  /** Another conversation, another draft. `place` is its id, null for none. */
  open(place, placeholder) {
    if (place === this.place) return;
    if (this.place !== null) this.drafts.set(this.place, this.input.value);
    this.place = place;
    this.input.value = this.drafts.get(place) ?? "";
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    this.notice.replaceChildren();
    this.fit();
  }

  showOffer() {
    const { value } = this.input;
    const command = this.commandName();
    const isBeginning = Boolean(command) && value.startsWith("/") && command.startsWith(value);
    const show = isBeginning && document.activeElement === this.input;
    if (show && this.offer.hidden) {
      const take = () => this.takeOffer();
      this.offer.replaceChildren(
        h("p", { class: "s-dim" }, "Commands"),
        h("button", { type: "button", tabindex: "-1", onpointerdown: (event) => event.preventDefault(), onclick: take },
          h("b", {}, command), h("span", { class: "s-dim" }, "[word]"), h("small", { class: "s-dim" }, this.appName())),
      );
    }
    this.offer.hidden = !show;
  }

  takeOffer() {
    this.input.value = `${this.commandName()} `;
    this.fit();
    this.input.focus();
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { place } = this;
    const [word] = text.split(/\s/, 1);
    const isAnyCommand = this.input.value.startsWith("/");
    const isCommand = isAnyCommand && word === this.commandName();
    if (isAnyCommand && !isCommand) {
      this.warn(`${word} is no command here. Put a space before it to send it as it is.`);
      return;
    }
    this.input.value = "";
    this.fit();
    const send = () => (isCommand ? this.deeds.command(word, text.slice(word.length).trim()) : this.deeds.write(text));
    const sent = await this.tell(isCommand ? word : "The message", send);
    if (sent || this.place !== place || this.input.value) return;
    this.input.value = text;
    this.fit();
  }

  /** False when it was refused; an app that did not answer is told, but what was sent is sent. */
  async tell(what, work) {
    this.notice.replaceChildren();
    try {
      const words = complaint(await work(), this.appName());
      if (words) this.warn(`${what} was sent, but: ${words}`);
      return true;
    } catch (error) {
      this.warn(error instanceof TypeError ? "The sandbox does not answer." : error.message);
      return false;
    }
  }

  warn(words) {
    this.notice.replaceChildren(warning(words));
  }

  fit() {
    const { input } = this;
    input.dir = input.value ? "auto" : direction(input.placeholder);
    input.style.height = "auto";
    if (input.scrollHeight) input.style.height = `${input.scrollHeight}px`;
    byId("slack-send").disabled = !input.value.trim();
    this.showOffer();
  }
}
