// Ties the page together: which person is open, what the server says, what a tap does.

import * as api from "./api.js";
import { ChatView } from "./chat.js";
import { Composer } from "./composer.js";
import { avatar, byId, clockTime, h, initial, setBadge, toast } from "./dom.js";
import { setUpFaults, showGuide } from "./help.js";
import { setUpContextMenu, setUpMoreMenu } from "./menus.js";
import { endonym, fullName, setUpPersonForm, showPeople } from "./people.js";
import { Taps } from "./taps.js";

const ACTION_SHOWN = 5_000;

let state = { bot: { name: "Bot" }, people: [], guide: [] };
let stateLoaded = false;
let openId = null;
let connected = false;
let actionTimer = null;

const narrow = matchMedia("(max-width: 720px)");
const onlyPhone = new URLSearchParams(location.search).get("only") === "phone";
document.documentElement.classList.toggle("only-phone", onlyPhone);

const openPerson = () => state.people.find((person) => person.id === openId);
const isBot = (message) => message.from_bot ?? message.from?.is_bot;
const authorOf = (message) => (isBot(message) ? state.bot.name : (openPerson()?.first_name ?? "You"));
const report = (error) => toast(error instanceof TypeError ? "The sandbox does not answer." : error.message);

/** Does the work and says so when it fails; true when it went well. */
async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

const sendText = (text, replyTo) => {
  const id = openId;
  return attempt(async () => {
    await api.send(id, text, replyTo);
    refreshChat();
  });
};

const view = new ChatView({
  scroller: byId("scroller"),
  list: byId("messages"),
  down: byId("down"),
  downBadge: byId("down-badge"),
  announcer: byId("announcer"),
  actions: { sendCommand: sendText, openLink, authorOf, tap: (messageId, data) => taps.press(messageId, data) },
});

const taps = new Taps({ view, report });

const composer = new Composer({
  send: sendText,
  upload: (file) => attempt(() => api.upload(openId, file).then(refreshChat)),
  start: () => sendText("/start"),
  restart: () => attempt(() => api.unblock(openId)).then((ok) => ok && sendText("/start")),
  find: (id) => view.context.find(id),
  newest: () => [...view.rows.values()].map((row) => row.message).filter(isBot).at(-1),
  authorOf,
});

/** An invitation link to this very bot stays in the sandbox: it is a /start with a word. */
function openLink(url) {
  const { hostname, pathname, searchParams } = new URL(url, "https://t.me");
  const isOurs = /^(t|telegram)\.me$/.test(hostname) && pathname.slice(1).toLowerCase() === state.bot.username?.toLowerCase();
  if (!isOurs) return false;
  sendText(`/start ${searchParams.get("start") ?? ""}`.trim());
  return true;
}

const refreshState = api.coalesce(async () => {
  try {
    state = await api.getState();
  } catch {
    return; // The header already says "connecting…", and coming up asks again.
  }
  stateLoaded = true;
  showGuide(state.guide);
  showFrame();
});

const refreshChat = api.coalesce(async () => {
  const id = openId;
  if (id === null) return;
  try {
    const chat = await api.getChat(id);
    if (id === openId) showChat(chat);
  } catch (error) {
    if (connected && id === openId) report(error);
  }
});

function showChat(chat) {
  const known = openPerson();
  if (known) Object.assign(known, chat.person, { unread: known.unread });
  byId("messages").lang = chat.person.language_code ?? "";
  const fresh = view.apply(chat.messages);
  composer.update(chat);
  if (fresh.some(isBot)) setAction(null);
  showEmpty(chat.messages.length === 0);
  markRead(fresh);
  showFrame();
}

function markRead(fresh) {
  if (document.hidden) return;
  if (fresh.some(isBot) || openPerson()?.unread) api.read(openId).then(refreshState, () => {});
}

/** Everything around the messages: people, header, badges. */
function showFrame() {
  const person = openPerson();
  showPeople(state.people, openId);
  byId("bot-name").textContent = state.bot.name;
  byId("bot-avatar").textContent = initial(state.bot.name);
  byId("more").hidden = !person;
  const others = state.people.filter((each) => each.id !== openId);
  const waiting = others.reduce((sum, each) => sum + (each.unread || 0), 0);
  setBadge(byId("drawer-badge"), waiting);
  document.title = `${waiting ? `(${waiting}) ` : ""}${person ? `${fullName(person)} · ` : ""}Sandbox`;
  byId("owner").hidden = !person;
  if (person) {
    const words = h("span", {}, h("bdi", {}, person.first_name), "’s phone · ", h("bdi", {}, endonym(person.language_code)));
    byId("owner").replaceChildren(avatar(person.first_name, person.id, "tiny"), words);
  }
  showStatus();
  if (!person) showNobody();
}

