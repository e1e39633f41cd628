// Slack's small questions: the menu that opens beside a button, and "are you sure?".

import { byId, centreOn, h, popup } from "./dom.js";
import { plain, textNode } from "./mrkdwn.js";

const node = byId("slack-menu");
let anchor = null;
const menu = popup(node, null, () => {}, () => anchor);

/** `items` are {label, note?, work}. */
export function openMenu(opener, items) {
  anchor = opener;
  node.replaceChildren(...items.map(menuItem));
  menu.open();
  const { left, right, top, bottom } = opener.getBoundingClientRect();
  const fitsBelow = bottom + node.offsetHeight + 8 < innerHeight;
  const isRightHalf = left > innerWidth / 2;
  node.style.left = `${Math.max(8, isRightHalf ? right - node.offsetWidth : left)}px`;
  node.style.top = `${fitsBelow ? bottom + 4 : Math.max(8, top - node.offsetHeight - 4)}px`;
}

function menuItem({ label, note, work }) {
  const choose = () => {
    menu.close(true);
    work();
  };
  const words = h("span", { dir: "auto" }, label);
  return h("button", { type: "button", role: "menuitem", onclick: choose }, words, note ? h("small", { class: "s-dim" }, note) : null);
}

/** Shows a confirm object of Block Kit; true when the person goes on. */
export function askConfirm({ title, text, confirm, deny, style = "primary" }, names) {
  const dialog = byId("slack-confirm");
  const yes = h("button", { value: "yes", class: `s-button ${style}` }, plain(confirm));
  dialog.firstElementChild.replaceChildren(
    h("h3", { id: "slack-confirm-title", dir: "auto" }, plain(title)),
    textNode(text, names, "p"),
    h("div", { class: "s-dialog-buttons" }, h("button", { value: "no", class: "s-button plain" }, plain(deny)), yes),
  );
  dialog.returnValue = "no";
  centreOn(byId("slack-frame"), dialog);
  dialog.showModal();
  yes.focus();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}
