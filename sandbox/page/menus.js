// The two small menus of a chat: "⋮" in the header, and the one of a message.

import { byId, h, icon, popup } from "./dom.js";
import { firstLine } from "./message.js";

const LONG_PRESS = 500;

/** What a person can do to a bot besides writing to it. */
export function setUpMoreMenu({ isBlocked, toggleBlock }) {
  const node = byId("more-menu");
  const choose = () => {
    menu.close(true);
    toggleBlock();
  };
  const menu = popup(node, byId("more"), () => {
    const label = isBlocked() ? "Unblock bot" : "Block bot";
    node.replaceChildren(h("button", { type: "button", role: "menuitem", onclick: choose }, label));
  });
}

/** Right-click, or a long press where there is no right button, on a message. */
export function setUpContextMenu({ find, reply, report }) {
  const node = byId("context-menu");
  const messages = byId("messages");
  const menu = popup(node, null);
  const item = (label, name, work) => {
    const choose = () => {
      menu.close(false);
      work();
    };
    return h("button", { type: "button", role: "menuitem", onclick: choose }, icon(name), label);
  };
  const openAt = (row, x, y) => {
    const message = find(Number(row.dataset.id));
    const text = message.text ?? message.caption ?? firstLine(message);
    node.replaceChildren(
      item("Reply", "reply", () => reply(message.message_id)),
      item("Copy text", "file", () => navigator.clipboard.writeText(text).catch(report)),
    );
    menu.open();
    node.style.left = `${Math.min(x, innerWidth - node.offsetWidth - 8)}px`;
    node.style.top = `${Math.min(y, innerHeight - node.offsetHeight - 8)}px`;
  };
  // Without an input there is nothing to reply with.
  const rowOf = (event) => (byId("input-row").hidden ? null : event.target.closest(".bubble")?.closest(".row"));
  let pressTimer;
  messages.addEventListener("contextmenu", (event) => {
    const row = rowOf(event);
    if (!row || event.target.closest("a")) return;
    event.preventDefault();
    clearTimeout(pressTimer);
    openAt(row, event.clientX, event.clientY);
  });
  messages.addEventListener("pointerdown", (event) => {
    const row = rowOf(event);
    if (event.pointerType !== "touch" || !row) return;
    pressTimer = setTimeout(() => openAt(row, event.clientX, event.clientY), LONG_PRESS);
  });
  for (const name of ["pointerup", "pointercancel", "pointermove"]) {
    messages.addEventListener(name, () => clearTimeout(pressTimer));
  }
}
