// The sandbox server: requests, and the stream that says when to ask again.

const ROOT = "/sandbox/api";

export async function request(method, path, body) {
  const isForm = body instanceof FormData;
  const response = await fetch(ROOT + path, {
    method,
    headers: body && !isForm ? { "Content-Type": "application/json" } : {},
    body: body && !isForm ? JSON.stringify(body) : body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(reason(text) || `The sandbox answered ${response.status}.`);
  return text ? JSON.parse(text) : null;
}

function reason(text) {
  try {
    const { error, detail, description } = JSON.parse(text);
    return String(error ?? detail ?? description ?? "");
  } catch {
    return text.length < 200 ? text : "";
  }
}

const chat = (id, action = "") => `/chats/${encodeURIComponent(id)}${action}`;

export const getState = () => request("GET", "/state");
export const addPerson = (person) => request("POST", "/people", person);
export const getChat = (id) => request("GET", chat(id));
export const send = (id, text, replyTo) =>
  request("POST", chat(id, "/send"), replyTo ? { text, reply_to: replyTo } : { text });
export const tap = (id, messageId, data) =>
  request("POST", chat(id, "/tap"), { message_id: messageId, data });
export const block = (id) => request("POST", chat(id, "/block"), {});
export const unblock = (id) => request("POST", chat(id, "/unblock"), {});
export const read = (id) => request("POST", chat(id, "/read"), {});
export const fileUrl = (fileId) => `${ROOT}/files/${encodeURIComponent(fileId)}`;

export function upload(id, file) {
  const form = new FormData();
  form.append("file", file);
  return request("POST", chat(id, "/upload"), form);
}

/** The failures of one platform, kept at `path`. */
export const faultsAt = (path) => ({
  get: () => request("GET", path),
  add: (fault) => request("POST", path, fault),
  clear: () => request("DELETE", path),
});

/** Listens for ever. A browser gives up for good on an HTTP error, so start anew then. */
export function listen({ onEvent, onUp, onDown }) {
  const source = new EventSource(`${ROOT}/events`);
  source.onopen = onUp;
  source.onmessage = (event) => {
    if (event.data) onEvent(JSON.parse(event.data));
  };
  source.onerror = () => {
    onDown();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen({ onEvent, onUp, onDown }), 2000);
  };
}

/** Runs one call at a time; asking during a call makes exactly one more, however often asked. */
export function coalesce(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
}
