// While a proposal is being written: shows, under its title, those that are there already. The same is shown as a step of
// its own when the form is sent, so nothing is lost without it.

const PAUSE = 500;

function start(place) {
  const form = place.closest("form");
  let timer;
  let shown = "";
  let asked = 0;

  async function ask() {
    const title = form.elements.title.value.trim();
    const words = `${title}\n${form.elements.text.value.trim()}`;
    if (words === shown) return;
    shown = words;
    asked += 1;
    const mine = asked;
    if (title.length < 2) {
      place.textContent = "";
      return;
    }
    const query = new URLSearchParams({ title, text: form.elements.text.value.trim().slice(0, 300) });
    try {
      const answer = await fetch(`${place.dataset.similar}?${query}`, { credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return;
      const html = await answer.text();
      // The piece is the server's own, with everything that somebody typed escaped.
      if (html.trim() !== place.innerHTML.trim()) place.innerHTML = html.trim();
    } catch (unreachable) {
      shown = "";
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

document.querySelectorAll("[data-similar]").forEach(start);
