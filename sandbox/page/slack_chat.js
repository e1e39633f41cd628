// The messages of one conversation in the Slack window, with the menu that each of them has.

import { toast, byId } from "./dom.js";
import { MessageList } from "./list.js";
import { createSlackRow, updateSlackRow, wordsOf } from "./slack_message.js";
import { openMenu } from "./slack_menus.js";

export class SlackChat extends MessageList {
  /** context: names, appName(), me(), avatarOf(message), makeDeeds(message), shortcuts() -> [{callback_id, name}], shortcut(callbackId, message) */
  constructor({ context, ...places }) {
    super(places);
    this.context = { ...context, openMenu: (row, button) => this.openMenu(row, button) };
  }

  keyOf = (message) => message.ts;
  timeOf = (message) => message.time;
  senderOf = (message) => `${message.user} ${message.ephemeral}`;
  isOwn = (message) => message.user === this.context.me();
  summaryOf = (message) => message.text;
  createRow = (message) => createSlackRow(message, this.context);
  updateRow = (row, message) => updateSlackRow(row, message);

  openMenu(row, button) {
    const { shortcuts, shortcut, appName } = this.context;
    const offered = row.message.ephemeral ? [] : shortcuts();
    openMenu(button, [
      ...offered.map(({ callback_id: id, name }) => ({
        label: name,
        note: appName(),
        work: () => shortcut(id, row.message),
      })),
      { label: "Copy text", work: () => copy(wordsOf(row)) },
    ]);
  }
}

function copy(text) {
  navigator.clipboard.writeText(text).catch((error) => toast(error.message, byId("slack-toasts")));
}
