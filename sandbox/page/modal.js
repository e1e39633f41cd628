// The modal of the Slack window: the top one of the stack, as a dialog over that window alone.

import { byId, h } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { complaint, Surface, warning } from "./surface.js";

export class Modal {
  /** around: names, appName(), makeDeeds(viewId), submit(viewId), close(viewId) -> {acked, error}; behind: what it covers. */
  constructor(behind, around) {
    this.around = around;
    this.behind = behind;
    this.dialog = byId("slack-modal");
    this.body = byId("slack-modal-body");
    this.notice = byId("slack-modal-notice");
    this.view = null;
    this.surface = null;
    byId("slack-modal-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.view?.submit) this.settle("submit", byId("slack-modal-submit"));
    });
    for (const id of ["slack-modal-x", "slack-modal-close"]) {
      byId(id).addEventListener("click", ({ currentTarget }) => this.settle("close", currentTarget));
    }
    // Somebody who clicked beside the dialog has the focus nowhere, and still may press Escape.
    document.addEventListener("keydown", (event) => {
      if (this.view && (this.dialog.contains(event.target) || event.target === document.body)) this.onKey(event);
    });
  }

  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.settle("close", byId("slack-modal-x"));
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("slack-modal-form").requestSubmit();
  }

  /** Shows the last of `views`; another view than before takes the place and the focus, the same one is patched. */
  show(views) {
    const view = views.at(-1) ?? null;
    const isNew = view && view.id !== this.view?.id;
    const before = this.view;
    this.view = view;
    if (!view) {
      if (before) this.hide(true);
      return;
    }
    if (isNew) this.begin(view, !before);
    byId("slack-modal-title").textContent = plain(view.title);
    setButton(byId("slack-modal-submit"), plain(view.submit));
    setButton(byId("slack-modal-close"), plain(view.close) || "Close");
    byId("slack-modal-x").setAttribute("aria-label", views.length > 1 ? "Back" : "Close");
    const hadErrors = new Set(Object.keys(this.surface.errors));
    this.surface.show(view.blocks, view);
    this.showNotice();
    if (isNew) this.focusFirst(view);
    else if (Object.keys(view.errors ?? {}).some((block) => !hadErrors.has(block))) this.focusError();
  }

  begin(view, isFirst) {
    if (isFirst) this.returnTo = document.activeElement;
    this.complaint = null;
    this.body.replaceChildren();
    this.body.scrollTop = 0;
    const { names, makeDeeds, appName } = this.around;
    this.surface = new Surface(this.body, { names, deeds: makeDeeds(view.id), appName: appName() });
    this.mayFocus = byId("slack").contains(document.activeElement) || document.activeElement === document.body;
    for (const node of this.behind) node.inert = true;
    byId("slack-veil").hidden = false;
    this.dialog.show();
  }

  /** Another member's window: theirs may have a modal of its own. */
  drop() {
    if (this.view) this.hide(false);
    this.view = null;
  }

  hide(mayFocus) {
    const hadFocus = this.dialog.contains(document.activeElement) || document.activeElement === document.body;
    this.dialog.close();
    byId("slack-veil").hidden = true;
    for (const node of this.behind) node.inert = false;
    this.surface = null;
    if (!hadFocus || !mayFocus) return;
    const target = this.returnTo?.isConnected && this.returnTo !== document.body ? this.returnTo : byId("slack-input");
    target.focus({ preventScroll: true });
  }

  // Somebody busy elsewhere on the page, with the phone say, keeps the focus.
  focusFirst(view) {
    if (!this.mayFocus) return;
    const wanted = view.blocks.find((block) => block.element?.focus_on_load)?.element.action_id;
    const fields = [...this.body.querySelectorAll("input, textarea, select, button")];
    const target = fields.find((field) => wanted && field.closest("[data-action]")?.dataset.action === wanted) ?? fields[0];
    (target ?? byId("slack-modal-x")).focus({ preventScroll: true });
  }

  focusError() {
    const field = this.body.querySelector("[aria-invalid=true]");
    field?.scrollIntoView({ block: "nearest" });
    (field?.matches("[role]") ? field.querySelector("input") : field)?.focus({ preventScroll: true });
  }

  /** A word about the whole modal; errors under its inputs say it better. */
  showNotice() {
    const { "": whole, ...blocks } = this.view.errors ?? {};
    const words = Object.keys(blocks).length ? null : (this.complaint ?? whole);
    if (this.notice.textContent !== (words ?? "")) this.notice.replaceChildren(...(words ? [warning(words)] : []));
  }

  /** Submits or closes, the pressed button waiting; a modal whose app did not answer stays, with a word about it. */
  async settle(deed, button) {
    const { view } = this;
    if (this.dialog.getAttribute("aria-busy") === "true") return;
    this.dialog.setAttribute("aria-busy", "true");
    button.setAttribute("aria-busy", "true");
    this.complaint = null;
    this.notice.replaceChildren();
    try {
      const words = complaint(await this.around[deed](view.id), this.around.appName());
      if (this.view?.id !== view.id) return;
      this.complaint = words;
      this.showNotice();
    } finally {
      this.dialog.removeAttribute("aria-busy");
      button.removeAttribute("aria-busy");
    }
  }
}

function setButton(button, label) {
  button.hidden = !label;
  button.replaceChildren(h("span", { dir: "auto" }, label));
}
