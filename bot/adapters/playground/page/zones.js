// Wall time in a zone, and back. A wall time is a number of milliseconds, counted as if clocks showed UTC.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NUMBERS = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
const WORDS = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
const formats = new Map([[NUMBERS, new Map()], [WORDS, new Map()]]);

/** The zone if this browser knows it, else UTC. */
export function known(zone) {
  try {
    format(NUMBERS, zone);
    return zone;
  } catch {
    return "UTC";
  }
}

/** What clocks in the zone show at an instant, to the second. */
export function wallAt(instant, zone) {
  const part = parts(NUMBERS, instant, zone);
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** The first instant at which clocks in the zone show `wall`; a time that they skip moves on by what they skip. */
export function instantAt(wall, zone) {
  const offset = (near) => wallAt(near, zone) - near;
  const before = wall - offset(wall - DAY);
  const after = wall - offset(wall + DAY);
  const shown = [before, after].filter((instant) => wallAt(instant, zone) === wall);
  return shown.length ? Math.min(...shown) : before;
}

/** The same wall time tomorrow. */
export function nextDay(now, zone) {
  return instantAt(wallAt(now, zone) + DAY, zone);
}

/** The first Monday 09:00 that is still to come. */
export function nextMonday(now, zone) {
  const wall = wallAt(now, zone);
  const days = (8 - new Date(wall).getUTCDay()) % 7;
  const morning = wall - (wall % DAY) + days * DAY + 9 * HOUR;
  const monday = instantAt(morning, zone);
  return monday > now ? monday : instantAt(morning + 7 * DAY, zone);
}

/** "Mon 7 Dec 2026, 09:00" in the zone. */
export function tell(instant, zone) {
  const { weekday, day, month, year, hour, minute } = parts(WORDS, instant, zone);
  return `${weekday} ${day} ${month} ${year}, ${hour}:${minute}`;
}

/** The same without the year. */
export function tellShortly(instant, zone) {
  const { weekday, day, month, hour, minute } = parts(WORDS, instant, zone);
  return `${weekday} ${day} ${month}, ${hour}:${minute}`;
}

function parts(shape, instant, zone) {
  const found = format(shape, zone).formatToParts(instant);
  return Object.fromEntries(found.map(({ type, value }) => [type, value]));
}

function format(shape, zone) {
  const kept = formats.get(shape);
  if (!kept.has(zone)) kept.set(zone, new Intl.DateTimeFormat("en-GB", { ...shape, hourCycle: "h23", timeZone: zone }));
  return kept.get(zone);
}
