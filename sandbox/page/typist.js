// Tells the server what is typed into a view, a moment after the fingers stop and in the order it was typed.

const PAUSE = 250;

export class Typist {
  /** send(user, {view_id, block_id, action_id, text}) */
  constructor(send) {
    this.send = send;
    this.waiting = new Map();
    this.sending = new Map();
    this.chain = Promise.resolve();
  }

  type(user, viewId, blockId, actionId, text) {
    const key = keyOf(viewId, blockId, actionId);
    clearTimeout(this.waiting.get(key)?.timer);
    const what = { view_id: viewId, block_id: blockId, action_id: actionId, text };
    this.waiting.set(key, { user, what, timer: setTimeout(() => this.tell(key), PAUSE) });
  }

  /** Until the server has heard it, what is on the screen is newer than what the server says. */
  isTyping(viewId, blockId, actionId) {
    const key = keyOf(viewId, blockId, actionId);
    return this.waiting.has(key) || this.sending.has(key);
  }

  /** Tells all that waits; done when the server has heard it. */
  flush() {
    for (const key of [...this.waiting.keys()]) this.tell(key);
    return this.chain;
  }

  tell(key) {
    const { user, what, timer } = this.waiting.get(key);
    clearTimeout(timer);
    this.waiting.delete(key);
    this.sending.set(key, (this.sending.get(key) ?? 0) + 1);
    this.chain = this.chain
      .then(() => this.send(user, what))
      .catch(() => {})
      .finally(() => this.settle(key));
  }

  settle(key) {
    const left = this.sending.get(key) - 1;
    if (left) this.sending.set(key, left);
    else this.sending.delete(key);
  }
}

const keyOf = (...parts) => parts.join(" ");
