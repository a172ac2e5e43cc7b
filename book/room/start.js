// The first page of the room: day and role, ten questions that place the reader, and the self-assessment.

// A map of chapters: [[name, word, class, note]], said in words and in color.
room.map = (rows) =>
  room.html("ul", { class: "map" }, ...rows.map(([name, word, cls, note]) => {
    const { title, page } = bank.chapters[name];
    return room.html("li", { class: cls }, room.html("a", { href: `${page}.html` }, title), room.html("b", {}, word), room.html("span", {}, note));
  }));

// What to ask next of `cards` [{id, chapter, level, quick}] after `answers` [{id, chapter, level, right}]: a level
// up after a right answer, down after a wrong one; eight chapters first; then back to where something was wrong,
// and only then on to the others. Quick questions lean on what stands around them: where a chapter has no others.
room.LEVELS = ["easy", "medium", "hard"];
room.place = (cards, answers) => {
  const order = (card) => room.LEVELS.indexOf(card.level);
  const last = answers.at(-1);
  let level = last ? Math.min(2, Math.max(0, order(last) + (last.right ? 1 : -1))) : 1;
  const open = cards.filter((card) => !answers.some(({ id }) => id === card.id) && (!card.quick || !cards.some((one) => one.chapter === card.chapter && !one.quick)));
  const fresh = open.filter((card) => !answers.some(({ chapter }) => chapter === card.chapter));
  const covered = new Set(answers.map(({ chapter }) => chapter)).size;
  const once = (one) => answers.filter(({ chapter }) => chapter === one.chapter).length === 1;
  const back = covered < 8 ? [] : open.filter((card) => answers.some((one) => one.chapter === card.chapter && !one.right && once(one)));
  if (back.length) level = 0;
  const some = back.length ? back : fresh.length ? fresh : open;
  const names = [...new Set(some.map(({ chapter }) => chapter))];
  const name = names[Math.floor(Math.random() * names.length)];
  const rank = new Map(some.map((card) => [card, Math.abs(order(card) - level) + Math.random() / 2]));
  return some.filter(({ chapter }) => chapter === name).sort((a, b) => rank.get(a) - rank.get(b))[0];
};

// What the answers in a chapter say: [word, class].
room.placed = (answers) => {
  if (!answers.length) return ["not asked", "unseen"];
  const right = answers.filter((one) => one.right);
  if (right.length === answers.length && right.some(({ level }) => level !== "easy")) return ["solid", "solid"];
  return right.length || answers.every(({ level }) => level === "hard") ? ["in part", "part"] : ["to learn", "weak"];
};

