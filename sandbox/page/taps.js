// Presses of inline buttons: the spinner, and what the bot answers.

import { tap } from "./api.js";
import { alertBox, toast } from "./dom.js";

const LATE_ANSWER = 15_000;

export class Taps {
  constructor({ view, report }) {
    this.view = view;
    this.report = report;
    this.awaited = new Map();
  }

  async press(messageId, data) {
    const { view } = this;
    const { personId } = view;
    if (view.context.isPending(messageId, data)) return;
    view.setPending(personId, messageId, data, true);
    const done = () => view.setPending(personId, messageId, data, false);
    try {
      const answer = await tap(personId, messageId, data);
      if (!answer.answered) {
        this.awaitLate(personId, messageId, done);
        return;
      }
      done();
      this.show(personId, answer);
    } catch (error) {
      done();
      this.report(error);
    }
  }

  /** The bot may answer after the server stopped waiting: keep the spinner a while. */
  awaitLate(personId, messageId, done) {
    const key = `${personId} ${messageId}`;
    const timer = setTimeout(() => this.settle(personId, messageId, null), LATE_ANSWER);
    this.awaited.set(key, [...(this.awaited.get(key) ?? []), { done, timer }]);
  }

  settle(personId, messageId, answer) {
    const key = `${personId} ${messageId}`;
    const [first, ...rest] = this.awaited.get(key) ?? [];
    if (!first) return;
    if (rest.length) this.awaited.set(key, rest);
    else this.awaited.delete(key);
    clearTimeout(first.timer);
    first.done();
    if (answer) this.show(personId, answer);
  }

  show(personId, { text, show_alert: showAlert }) {
    if (!text || personId !== this.view.personId) return;
    if (showAlert) alertBox(text);
    else toast(text);
  }
}
