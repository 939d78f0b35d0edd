// Downloads that say how far they are. A click has the server make the file and follows it; the file is fetched when it
// is there. Without scripts the link does the same, and the browser waits.
const place = document.getElementById("downloads");
const under = new Map(); // the link → what is shown of its download

/** words say where a download stands. @param {{ stage?: string, rows?: number, of?: number, seconds?: number }} now */
function words({ stage, rows, of, seconds }) {
  const count = rows.toLocaleString();
  switch (stage) {
    case "running": return `The query runs, for ${Math.round(seconds)} seconds so far …`;
    case "reading": return `${count} rows so far …`;
    case "writing": return rows ? `${Math.min(rows, of).toLocaleString()} of ${of.toLocaleString()} rows are written …` : "The file is made …";
  }
  return "Waiting for its turn …";
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function begin(link) {
  const name = link.textContent, bar = element("progress", { ariaLabel: `Download of ${name}` }), text = element("span");
  const cancel = element("button", { type: "button", className: "quiet", textContent: "Cancel" });
  text.setAttribute("role", "status");
  const line = element("p", { className: "download" }, element("strong", { textContent: name }), " ", bar, " ", text, " ", cancel);
  const events = new EventSource(link.dataset.progress);
  const end = (said) => {
    events.close();
    bar.remove();
    cancel.remove();
    text.textContent = said;
    under.delete(link);
  };
  place.querySelectorAll(`[data-of="${name}"]`).forEach((old) => old.remove());
  line.dataset.of = name;
  place.append(line);
  under.set(link, line);
  text.textContent = words({ rows: 0 });
  events.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data), said = words(now);
    if (now.of && now.rows) { bar.max = now.of; bar.value = Math.min(now.rows, now.of); }
    else bar.removeAttribute("value");
    if (text.textContent !== said) text.textContent = said;
  });
  events.addEventListener("ready", (event) => {
    end("It is ready.");
    location.assign(JSON.parse(event.data).address);
  });
  events.addEventListener("failed", (event) => end(JSON.parse(event.data).message));
  events.addEventListener("error", () => { // one that broke comes back by itself; one that was refused does not
    if (events.readyState === EventSource.CLOSED) end("The server does not answer: load the page again, then try once more.");
  });
  cancel.addEventListener("click", () => {
    end("Cancelled. A query that had begun goes on, for whoever asks next.");
    link.focus();
  });
}

document.querySelectorAll("a[data-progress]").forEach((link) => link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return; // a window of its own
  event.preventDefault();
  if (under.has(link)) under.get(link).scrollIntoView({ block: "nearest" }); // it is on its way already
  else begin(link);
}));
