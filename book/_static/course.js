// What the course adds to the theme: boxes that scroll are reachable by keyboard, links open the
// fold they lead into, long lists are folded on a phone, a box that asks takes an answer before it shows
// its own, and the table of claims can be filtered.

// Without Sphinx's marking of the words searched for: it fails on the text of a figure.
const SPHINX_HIGHLIGHT_ENABLED = false;

(() => {
  const boxes =
    ".tex-scroll, pre, .cell_output > .output, .pst-scrollable-table-container, .course-scroll";

  // A section that the browser has not laid out yet is left alone until it has.
  const isLaidOut = (element) =>
    element.closest("article > section > section")?.firstElementChild.checkVisibility({
      contentVisibilityAuto: true,
    }) ?? true;

  function reachScrollingBoxes() {
    const article = document.querySelector("article");
    // All sizes are read before anything is changed, so that the page is laid out once.
    const wide = [...article.querySelectorAll(".tex:not(.tex-display)")].filter((formula) => {
      if (!isLaidOut(formula)) return false;
      const box = formula.closest("p, li, td, th, dd, dt, summary, figcaption, h1, h2, h3, h4") ?? article;
      return box.clientWidth > 0 && formula.offsetWidth > box.clientWidth;
    });
    const found = [...article.querySelectorAll(boxes)]
      .filter(isLaidOut)
      .map((box) => [box, box.scrollWidth > box.clientWidth]);
    for (const formula of wide) {
      formula.classList.add("course-scroll");
      formula.tabIndex = 0;
    }
    for (const [box, scrolls] of found) if (scrolls !== (box.tabIndex === 0)) box.tabIndex = scrolls ? 0 : -1;
  }

  // Once the first screen is there, the sections below it are laid out, one whenever the browser has nothing
  // else to do: then each stands where it seems to stand.
  function layOut() {
    const sections = [...document.querySelectorAll("article > section > section")];
    const whenIdle = globalThis.requestIdleCallback ?? ((next) => setTimeout(next, 50));
    const next = () => {
      sections.shift()?.classList.add("laid-out");
      if (sections.length) whenIdle(next);
    };
    whenIdle(next);
  }

  // Open in the page, so that they can be read without a script, and on paper.
  function setFolds(open) {
    for (const fold of document.querySelectorAll("details.fold")) fold.open = open;
  }

  // A link into a page: the fold it leads into is opened, and all above it is laid out, so that the place
  // is where it seems to be.
  function land() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)).split("?")[0]);
    if (!target) return;
    document.documentElement.classList.add("laid-out");
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView({ behavior: "instant" });
  }

  // A box that asks: one field a question. The answer below opens when all are filled, with what was
  // written beside it. That stays in this browser, so that a page reads the same tomorrow.
  function askFirst() {
    const places = [...document.querySelectorAll(".admonition.predict, details.answer")];
    places.forEach((box, place) => {
      const answer = places[place + 1];
      if (!box.matches(".predict") || !answer?.matches("details")) return;
      const items = box.querySelectorAll(":scope > ol > li");
      const questions = items.length ? [...items] : [box];
      const key = `predict ${location.pathname.split("/").pop()} ${box.querySelector(".admonition-title").textContent}`;
      const form = document.createElement("form");
      const fields = questions.map((question, number) => {
        const field = document.createElement("input");
        field.setAttribute("aria-label", items.length ? `Your answer to question ${number + 1}` : "Your answer");
        field.autocomplete = "off";
        (question === box ? form : question).append(field);
        field.addEventListener("input", () => (button.disabled = fields.some((one) => !one.value.trim())));
        return field;
      });
      const button = document.createElement("button");
      button.textContent = "Compare with the answer";
      button.disabled = true;
      form.append(button);
      box.append(form);
      const mine = document.createElement("p");
      mine.className = "guess";
      answer.querySelector("summary").after(mine);

      const show = () => {
        const written = fields.map((field) => field.value.trim());
        mine.textContent = `You wrote: ${written.join(" · ")}`;
        answer.open = true;
        return written;
      };
      for (const field of fields)
        field.addEventListener("keydown", (event) => {
          if (event.key === "Enter" && !button.disabled) form.requestSubmit();
        });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (button.disabled) return;
        keep(key, show());
      });
      const before = kept(key);
      if (before?.length !== fields.length) return;
      fields.forEach((field, number) => (field.value = before[number]));
      button.disabled = false;
      show();
    });
  }

  // Where nothing can be pointed at, the first touch of a term says what it means, the second one leads there.
  // What is said stays on the screen.
  function explainTerms() {
    for (const term of document.querySelectorAll("a.term")) {
      const place = () => {
        const box = term.getBoundingClientRect();
        const width = Math.min(320, 0.8 * innerWidth);
        term.style.setProperty("--shift", `${Math.min(0, innerWidth - 16 - box.left - width)}px`);
      };
      term.addEventListener("pointerenter", place);
      term.addEventListener("focus", place);
      term.addEventListener("click", (event) => {
        if (!matchMedia("(hover: none)").matches || term.classList.contains("told")) return;
        event.preventDefault();
        place();
        for (const other of document.querySelectorAll("a.told")) other.classList.remove("told");
        term.classList.add("told");
      });
    }
  }

  // A question between two sections: a choice or a number, answered at once. What the fold says of every
  // answer is said of the one that was given, and the last one given is there again tomorrow.
  function askQuick() {
    for (const box of document.querySelectorAll(".quick")) {
      const asked = JSON.parse(box.querySelector("script").textContent);
      const fold = box.querySelector("details");
      const says = fold.querySelectorAll("li");
      const verdict = document.createElement("div");
      verdict.className = "quick-says";
      verdict.setAttribute("role", "status");
      fold.before(verdict);
      const key = `${box.id} ${location.pathname.split("/").pop()}`;
      let isAsked = false; // not what was answered another day
      const tell = (item, given, right) => {
        verdict.replaceChildren(...item.cloneNode(true).childNodes);
        keep(key, given);
        if (isAsked) join(box.id.slice("quick-".length), right);
      };

      if (asked.right !== undefined) {
        const list = box.querySelector("ol");
        list.className = "choices";
        [...list.children].forEach((choice, number) => {
          const button = document.createElement("button");
          button.append(...choice.childNodes);
          choice.append(button);
          button.addEventListener("click", () => {
            button.className = number === asked.right ? "right" : "wrong";
            tell(says[number], number, number === asked.right);
          });
        });
        const before = kept(key);
        if (before !== null) list.querySelectorAll("button")[before]?.click();
        isAsked = true;
        continue;
      }
      const form = document.createElement("form");
      const field = document.createElement("input");
      field.inputMode = "decimal";
      field.autocomplete = "off";
      field.setAttribute("aria-label", "Your answer, a number");
      const button = document.createElement("button");
      button.textContent = "Check";
      form.append(field, button);
      verdict.before(form);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const given = toNumber(field.value);
        if (Number.isNaN(given)) {
          verdict.textContent = "Write a number, such as 0.25, -3 or 1/4.";
          return;
        }
        const known = [[asked.answer, asked.tolerance], ...asked.wrong];
        const place = known.findIndex(([value, tolerance]) => Math.abs(given - value) <= tolerance);
        button.className = place === 0 ? "right" : "wrong";
        tell(says[place === -1 ? says.length - 1 : place], field.value, place === 0);
      });
      const before = kept(key);
      if (before !== null) {
        field.value = before;
        form.requestSubmit();
      }
      isAsked = true;
    }
  }

  // A quick question comes back on the page Review, with its first answer. book/room/store.js says what is kept.
  function join(id, right) {
    const key = "loss-functions/1";
    const store = kept(key) ?? {};
    if (store.cards?.[id]) return;
    const now = Date.now();
    (store.cards ??= {})[id] = [0, 0, 0, now, 0, 0, 1];
    (store.log ??= []).push([id, now, right ? 3 : 1, null, null]);
    keep(key, store);
  }

  // Below a section: its cards, asked in the place of the link to them. The interview room is loaded for that
  // when the first such link is followed.
  let room;
  function recall(box) {
    const link = box.firstChild;
    const load = (name) =>
      new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = `../_static/${name}`;
        script.onload = done;
        script.onerror = failed;
        document.head.append(script);
      });
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!room) {
        document.head.insertAdjacentHTML("beforeend", '<link rel="stylesheet" href="../_static/room.css">');
        room = load("bank/index.js").then(() => load("room.js"));
      }
      try {
        await room;
        await globalThis.room.recall(box);
      } catch {
        location = link.href;
      }
    });
  }

  function toNumber(text) {
    const [above, below = "1", more] = text.trim().replace(/\u2212/g, "-").replace(",", ".").split("/");
    return above === "" || below === "" || more !== undefined ? NaN : Number(above) / Number(below);
  }

  // What a reader has answered stays in this browser; some keep nothing.
  function keep(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // nothing is kept
    }
  }

  function kept(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  // The front page leads to where the reader left off: the last chapter that was open, and its section.
  function leftOff() {
    const front = document.querySelector(".course-start");
    const before = kept("left off");
    if (front && before) {
      const link = document.createElement("a");
      link.href = before.href;
      link.textContent = `Go on with ${before.title}`;
      const line = document.createElement("p");
      line.className = "left-off";
      line.append(link);
      front.closest("p")?.after(line);
    }
    if (!document.querySelector(".course-minutes")) return;
    const title = document.querySelector("article h1").firstElementChild.nextSibling.textContent;
    addEventListener("pagehide", () => {
      const sections = [...document.querySelectorAll("article section > section[id]")];
      const section = sections.findLast((one) => one.getBoundingClientRect().top < innerHeight / 2);
      const page = location.pathname.split("/").pop();
      const heading = section?.querySelector("h2, h3").firstChild.textContent;
      keep("left off", { href: section ? `${page}#${section.id}` : page, title: heading ? `${title}: ${heading}` : title });
    });
  }

  function filterClaims() {
    const table = document.querySelector("table.claims");
    if (!table) return;
    const rows = [...table.tBodies[0].rows];
    const place = document.querySelector(".claims-filters");

    const choice = (name, label) => {
      const select = document.createElement("select");
      select.append(new Option("all", ""));
      for (const value of new Set(rows.map((row) => row.dataset[name]))) {
        const count = rows.filter((row) => row.dataset[name] === value).length;
        select.append(new Option(`${value.replace(/_/g, " ")} (${count})`, value));
      }
      return field(label, select);
    };
    const field = (label, control) => {
      const element = document.createElement("label");
      element.append(label, control);
      control.addEventListener("input", apply);
      place.append(element);
      return control;
    };
    const shown = document.createElement("p");
    const texts = rows.map((row) => row.textContent.toLowerCase());

    function apply() {
      const words = query.value.toLowerCase().split(/\s+/);
      let count = 0;
      rows.forEach((row, index) => {
        const fits =
          (!chapter.value || row.dataset.chapter === chapter.value) &&
          (!verdict.value || row.dataset.verdict === verdict.value) &&
          words.every((word) => texts[index].includes(word));
        row.hidden = !fits;
        count += fits;
      });
      shown.textContent = `${count} of ${rows.length} statements shown`;
    }
    const chapter = choice("chapter", "Chapter");
    const verdict = choice("verdict", "Verdict");
    const query = field("Text", document.createElement("input"));
    query.type = "search";
    shown.setAttribute("role", "status");
    place.append(shown);
    place.hidden = false;
    apply();
  }

  addEventListener("DOMContentLoaded", () => {
    filterClaims();
    askFirst();
    askQuick();
    leftOff();
    explainTerms();
    document.querySelectorAll(".again").forEach(recall);
    if (matchMedia("screen and (max-width: 640px)").matches) setFolds(false);
    land();
    const article = document.querySelector("article");
    if (!article) return;
    // The article changes its size with the window, a fold, a tab, a font.
    new ResizeObserver(reachScrollingBoxes).observe(article);
    article.addEventListener("contentvisibilityautostatechange", reachScrollingBoxes);
  });
  addEventListener("load", layOut);
  addEventListener("load", land); // a font may have changed the height of what stands above
  addEventListener("hashchange", land);

  // On paper every fold is open, and the page is light. Afterwards it is as it was.
  let before = null;
  addEventListener("beforeprint", () => {
    const root = document.documentElement;
    const closed = [...document.querySelectorAll("details:not([open])")];
    before ??= { closed, theme: root.dataset.theme };
    for (const fold of closed) fold.open = true;
    root.dataset.theme = "light";
    root.classList.add("laid-out");
  });
  addEventListener("afterprint", () => {
    for (const fold of before?.closed ?? []) fold.open = false;
    if (before) document.documentElement.dataset.theme = before.theme;
    before = null;
  });
})();
