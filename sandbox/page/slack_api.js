// The local Slack's server: what its people ask for and do. Every act answers {acked, error}.

import { request } from "./api.js";

const person = (id, action = "") => `/slack/people/${encodeURIComponent(id)}${action}`;
const act = (id, action, body) => request("POST", person(id, action), body);

export const getState = () => request("GET", "/slack/state");
export const addPerson = (fields) => request("POST", "/slack/people", fields);
export const getPerson = (id) => request("GET", person(id));
export const getChannel = (id, channel) => request("GET", person(id, `/channels/${encodeURIComponent(channel)}`));
export const open = (id, tab) => act(id, "/open", { tab });
export const write = (id, text, channel) => act(id, "/write", { text, channel });
export const command = (id, name, text, channel) => act(id, "/command", { command: name, text, channel });
export const press = (id, what) => act(id, "/act", what);
export const type = (id, what) => act(id, "/type", what);
export const submit = (id, viewId) => act(id, "/submit", { view_id: viewId });
export const close = (id, viewId) => act(id, "/close", { view_id: viewId });
export const shortcut = (id, callbackId, { channel, ts }) => act(id, "/shortcut", { callback_id: callbackId, channel, ts });
export const read = (id) => act(id, "/read", {});
export const deactivate = (id) => act(id, "/deactivate", {});
export const reactivate = (id) => act(id, "/reactivate", {});

export function upload(id, file, channel) {
  const form = new FormData();
  form.append("file", file);
  if (channel) form.append("channel", channel);
  return act(id, "/upload", form);
}