function showStatus(action) {
  const status = byId("bot-status");
  const person = openPerson();
  const rest = narrow.matches && !onlyPhone && person ? `bot · you are ${person.first_name}` : "bot";
  const text = connected ? (action ?? (actionTimer ? status.textContent : rest)) : "connecting…";
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("lively", text !== rest);
}

function setAction(words) {
  clearTimeout(actionTimer);
  actionTimer = words ? setTimeout(() => setAction(null), ACTION_SHOWN) : null;
  showStatus(words ?? undefined);
}

function showEmpty(isEmpty) {
  byId("empty").hidden = !isEmpty;
  if (!isEmpty) return;
  const { blocked, started } = openPerson() ?? {};
  const next = blocked
    ? "This person has blocked the bot."
    : started ? "Write something to the bot." : "Tap Start below, as this person would.";
  byId("empty").replaceChildren(h("div", { class: "note" }, h("b", {}, "No messages here yet"), h("span", {}, next)));
}

function showNobody() {
  const nobody = !state.people.length;
  const title = !stateLoaded ? "Connecting…" : nobody ? "No people yet" : "Whose phone?";
  const words = nobody
    ? "Add a person, then write to the bot as them. Add more, and watch the bot talk to each."
    : "Pick a person to hold their phone.";
  const button = nobody
    ? h("button", { type: "button", class: "main-button", onclick: () => openForm() }, "New person")
    : h("button", { type: "button", class: "main-button narrow-only", onclick: () => toggleDrawer(true) }, "People");
  const note = stateLoaded ? [h("b", {}, title), h("span", {}, words), button] : [h("b", {}, title)];
  byId("empty").hidden = false;
  byId("empty").replaceChildren(h("div", { class: "note" }, ...note));
}

function onEvent({ kind, person_id: personId, action, ...rest }) {
  const isOpen = personId === openId;
  if (kind === "action") {
    if (isOpen) setAction(action === "upload_document" ? "sending a file…" : "typing…");
    return;
  }
  if (kind === "answer") taps.settle(personId, rest.message_id, rest);
  if (kind !== "edit" && kind !== "answer") refreshState();
  if (isOpen) refreshChat();
}

function readHash() {
  const found = /^#\/person\/(-?\d+)$/.exec(location.hash);
  const id = found ? Number(found[1]) : null;
  toggleDrawer(false);
  if (id === openId) return;
  openId = id;
  setAction(null);
  view.reset(id);
  composer.open(id);
  byId("empty").hidden = true;
  showFrame();
  refreshChat();
}

function toggleDrawer(open) {
  const asDrawer = narrow.matches && !onlyPhone;
  byId("page").classList.toggle("drawer-open", open && asDrawer);
  byId("side").inert = onlyPhone || (asDrawer && !open);
  byId("drawer-open").setAttribute("aria-expanded", String(open && asDrawer));
  if (open) byId("drawer-close").focus({ preventScroll: true });
}

function toggleBlock() {
  const change = openPerson()?.blocked ? api.unblock : api.block;
  attempt(() => change(openId).then(() => Promise.all([refreshState(), refreshChat()])));
}

const openForm = setUpPersonForm({
  getPeople: () => state.people,
  onError: report,
  add: async (fields) => {
    const person = await api.addPerson(fields);
    await refreshState();
    location.hash = `#/person/${person.id}`;
  },
});

function tick() {
  byId("clock").textContent = clockTime(new Date());
}

byId("new-person").addEventListener("click", openForm);
byId("drawer-open").addEventListener("click", () => toggleDrawer(true));
byId("drawer-close").addEventListener("click", () => toggleDrawer(false));
byId("backdrop").addEventListener("click", () => toggleDrawer(false));
byId("side").addEventListener("keydown", (event) => event.key === "Escape" && toggleDrawer(false));
narrow.addEventListener("change", () => (toggleDrawer(false), showStatus()));
document.addEventListener("visibilitychange", () => !document.hidden && refreshChat());
addEventListener("hashchange", readHash);

setUpMoreMenu({ isBlocked: () => openPerson()?.blocked, toggleBlock });
setUpContextMenu({ find: view.context.find, reply: (id) => composer.reply(id), report });
setUpFaults(report);
readHash();
toggleDrawer(false);
showFrame();
tick();
setInterval(tick, 5_000);
refreshState();
api.listen({
  onEvent,
  onUp: () => {
    connected = true;
    refreshState();
    refreshChat();
    showStatus();
  },
  onDown: () => {
    connected = false;
    showStatus();
  },
});
