// The "New person" form: on which platform, in which language, by which name.

import { byId, h } from "./dom.js";
import { endonym, LANGUAGE_CODES, slackPlace, usualNames } from "./languages.js";

/**
 * Wires the form and returns what opens it. `add` gets {platform: "person"|"slack", name, language, locale, tz}
 * and may refuse by throwing; `takenNames` are those of everybody there is.
 */
export function setUpPersonForm({ add, takenNames, onError }) {
  const dialog = byId("person-dialog");
  const name = byId("person-name");
  let suggested = "";
  const chosen = (field) => dialog.querySelector(`[name=${field}]:checked`).value;
  const suggest = () => {
    const taken = new Set(takenNames());
    const names = usualNames(chosen("language"));
    const next = names.find((each) => !taken.has(each)) ?? names[0];
    if (!name.value || name.value === suggested) name.value = next;
    suggested = next;
    const { locale, tz } = slackPlace(chosen("language"));
    const isSlack = chosen("platform") === "slack";
    byId("language-legend").textContent = isSlack ? "Their Slack is in" : "Their Telegram is in";
    byId("person-zone").hidden = !isSlack;
    byId("person-zone").textContent = `Locale ${locale}, time zone ${tz}`;
  };
  byId("languages").append(...LANGUAGE_CODES.map((code, i) => languageChoice(code, i === 0)));
  byId("person-form").addEventListener("change", (event) => event.target.name && suggest());
  byId("person-cancel").addEventListener("click", () => dialog.close());
  byId("person-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const language = chosen("language");
    try {
      const person = { platform: chosen("platform"), name: name.value.trim() || suggested, language };
      await add({ ...person, ...slackPlace(language) });
      dialog.close();
    } catch (error) {
      onError(error);
    }
  });
  return function openForm({ hasSlack, platform }) {
    byId("platforms").hidden = !hasSlack;
    const wanted = hasSlack ? platform : "person";
    for (const input of byId("platforms").querySelectorAll("input")) input.checked = input.value === wanted;
    name.value = "";
    suggest();
    dialog.showModal();
    name.select();
  };
}

function languageChoice(code, checked) {
  const input = h("input", { type: "radio", name: "language", value: code, checked });
  return h("label", { class: "choice" }, input, h("span", {}, h("bdi", { lang: code }, endonym(code)), h("small", {}, code)));
}
