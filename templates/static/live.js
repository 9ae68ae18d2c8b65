// Renews the page every 10 seconds. Where that fails nothing is done: the page greys by itself.
(() => {
  "use strict";
  const EVERY_MS = 10_000;
  const PATIENCE_MS = 8_000;

  async function renew() {
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = fresh.getElementById("live");
      if (part) {
        const focused = document.activeElement?.getAttribute("href");
        document.getElementById("live").replaceWith(document.adoptNode(part));
        document.title = fresh.title;
        if (focused) document.querySelector(`#live a[href="${CSS.escape(focused)}"]`)?.focus();
      }
    } catch {
      // no answer: the page in hand stays, and says its own age
    }
    setTimeout(renew, EVERY_MS);
  }

  setTimeout(renew, EVERY_MS);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
