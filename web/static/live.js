// Parts of a page that say data-live are brought up to date when the server has news. The page is asked for as a whole
// and its parts taken over, so that there is one way in which it is made.
const parts = () => document.querySelectorAll("[data-live][id]");
let looking = false;
let again = false;

async function look() {
  if (looking) { // once more afterwards: what comes now may be from before the news
    again = true;
    return;
  }
  looking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch { // no connection: the next news will do
  } finally {
    looking = false;
    if (again) {
      again = false;
      look();
    }
  }
}

function take(page) {
  for (const part of parts()) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.innerHTML === part.dataset.shown) {
      continue;
    }
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const where = focused && (focused.id ? "#" + CSS.escape(focused.id) : focused.getAttribute("href") && `a[href="${CSS.escape(focused.getAttribute("href"))}"]`);
    part.dataset.shown = fresh.innerHTML;
    part.replaceChildren(...fresh.childNodes);
    part.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
    if (where) {
      part.querySelector(where)?.focus({ preventScroll: true });
    }
  }
}

// The news comes as long as somebody looks: a browser keeps six connections to a server in all, so pages that nobody sees
// would leave none to those that somebody does. What happened meanwhile is looked at when they come to the front again.
const firstWait = 1000;
const longestWait = 60_000;
let events;
let wait = firstWait;
let timer;

function listen() {
  deafen();
  events = new EventSource("/events");
  events.addEventListener("open", () => { wait = firstWait; });
  events.addEventListener("news", look);
  events.addEventListener("error", () => {
    // A connection that breaks comes back by itself. An answer that is no news ends it, as of a proxy whose server starts.
    if (events.readyState === EventSource.CLOSED) {
      timer = setTimeout(listen, wait);
      wait = Math.min(wait * 2, longestWait);
    }
  });
}

function deafen() {
  clearTimeout(timer);
  events?.close();
}

if (parts().length) {
  const follow = () => {
    if (document.hidden) {
      deafen();
    } else {
      listen(); // the first news is how things are
    }
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", deafen);
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });
  setInterval(() => { // "5 minutes ago" grows old by itself
    if (!document.hidden) {
      look();
    }
  }, 30_000);
}
