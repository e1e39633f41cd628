// The guide, and the drawer that makes Telegram fail on purpose.

import { addFault, clearFaults, getFaults } from "./api.js";
import { byId, h } from "./dom.js";

const FAULTS = [
  { label: "Errors", hint: "1 in 10 calls answers 500", fault: { method: "*", kind: "500", chance: 0.1 } },
  { label: "Too many requests", hint: "1 in 10 calls answers 429", fault: { method: "*", kind: "429", chance: 0.1, retry_after: 3 } },
  { label: "Slow answers", hint: "every call takes 3 seconds", fault: { method: "*", kind: "hold", chance: 1, seconds: 3 } },
  { label: "No network", hint: "for 20 seconds", fault: { network_down: 20 } },
];

export function showGuide(steps) {
  byId("guide-card").hidden = !steps?.length;
  byId("guide").replaceChildren(...(steps ?? []).map((step) => h("li", { dir: "auto" }, step)));
}

export function setUpFaults(onError) {
  const change = async (work) => {
    try {
      await work();
      showFaults(await getFaults());
    } catch (error) {
      onError(error);
    }
  };
  byId("fault-buttons").append(
    ...FAULTS.map(({ label, hint, fault }) =>
      h("button", { type: "button", onclick: () => change(() => addFault(fault)) }, h("b", {}, label), h("span", {}, hint)),
    ),
  );
  byId("fault-clear").addEventListener("click", () => change(clearFaults));
  change(() => {});
}

function showFaults({ faults: rules, network_down: down }) {
  const faults = rules.map(describe);
  if (down) {
    faults.push("no network");
    // An outage ends by itself.
    setTimeout(() => getFaults().then(showFaults, () => {}), down * 1000 + 200);
  }
  byId("fault-list").replaceChildren(...faults.map((fault) => h("li", {}, fault)));
  byId("fault-clear").hidden = !faults.length;
  byId("fault-count").hidden = !faults.length;
  byId("fault-count").textContent = `${faults.length} on`;
}

function describe({ method, kind, chance, seconds }) {
  const name = kind === "hold" ? `slow by ${seconds ?? 1} s` : kind;
  return `${name} · ${Math.round(chance * 100)} % · ${method === "*" ? "every method" : method}`;
}
