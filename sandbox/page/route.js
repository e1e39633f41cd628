// Who is open, kept in the address: #/person/1001/slack/U01. Whoever was picked last comes
// last, and is the one in front where only one device fits.

const STEP = /\/(person|slack)\/([^/]+)/g;

/** {person: number|null, slack: id|null, front: "person"|"slack"} */
export function parseRoute(hash) {
  const route = { person: null, slack: null, front: "person" };
  for (const [, kind, id] of hash.matchAll(STEP)) {
    if (kind === "person" && !/^-?\d+$/.test(id)) continue;
    if (kind === "slack" && !/^[A-Z0-9]+$/i.test(id)) continue;
    route[kind] = kind === "person" ? Number(id) : id;
    route.front = kind;
  }
  return route;
}

/** The address that keeps the other choice and puts this one in front. */
export function pick(route, kind, id) {
  const other = kind === "person" ? "slack" : "person";
  const rest = route[other] === null ? "" : `/${other}/${route[other]}`;
  return `#${rest}/${kind}/${id}`;
}
