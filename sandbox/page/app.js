// Ties the page together: who is open on which device, the list of people, what the server says.

import * as api from "./api.js";
import { byId, setBadge, toast } from "./dom.js";
import { FaultDrawer, SLACK_FAULTS, TELEGRAM_FAULTS, showGuide } from "./help.js";
import { fullName, memberName, showPeople } from "./people.js";
import { setUpPersonForm } from "./person_form.js";
import { Phone } from "./phone.js";
import { parseRoute, pick } from "./route.js";
import { SlackWindow } from "./slack.js";
import * as slackApi from "./slack_api.js";

const narrow = matchMedia("(max-width: 720px)");
const oneDevice = matchMedia("(max-width: 1279px)");
const noGuideColumn = { one: matchMedia("(max-width: 1060px)"), both: matchMedia("(max-width: 1639px)") };
const onlyPhone = new URLSearchParams(location.search).get("only") === "phone";
document.documentElement.classList.toggle("only-phone", onlyPhone);

let people = [];
let workspace = null;
let slackFaults = null;
let connected = false;
let route = parseRoute(location.hash);

const frontToasts = () => byId(route.front === "slack" ? "slack-toasts" : "toasts");
const report = (error, place = frontToasts()) =>
  toast(error instanceof TypeError ? "The sandbox does not answer." : error.message, place);
const around = {
  report,
  openForm: () => openForm({ hasSlack: workspace !== null, platform: route.front }),
  openDrawer: () => toggleDrawer(true),
  namesOwner: () => !narrow.matches || onlyPhone,
};

const phone = new Phone({ ...around, refreshPeople: () => refreshTelegram() });
const slack = new SlackWindow({ ...around, refreshPeople: () => refreshSlack() });

const refreshTelegram = api.coalesce(async () => {
  try {
    const state = await api.getState();
    people = state.people;
    phone.setState(state);
    showGuide(state.guide);
    showFrame();
  } catch {
    // The header already says "connecting…", and coming up asks again.
  }
});

const refreshSlack = api.coalesce(async () => {
  try {
    workspace = await slackApi.getState();
  } catch {
    return;
  }
  slackFaults ??= faultDrawer("slack-faults", "Slack", SLACK_FAULTS, "/slack/faults");
  slack.setState(workspace);
  showFrame();
});

const refreshAll = () => Promise.all([refreshTelegram(), refreshSlack()]);

/** The list of people, and what is told of those who are not in view. */
function showFrame() {
  showPeople(people, workspace && workspace.people, route);
  const person = people.find(({ id }) => id === route.person);
  const member = workspace?.people.find(({ id }) => id === route.slack);
  const shown = shownDevices();
  const unseen = [
    ...people.filter(({ id }) => !(shown.includes("person") && id === route.person)),
    ...(workspace?.people ?? []).filter(({ id }) => !(shown.includes("slack") && id === route.slack)),
  ];
  const waiting = unseen.reduce((sum, each) => sum + (each.unread || 0), 0);
  setBadge(byId("drawer-badge"), waiting);
  setBadge(byId("slack-drawer-badge"), waiting);
  const names = [person && fullName(person), member && memberName(member)].filter(Boolean).join(" & ");
  document.title = `${waiting ? `(${waiting}) ` : ""}${names ? `${names} · ` : ""}Sandbox`;
}

/** Both where there is room and both were chosen; else the one that was chosen last. */
function shownDevices() {
  const both = route.person !== null && route.slack !== null && !oneDevice.matches && !onlyPhone;
  return both ? ["person", "slack"] : [route.front];
}

function arrange() {
  const shown = shownDevices();
  byId("telegram").hidden = !shown.includes("person");
  byId("slack").hidden = !shown.includes("slack");
  const isBoth = shown.length > 1;
  byId("page").classList.toggle("both", isBoth);
  document.documentElement.classList.toggle("merged", noGuideColumn[isBoth ? "both" : "one"].matches);
}

function readHash() {
  route = parseRoute(location.hash);
  toggleDrawer(false);
  arrange();
  showFrame();
  phone.open(route.person);
  slack.open(route.slack);
  lookAgain();
}

/** What came while a device was not in view is read now. */
function lookAgain() {
  if (document.hidden) return;
  phone.refresh();
  slack.refresh();
}

function toggleDrawer(open) {
  const asDrawer = narrow.matches && !onlyPhone;
  byId("page").classList.toggle("drawer-open", open && asDrawer);
  byId("side").inert = onlyPhone || (asDrawer && !open);
  for (const id of ["drawer-open", "slack-drawer-open"]) {
    byId(id).setAttribute("aria-expanded", String(open && asDrawer));
  }
  if (open) byId("drawer-close").focus({ preventScroll: true });
}

const openForm = setUpPersonForm({
  takenNames: () => [...people.map((person) => person.first_name), ...(workspace?.people ?? []).map(memberName)],
  onError: report,
  add: async ({ platform, name, language, locale, tz }) => {
    const isSlack = platform === "slack";
    const person = isSlack
      ? await slackApi.addPerson({ name, locale, tz })
      : await api.addPerson({ first_name: name, language_code: language });
    await refreshAll();
    location.hash = pick(route, platform, person.id);
  },
});

function faultDrawer(id, platform, faults, path) {
  byId(id).hidden = false;
  return new FaultDrawer(byId(id), { platform, faults, source: api.faultsAt(path), onError: report });
}

function setConnected(isUp) {
  connected = isUp;
  phone.setConnected(connected);
  slack.setConnected(connected);
  if (!connected) return;
  refreshAll();
  lookAgain();
}

function onEvent(event) {
  if (event.kind !== "slack") phone.onEvent(event);
  else {
    slack.onEvent(event);
    if (event.what === "message" || event.what === "state") refreshSlack();
  }
}

byId("new-person").addEventListener("click", around.openForm);
for (const id of ["drawer-open", "slack-drawer-open"]) byId(id).addEventListener("click", around.openDrawer);
byId("drawer-close").addEventListener("click", () => toggleDrawer(false));
byId("backdrop").addEventListener("click", () => toggleDrawer(false));
byId("side").addEventListener("keydown", (event) => event.key === "Escape" && toggleDrawer(false));
narrow.addEventListener("change", () => (toggleDrawer(false), phone.showStatus()));
for (const query of [oneDevice, noGuideColumn.one, noGuideColumn.both]) {
  query.addEventListener("change", () => (arrange(), showFrame(), lookAgain()));
}
document.addEventListener("visibilitychange", lookAgain);
addEventListener("hashchange", readHash);

faultDrawer("faults", "Telegram", TELEGRAM_FAULTS, "/faults");
readHash();
api.listen({ onEvent, onUp: () => setConnected(true), onDown: () => setConnected(false) });
