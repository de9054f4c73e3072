// News from Cairn's process, also from other tabs and after a restart.

const AGAIN = 2_000;

/**
 * Calls `opened` whenever the stream stands (again), `lost` when it breaks, `rung(space)`, `cleared(space)`, and
 * `moved` when the clock was moved.
 * A page that nobody looks at listens to nothing: a browser gives one address only six connections.
 */
export function listen({ opened, lost, rung, cleared, moved }) {
  let stream = null;
  const close = () => {
    stream?.close();
    stream = null;
  };
  const open = () => {
    close();
    stream = new EventSource("/events");
    stream.addEventListener("open", opened);
    stream.addEventListener("message", (event) => rung(event.data));
    stream.addEventListener("cleared", (event) => cleared(event.data));
    stream.addEventListener("time", moved);
    stream.addEventListener("error", (event) => {
      lost();
      if (event.target.readyState === EventSource.CLOSED && event.target === stream) setTimeout(reopen, AGAIN);
    });
  };
  const reopen = () => {
    if (document.visibilityState === "visible") open();
  };
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? open() : close()));
  window.addEventListener("pagehide", close);
  reopen();
}
