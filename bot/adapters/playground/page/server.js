// What the page asks of Cairn's process on this machine.

const PATIENCE = 20_000;
const PAUSE = 1_200;
const AWAY = "Cairn doesn't answer. Check that it is running, then try again.";

let session = null;

/** A refusal, worded for people; `code` is the server's word for it. */
export class Refusal extends Error {
  constructor(code, says) {
    super(says);
    this.code = code;
  }
}

/** The cast, the commands and the token that every sending needs. */
export async function begin() {
  session = await read("/session");
  return session;
}

/** JSON from a path and a query. */
export async function read(path, query = {}) {
  const found = Object.keys(query).length ? `${path}?${new URLSearchParams(query)}` : path;
  try {
    return await answer(await fetch(found, { signal: AbortSignal.timeout(PATIENCE) }));
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("away", AWAY);
  }
}

/** Sends JSON. A token from before Cairn's last start is renewed once, an unreachable Cairn is tried twice. */
export async function send(path, body) {
  try {
    return await post(path, body);
  } catch (error) {
    if (error instanceof Refusal && error.code === "token") {
      await begin();
      return post(path, body);
    }
    if (error instanceof Refusal) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    return sendAgain(path, body);
  }
}

async function sendAgain(path, body) {
  try {
    await begin();
    return await post(path, body);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("away", AWAY);
  }
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json", [session.token_header]: session.token };
  const options = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) };
  return answer(await fetch(path, options));
}

async function answer(response) {
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  const { code = "broken", says = "Something broke. The terminal where Cairn runs says more." } = told.error ?? {};
  throw new Refusal(code, says);
}
