// Small DOM helpers. Message content is untrusted, so nothing on this page
// ever goes through innerHTML: only nodes, attributes and text.

export const byId = (id) => document.getElementById(id);

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export function setBadge(node, count) {
  node.hidden = !count;
  node.textContent = count > 99 ? "99+" : String(count || "");
}

/** The first letter as people see it: a Devanagari letter keeps its vowel sign. */
export function initial(name) {
  const [first] = new Intl.Segmenter().segment(name || "?");
  return first.segment.toUpperCase();
}

/** Telegram's seven avatar colours, picked by id so that a person keeps theirs. */
export function avatar(name, id, extra = "") {
  const node = h("span", { class: `avatar ${extra}`, "aria-hidden": "true" }, initial(name));
  node.dataset.colour = Math.abs(Number(id) || 0) % 7;
  return node;
}

export function clockTime(date) {
  const two = (n) => String(n).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function dayLabel(date) {
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return "Today";
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en", { day: "numeric", month: "long", year });
}

const STRONG = /\p{L}/u;
const RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Direction of the first letter, as dir="auto" finds it, for places where auto cannot reach. */
export function direction(text) {
  const letter = STRONG.exec(text || "");
  return letter && RTL.test(letter[0]) ? "rtl" : "ltr";
}

/** A passing word in `place`, one of the two devices; the next one there takes its room. */
export function toast(text, place = byId("toasts")) {
  const node = h("div", { class: "toast", dir: "auto" }, text);
  place.replaceChildren(node);
  setTimeout(() => node.remove(), Math.max(3000, text.length * 60));
}

export function alertBox(text) {
  const dialog = byId("alert");
  byId("alert-text").textContent = text;
  centreOn(byId("phone"), dialog);
  if (!dialog.open) dialog.showModal();
}

/** Dialogs live in the top layer; those of a device belong to it, so put them there. */
export function centreOn(device, dialog) {
  const { left, top, width, height } = device.getBoundingClientRect();
  dialog.style.left = `${left + width / 2}px`;
  dialog.style.top = `${top + height / 2}px`;
}

/** A popup that closes on a click elsewhere or Escape and gives the focus back, to `home` if it has no opener. */
export function popup(node, opener, prepare = () => {}, home = () => byId("input")) {
  const close = (restoreFocus) => {
    if (node.hidden) return;
    node.hidden = true;
    opener?.setAttribute("aria-expanded", "false");
    if (restoreFocus) (opener ?? home())?.focus();
  };
  const open = () => {
    prepare();
    node.hidden = false;
    opener?.setAttribute("aria-expanded", "true");
    node.querySelector("button")?.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", (event) => {
    if (!node.contains(event.target) && !opener?.contains(event.target)) close(false);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveFocus(node, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  opener?.addEventListener("click", () => (node.hidden ? open() : close(false)));
  return { open, close };
}

function moveFocus(node, step) {
  const buttons = [...node.querySelectorAll("button")];
  const next = buttons.indexOf(document.activeElement) + step;
  buttons[(next + buttons.length) % buttons.length]?.focus();
}