(() => {
  const place = document.querySelector(".start");
  if (!place) return;
  const { html, store, button } = room;
  const COUNT = 10;
  const TIME = 8 * 60_000;
  const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const day = (date) => new Date(`${date}T12:00`).toLocaleDateString("en-US", { day: "numeric", month: "long", year: "numeric" });

  // Day and role.

  const date = html("input", { type: "date" });
  const role = room.roles();
  const days = html("p", { role: "status" });
  function tell() {
    const left = Math.round((new Date(`${date.value}T12:00`) - new Date(`${today()}T12:00`)) / 86_400_000);
    days.textContent = left > 0 ? `${room.count(left, "day")} left. Review asks first what helps most on that day.` : left === 0 ? "Today. Read the list for the evening before." : "";
  }
  date.addEventListener("input", () => {
    if (date.value && Number(date.value.slice(0, 4)) < 2000) return; // still being typed
    store.update((all) => (all.plan.date = date.value));
    tell();
  });
  role.addEventListener("input", () => store.update((all) => (all.plan.role = role.value)));

  // Ten questions.

  const stage = html("div", { class: "stage" });
  const clock = html("p", { class: "summary", role: "timer" });
  const chapters = Object.keys(bank.chapters).filter((name) => bank.chapters[name].page === name);

  function show() {
    const { placed } = store.read().plan;
    const again = button(placed ? "Ten other questions" : "Ten questions, eight minutes", "", run);
    if (!placed) return stage.replaceChildren(html("div", { class: "bar" }, again));
    const rows = chapters.map((name) => {
      const answers = placed.answers.filter((one) => one.chapter === name);
      const sure = answers.find((one) => !one.right && one.sure >= 90);
      const said = answers.map((one) => `${one.level}: ${one.right ? "right" : "wrong"}`).join(", ");
      return [name, ...room.placed(answers), sure ? `${said}, though ${sure.sure}\u00a0% sure` : said];
    });
    const first = rows.filter((row) => row[2] === "weak" || row[2] === "part").sort((a, b) => (b[2] === "weak") - (a[2] === "weak"))[0];
    const { title, page } = bank.chapters[first?.[0]] ?? {};
    const right = placed.answers.filter((one) => one.right).length;
    stage.replaceChildren(
      html("h3", { tabindex: "-1" }, "Your map"),
      html("p", {}, `${day(placed.date)}: ${right} of ${placed.answers.length} right. `, ...(first ? ["Start with ", html("a", { href: `${page}.html` }, title), "."] : ["Go on with a ", html("a", { href: "mock.html" }, "mock interview"), "."])),
      room.map(rows),
      html("p", { class: "see" }, "One question, or two, is a hint, not a measurement. What you answered comes back in review."),
      html("div", { class: "bar" }, again),
    );
  }

  async function run() {
    const cards = [];
    const texts = {};
    for (const name of chapters) {
      texts[name] = (await room.texts(name)).cards;
      for (const [id, card] of Object.entries(texts[name]))
        if (["choice", "flaw", "number"].includes(card.kind)) cards.push({ id, chapter: name, level: card.level ?? "medium", quick: bank.chapters[name].quick.includes(id) });
    }
    const answers = [];
    const end = Date.now() + TIME;
    const tick = () => (clock.textContent = `Question ${answers.length + 1} of ${COUNT} · ${end > Date.now() ? `${room.minutes(end - Date.now())} left` : "time is up: this is the last one"}`);
    const ticking = setInterval(tick, 500);
    let stop;
    const stopped = new Promise((done) => (stop = done));
    while (answers.length < COUNT && Date.now() < end) {
      const one = room.place(cards, answers);
      if (!one) break;
      const card = texts[one.chapter][one.id];
      const shown = room.card(one.id, card, { before: `${bank.chapters[one.chapter].title}, ${one.level}` });
      shown.element.addEventListener("keydown", shown.key);
      stage.replaceChildren(shown.element, html("div", { class: "bar" }, button("Stop here", "", () => stop())));
      shown.element.focus({ preventScroll: answers.length === 0 });
      tick();
      const result = await Promise.race([shown.done, stopped]);
      if (!result) break;
      room.answer(one.id, card.revision, result.grade, result.confidence, result.ms);
      answers.push({ id: one.id, chapter: one.chapter, level: one.level, right: result.grade > 1, sure: result.confidence });
    }
    clearInterval(ticking);
    clock.textContent = "";
    if (answers.length) store.update((all) => (all.plan.placed = { date: today(), answers }));
    show();
    (stage.querySelector("h3") ?? stage.querySelector("button")).focus();
  }

  // The self-assessment: {before: {date, grades: {skill: 1 to 5}}, after: ...}; a skill is named by its section.

  const WORDS = ["I cannot", "I recognize it", "I can with notes", "I can without", "I can teach it"];
  const table = document.querySelector("#interview-skills")?.parentElement.querySelector("table");
  const rows = [...(table?.querySelectorAll("tbody tr") ?? [])].map((row) => ({ row, skill: row.cells[1].querySelector("a").getAttribute("href").replace(/^.*#/, "").replace(/\.html$/, "") }));
  const state = html("p", { role: "status" });
  const second = html("div", { class: "bar" });

  function grade(skill, value) {
    store.update((all) => {
      const round = all.self.after ? "after" : "before";
      all.self[round] ??= { date: today(), grades: {} };
      all.self[round].grades[skill] = value;
      all.self[round].date = today();
    });
    compare();
  }

  function compare() {
    const { before, after } = store.read().self;
    const done = rows.every(({ skill }) => before?.grades[skill]);
    for (const { skill, change } of rows) {
      const then = before?.grades[skill];
      const now = after?.grades[skill];
      change.textContent = after ? `before ${then ?? "–"}, now ${now ?? "–"}` : "";
    }
    state.textContent = [before && `Before: ${day(before.date)}.`, after && `Now: ${day(after.date)}.`].filter(Boolean).join(" ");
    second.hidden = !done || Boolean(after);
  }

  function radios({ row, skill }, number) {
    const name = `self-${number}`;
    const chosen = () => {
      const { before, after } = store.read().self;
      return (after ?? before)?.grades[skill];
    };
    const inputs = WORDS.map((word, at) =>
      html("label", { title: word }, html("input", { type: "radio", name, value: at + 1, checked: chosen() === at + 1, "aria-label": `${at + 1}, ${word}`, onchange: () => grade(skill, at + 1) }), html("span", { "aria-hidden": "true" }, String(at + 1))));
    const change = html("span", { class: "change" });
    row.cells[0].append(html("div", { class: "own-grade", role: "radiogroup", "aria-label": row.cells[0].textContent.trim() }, ...inputs, change));
    rows[number].change = change;
  }

  function assess() {
    table.classList.add("own-grades");
    rows.forEach(radios);
    second.append(button("Grade yourself again", "", () => {
      store.update((all) => (all.self.after = { date: today(), grades: {} }));
      for (const input of table.querySelectorAll("input")) input.checked = false;
      compare();
      table.querySelector("input").focus();
    }));
    (table.closest(".pst-scrollable-table-container") ?? table).after(state, second);
    compare();
  }

  const { plan } = store.read();
  date.value = plan.date ?? "";
  role.value = plan.role ?? "";
  tell();
  place.append(html("div", { class: "claims-filters" }, html("label", {}, "Day of the interview", date), html("label", {}, "Role", role), days), clock, stage);
  place.hidden = false;
  show();
  if (rows.length) assess();
})();
