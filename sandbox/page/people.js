// The list of people, a group for each platform.

import { avatar, byId, h, setBadge } from "./dom.js";
import { endonym } from "./languages.js";
import { pick } from "./route.js";

export const fullName = ({ first_name: first, last_name: last }) => [first, last].filter(Boolean).join(" ");
export const memberName = ({ real_name: real, name }) => real || name;

/** Redraws both groups; they are short, but the focus has to survive. `members` null: there is no Slack here. */
export function showPeople(people, members, route) {
  const side = byId("groups");
  const focused = side.contains(document.activeElement) ? focusKey(document.activeElement) : null;
  fill(byId("people"), people.map((person) => personItem(person, route)), "Nobody on Telegram yet.");
  fill(byId("members"), (members ?? []).map((member) => memberItem(member, route)), "Nobody on Slack yet.");
  byId("members-group").hidden = members === null;
  if (focused) [...side.querySelectorAll("a")].find((link) => focusKey(link) === focused)?.focus();
}

// The addresses of the links change with every choice; whom they stand for does not.
const focusKey = (link) => `${link.dataset.kind} ${link.dataset.id}`;

function fill(list, items, none) {
  list.replaceChildren(...items);
  if (!items.length) list.append(h("li", { class: "none" }, none));
}

function personItem(person, route) {
  return item("person", person.id, route, {
    name: fullName(person),
    picture: avatar(person.first_name, person.id),
    language: person.language_code,
    away: person.blocked && "blocked",
    unread: person.unread,
  });
}

function memberItem(member, route) {
  return item("slack", member.id, route, {
    name: memberName(member),
    picture: memberAvatar(member),
    language: member.locale,
    away: member.deleted && "deactivated",
    unread: member.unread,
  });
}

function item(kind, id, route, { name, picture, language, away, unread }) {
  const badge = h("span", { class: "badge" });
  setBadge(badge, unread);
  if (unread) badge.setAttribute("aria-label", `${unread} unread`);
  const isOpen = route[kind] === id;
  const link = h(
    "a",
    { href: pick(route, kind, id), class: `person ${away ? "away" : ""}`, "aria-current": isOpen && "page" },
    picture,
    h(
      "span",
      { class: "person-words" },
      h("b", { dir: "auto" }, name),
      h("span", { class: "person-language" }, h("bdi", {}, endonym(language)), h("span", { class: "chip" }, language || "–")),
    ),
    away ? h("span", { class: "chip warn" }, away) : null,
    badge,
  );
  link.dataset.kind = kind;
  link.dataset.id = id;
  return h("li", {}, link);
}

/** Slack's members are squares; the colour comes from the letters of their id. */
export function memberAvatar(member, extra = "") {
  const number = [...member.id].reduce((sum, letter) => sum + letter.codePointAt(0), 0);
  return avatar(memberName(member), number, `square ${extra}`);
}
