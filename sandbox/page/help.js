// The guide, and the drawers that make a platform fail on purpose.

import { byId, h, icon } from "./dom.js";

export const TELEGRAM_FAULTS = [
  { label: "Errors", hint: "1 in 10 calls answers 500", fault: { method: "*", kind: "500", chance: 0.1 } },
  { label: "Too many requests", hint: "1 in 10 calls answers 429", fault: { method: "*", kind: "429", chance: 0.1, retry_after: 3 } },
  { label: "Slow answers", hint: "every call takes 3 seconds", fault: { method: "*", kind: "hold", chance: 1, seconds: 3 } },
  { label: "No network", hint: "for 20 seconds", fault: { network_down: 20 } },
];

export const SLACK_FAULTS = [
  ...TELEGRAM_FAULTS,
  { label: "Disconnect sockets", hint: "Slack asks the app to connect anew", fault: { disconnect: true }, once: "sockets were disconnected" },
  { label: "Deafen a socket", hint: "one connection stays open and says nothing more", fault: { deaf: true }, once: "a socket was deafened" },
];

export function showGuide(steps) {
  byId("guide-card").hidden = !steps?.length;
  byId("guide").replaceChildren(...(steps ?? []).map((step) => h("li", { dir: "auto" }, step)));
}

/** The drawer of one platform. `source` is {get, add, clear}, each answering {faults, network_down}. */
export class FaultDrawer {
  constructor(node, { platform, faults, source, onError }) {
    this.source = source;
    this.onError = onError;
    this.count = h("span", { class: "fault-count" });
    this.list = h("ul", { class: "fault-list", "aria-live": "polite" });
    const clear = () => this.change(() => source.clear());
    this.clearButton = h("button", { type: "button", class: "plain-button", onclick: clear }, "Clear all faults");
    const buttons = faults.map(({ label, hint, fault, once }) => {
      const add = () => this.change(() => source.add(fault), once);
      return h("button", { type: "button", onclick: add }, h("b", {}, label), h("span", {}, hint));
    });
    node.append(
      h("summary", {}, `${platform} faults`, this.count, icon("down")),
      h("p", {}, `Make ${platform} fail, and see what people notice.`),
      h("div", { class: "fault-buttons" }, ...buttons),
      this.list,
      this.clearButton,
    );
    this.show({ faults: [] });
    this.change(() => {});
  }

  /** `once`: what to say of a fault that leaves no rule behind. */
  async change(work, once = null) {
    try {
      await work();
      this.show(await this.source.get());
      if (once) this.list.append(h("li", {}, once));
    } catch (error) {
      this.onError(error);
    }
  }

  show({ faults: rules, network_down: down }) {
    const faults = rules.map(describe);
    if (down) {
      faults.push("no network");
      // An outage ends by itself.
      setTimeout(() => this.source.get().then((found) => this.show(found), () => {}), down * 1000 + 200);
    }
    this.list.replaceChildren(...faults.map((fault) => h("li", {}, fault)));
    this.clearButton.hidden = !faults.length;
    this.count.hidden = !faults.length;
    this.count.textContent = `${faults.length} on`;
  }
}

function describe({ method, kind, chance, seconds }) {
  const name = kind === "hold" ? `slow by ${seconds ?? 1} s` : kind;
  return `${name} · ${Math.round(chance * 100)} % · ${method === "*" ? "every method" : method}`;
}
