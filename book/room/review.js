// The page Review: the queue of today, one card after the other.

(() => {
  const place = document.querySelector(".review");
  if (!place) return;
  const { html, store, memory } = room;
  const SOON = 4; // cards until one that was wrong is asked again
  const WAS_SURE = 1; // ... by somebody who was sure

  let left = [];
  let shown = null;
  let steps = []; // of this session, to be undone: [id, state before, gained, right, ms]

  const summary = html("p", { class: "summary", role: "status" });
  const stage = html("div", { class: "stage" });
  const undo = html("button", { type: "button", onclick: undoLast, disabled: true }, html("kbd", { "aria-hidden": "true" }, "u"), "Undo");
  const enough = html("button", { type: "button", onclick: finish }, html("kbd", { "aria-hidden": "true" }, "e"), "Enough for today");
  const said = html("p", { role: "status" });

  const chapter = html("select", {}, new Option("all", ""), ...Object.entries(bank.chapters).map(([name, { title }]) => new Option(title, name)));
  const date = html("input", { type: "date" });
  const fresh = html("input", { type: "number", min: 0, max: 100 });
  const file = html("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "A saved file" });

  chapter.addEventListener("input", start);
  date.addEventListener("input", () => {
    if (date.value && Number(date.value.slice(0, 4)) < 2000) return; // still being typed
    store.update((all) => (all.plan.date = date.value));
    start();
  });
  fresh.addEventListener("input", () => {
    store.update((all) => (all.plan.new = Math.max(0, Math.floor(fresh.value) || 0)));
    start();
  });
  file.addEventListener("change", async () => {
    try {
      const count = store.imported(await file.files[0].text());
      said.textContent = `Loaded: ${count} cards. What was here and is newer has stayed.`;
      settings();
      start();
    } catch (error) {
      said.textContent = `${error.message} Nothing was changed.`;
    }
    file.value = "";
  });

  function settings() {
    const { plan } = store.read();
    date.value = plan.date ?? "";
    fresh.value = plan.new ?? 10;
  }

  const named = (label, control) => html("label", {}, label, control);
  place.append(
    summary,
    stage,
    html("div", { class: "bar" }, undo, enough),
    html("details", { class: "room-fold" }, html("summary", {}, "Chapter, date of the interview, saving"),
      html("div", { class: "inside" },
        html("div", { class: "claims-filters" }, named("Chapter", chapter), named("Day of the interview", date), named("New cards a day", fresh)),
        html("p", {}, "With a day set, the queue is sorted by what each card adds to your recall on that day, per second."),
        html("div", { class: "bar" },
          html("button", { type: "button", onclick: store.saveFile }, "Save to a file"),
          html("button", { type: "button", onclick: () => file.click() }, "Load from a file"), file),
        said,
      ),
    ),
  );
  place.hidden = false;

  function tell() {
    const all = store.read();
    const due = left.filter((id) => all.cards[id]?.[4]).length;
    undo.disabled = steps.length === 0;
    enough.disabled = left.length === 0 && steps.length === 0;
    summary.textContent = left.length ? `${due} to review, ${left.length - due} new` : "";
  }

  function start() {
    store.update(memory.settle);
    steps = [];
    left = memory.queue(store.read(), { chapter: chapter.value });
    ask();
  }

  async function ask() {
    tell();
    if (!left.length) return finish();
    enough.disabled = false;
    const id = left[0];
    const name = room.chapterOf(id);
    let texts;
    try {
      texts = await room.texts(name);
    } catch (error) {
      stage.replaceChildren(html("p", {}, error.message));
      return;
    }
    if (left[0] !== id) return; // undone meanwhile
    const card = texts.cards[id];
    const state = store.read().cards[id];
    const changed = state?.[4] && state[6] < card.revision;
    shown = room.card(id, card, {
      question: texts.questions[card.question],
      before: changed ? "changed since you saw it" : `${state?.[4] ? "" : "new, "}${bank.chapters[name].title}`,
      after: (grade) => days(memory.next(state ?? [0, 0, 0, 0, 0, 0, 1], grade, Date.now())),
    });
    stage.replaceChildren(shown.element);
    if (steps.length) shown.element.focus({ preventScroll: true });
    const mine = shown;
    const result = await mine.done;
    if (shown !== mine) return;
    answered(id, card.revision, result);
  }

  function days([, , last, due]) {
    const count = Math.round((due - last) / memory.DAY);
    return count === 1 ? "1\u00a0day" : `${count}\u00a0days`;
  }

  function answered(id, revision, { grade, confidence, ms, missed }) {
    const now = Date.now();
    const before = store.read().cards[id];
    room.answer(id, revision, grade, confidence, ms, now);
    const added = store.join(missed.filter((one) => room.chapterOf(one)));
    const after = store.read().cards[id];
    const later = now + 7 * memory.DAY;
    steps.push({ id, before, gained: memory.recall(after, later) - (before ? memory.recall(before, later) : 0), right: grade > 1, added });
    left.shift();
    if (grade === 1) left.splice(confidence === 99 ? WAS_SURE : SOON, 0, id);
    ask();
  }

  function undoLast() {
    const step = steps.pop();
    if (!step) return;
    store.update((all) => {
      if (step.before) all.cards[step.id] = step.before;
      else delete all.cards[step.id];
      for (const id of step.added) delete all.cards[id];
      const last = all.log.findLastIndex((entry) => entry[0] === step.id);
      if (last !== -1) all.log.splice(last, 1);
    });
    left = [step.id, ...left.filter((id) => id !== step.id)];
    ask();
  }

  function finish() {
    shown = null;
    const all = store.read();
    const next = Object.values(all.cards).filter((state) => state[4]).map((state) => state[3]);
    const lines = [];
    if (steps.length) {
      const right = steps.filter((step) => step.right).length;
      const gained = steps.reduce((sum, step) => sum + step.gained, 0);
      lines.push(`${steps.length} ${steps.length === 1 ? "answer" : "answers"}, ${right} of them known. In a week you will know ${gained.toFixed(1)} ${gained.toFixed(1) === "1.0" ? "card" : "cards"} more than without this session.`);
    }
    if (!left.length) lines.push("Nothing else is due today.");
    if (next.length) {
      const soonest = Math.min(...next);
      lines.push(soonest < Date.now() ? "" : `The next card is due on ${new Date(soonest).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" })}.`);
    }
    const children = [html("h2", { tabindex: "-1" }, "Enough for today"), ...lines.filter(Boolean).map((line) => html("p", {}, line))];
    if (left.length) children.push(html("button", { type: "button", onclick: ask }, "Go on"));
    stage.replaceChildren(...children);
    summary.textContent = "";
    undo.disabled = steps.length === 0;
    enough.disabled = true;
    if (steps.length) stage.firstChild.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (!event.target.matches("input, select, textarea")) {
      if (event.key === "u") return undoLast();
      if (event.key === "e" && !enough.disabled) return finish();
    }
    if (event.target === document.body || stage.contains(event.target)) shown?.key(event);
  });

  // Cards that a chapter hands over, where a browser keeps the storage of each file apart.
  function take() {
    const ids = new URLSearchParams(location.hash.slice(1)).get("add")?.split(",").filter((id) => room.chapterOf(id)) ?? [];
    if (!ids.length) return;
    const added = store.join(ids);
    said.textContent = `${added.length} cards added.`;
    history.replaceState(null, "", location.pathname);
  }

  addEventListener("hashchange", () => {
    take();
    start();
  });
  take();
  settings();
  start();
})();
