// What every page of the application gains by scripts. Without them all of it works, plainly.

// What is there to be copied gets a button that does it.
function offerCopies(part) {
  for (const text of part.querySelectorAll("pre.copy, code.copy")) {
    if (text.parentElement.matches(".copied, .copied-line")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet copy-button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch { // a browser that does not let us: select it, so that the reader can
        getSelection().selectAllChildren(text);
        button.textContent = "Press Ctrl-C";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    const around = document.createElement(text.matches("pre") ? "div" : "span");
    around.className = text.matches("pre") ? "copied" : "copied-line";
    text.replaceWith(around);
    around.append(text, " ", button);
  }
}
offerCopies(document);
addEventListener("fresh", (event) => offerCopies(event.target)); // a part that was brought up to date
