// The people of the sandbox and the form that adds one.

import { avatar, byId, h, setBadge } from "./dom.js";

const LANGUAGES = {
  en: ["English", ["Ada", "Grace", "Samuel", "Olive"]],
  es: ["Español", ["Lucía", "Mateo", "Carmen", "Diego"]],
  "pt-br": ["Português (Brasil)", ["Beatriz", "João", "Rafaela", "Caio"]],
  fr: ["Français", ["Chloé", "Hugo", "Amélie", "Rémi"]],
  de: ["Deutsch", ["Lena", "Jonas", "Greta", "Jürgen"]],
  pl: ["Polski", ["Zofia", "Jakub", "Agnieszka", "Łukasz"]],
  uk: ["Українська", ["Оксана", "Тарас", "Соломія", "Юрій"]],
  tr: ["Türkçe", ["Elif", "Emre", "Zeynep", "Çağla"]],
  ar: ["العربية", ["ليلى", "عمر", "نور", "يوسف"]],
  hi: ["हिन्दी", ["अनन्या", "राहुल", "मीरा", "अर्जुन"]],
  id: ["Bahasa Indonesia", ["Putri", "Budi", "Dewi", "Adi"]],
  ja: ["日本語", ["さくら", "健太", "美咲", "翔"]],
  "zh-hans": ["简体中文", ["小雨", "志强", "静怡", "明辉"]],
};

/** A language's name for itself. */
export function endonym(code) {
  const known = LANGUAGES[String(code ?? "").toLowerCase()];
  if (known) return known[0];
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code);
  } catch {
    return code || "No language";
  }
}

export const fullName = ({ first_name: first, last_name: last }) => [first, last].filter(Boolean).join(" ");

/** Redraws the list; it is short, but the focus has to survive. */
export function showPeople(people, openId) {
  const list = byId("people");
  const focused = list.contains(document.activeElement) ? document.activeElement.hash : null;
  list.replaceChildren(...people.map((person) => personItem(person, person.id === openId)));
  if (!people.length) list.append(h("li", { class: "none" }, "Nobody yet. Add a person, and you can be them."));
  if (focused) [...list.querySelectorAll("a")].find((link) => link.hash === focused)?.focus();
}

function personItem(person, isOpen) {
  const badge = h("span", { class: "badge" });
  setBadge(badge, person.unread);
  if (person.unread) badge.setAttribute("aria-label", `${person.unread} unread`);
  const link = h(
    "a",
    { href: `#/person/${person.id}`, class: `person ${person.blocked ? "blocked" : ""}`, "aria-current": isOpen && "page" },
    avatar(person.first_name, person.id),
    h(
      "span",
      { class: "person-words" },
      h("b", { dir: "auto" }, fullName(person)),
      h(
        "span",
        { class: "person-language" },
        h("bdi", {}, endonym(person.language_code)),
        h("span", { class: "chip" }, person.language_code || "–"),
      ),
    ),
    person.blocked ? h("span", { class: "chip warn" }, "blocked") : null,
    badge,
  );
  return h("li", {}, link);
}

/** Wires the "New person" form; `add` gets {first_name, language_code} and may refuse by throwing. */
export function setUpPersonForm({ add, getPeople, onError }) {
  const dialog = byId("person-dialog");
  const name = byId("person-name");
  let suggested = "";
  const suggest = (code) => {
    const taken = new Set(getPeople().map((person) => person.first_name));
    const names = LANGUAGES[code][1];
    const next = names.find((each) => !taken.has(each)) ?? names[0];
    if (!name.value || name.value === suggested) name.value = next;
    suggested = next;
  };
  byId("languages").append(...Object.keys(LANGUAGES).map((code, i) => languageChoice(code, i === 0, suggest)));
  byId("person-cancel").addEventListener("click", () => dialog.close());
  byId("person-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = dialog.querySelector("[name=language]:checked").value;
    try {
      await add({ first_name: name.value.trim() || suggested, language_code: code });
      dialog.close();
    } catch (error) {
      onError(error);
    }
  });
  return function openForm() {
    name.value = "";
    suggest(dialog.querySelector("[name=language]:checked").value);
    dialog.showModal();
    name.select();
  };
}

function languageChoice(code, checked, onChoose) {
  const input = h("input", { type: "radio", name: "language", value: code, checked, onchange: () => onChoose(code) });
  return h("label", { class: "language" }, input, h("span", {}, h("bdi", { lang: code }, endonym(code)), h("small", {}, code)));
}
