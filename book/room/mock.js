// The page Mock interview: questions on the clock, graded by what was said, and what was missed becomes due.

// How much a question needs to be asked: one that failed last time, then those never asked, then by recall.
room.weakness = (id, { cards, log }, now = Date.now()) => {
  const card = `say-${id}`;
  if (log.findLast((entry) => entry[0] === card)?.[2] === 1) return 2;
  return cards[card]?.[4] ? 1 - room.memory.recall(cards[card], now) : 1;
};

// The next question, or undefined: of the level that is behind, from another chapter, and the weakest of those.
// Half of the questions are medium. `asked` are questions as well: {id, chapter, level, roles}.
room.draw = (questions, asked, store, role = "") => {
  const shares = { medium: 2, easy: 1, hard: 1 };
  const had = (level) => asked.filter((one) => one.level === level).length / shares[level];
  const levels = Object.keys(shares).sort((a, b) => had(a) - had(b));
  const left = questions.filter((one) => (!role || one.roles.includes(role)) && !asked.some(({ id }) => id === one.id));
  const rank = new Map(left.map((one) => [one, [-levels.indexOf(one.level), Number(one.chapter !== asked.at(-1)?.chapter), room.weakness(one.id, store), Math.random()]]));
  return left.sort((a, b) => rank.get(a).map((value, place) => rank.get(b)[place] - value).find(Boolean) ?? 0)[0];
};

// These cards are due now, also those that have not been met.
room.due = (ids, now = Date.now()) => {
  room.store.update((all) => {
    for (const id of ids)
      if (all.cards[id]) all.cards[id][3] = Math.min(all.cards[id][3], now);
      else all.cards[id] = [0, 0, 0, now, 0, 0, 1];
  });
};

room.count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
room.roles = () => room.html("select", {}, ...Object.entries({ "": "any role", ds: "data scientist", mle: "ML engineer", research: "researcher" }).map(([value, label]) => new Option(label, value)));
room.minutes = (ms) => new Date(Math.max(0, ms)).toISOString().slice(14, 19).replace(/^0/, "");
room.button = (label, key, press) => room.html("button", { type: "button", "data-key": key, onclick: press }, ...(key ? [room.html("kbd", { "aria-hidden": "true" }, key)] : []), label);
// Letters press the buttons that show them.
room.keys = (place) =>
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
    if (event.key.length === 1) place.querySelector(`[data-key="${CSS.escape(event.key)}"]:enabled`)?.click();
  });
// Where a browser keeps the storage of each file apart, the link hands the cards over.
room.review = (ids) => (location.protocol === "file:" && ids.length ? `review.html#add=${ids.join(",")}` : "review.html");

(() => {
  const place = document.querySelector(".mock");
  if (!place) return;
  const { html, store, button } = room;
  const GRADES = { weak: 1, fair: 2, strong: 3 };
  const all = Object.entries(bank.chapters).flatMap(([chapter, { questions }]) => Object.entries(questions).map(([id, one]) => ({ id, ...one, chapter })));

  const stage = html("div", { class: "stage" });
  const clock = html("p", { class: "summary", role: "timer" });
  const said = html("p", { role: "status" });
  const sound = html("input", { type: "checkbox" });
  const role = room.roles();
  let asked = []; // {id, ..., ask, verdict, missing, notes, ms}
  let due = [];
  let end = 0;
  let minutes = 0;
  let speaking = null; // since when, and how long an answer should be
  let ticking = null;
  let stream = null;
  let recorder = null;
  let heard = null;

  function tick() {
    const left = end - Date.now();
    const now = speaking && `this answer ${room.minutes(Date.now() - speaking.since)} of ${room.minutes(speaking.seconds * 1000)}`;
    clock.textContent = [left > 0 ? `${room.minutes(left)} left` : "time is up: this is the last question", now].filter(Boolean).join(" · ");
  }

  function setup() {
    role.value = store.read().plan.role ?? "";
    const lengths = [5, 15, 45].map((length) => button(`${length} minutes`, "", () => begin(length)));
    stage.replaceChildren(
      html("div", { class: "claims-filters" }, html("label", {}, "Role", role), html("label", { class: "tick" }, sound, "Record what I say, to hear it afterwards")),
      html("p", {}, "The recording stays in this page and is gone when you go on. How long?"),
      html("div", { class: "bar" }, ...lengths),
    );
  }

  async function begin(length) {
    asked = [];
    due = [];
    said.textContent = "";
    if (sound.checked) {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        said.textContent = "Nothing is recorded: there is no microphone, or this page may not use it.";
      }
    }
    store.update(room.memory.settle); // what the chapters have asked, before it is made due
    minutes = length;
    end = Date.now() + length * 60_000;
    ticking = setInterval(tick, 500);
    next();
  }

  function record() {
    const pieces = [];
    const mine = new MediaRecorder(stream);
    mine.ondataavailable = ({ data }) => pieces.push(data);
    recorder = mine;
    mine.start();
    return () =>
      new Promise((done) => {
        mine.onstop = () => done(URL.createObjectURL(new Blob(pieces, { type: mine.mimeType })));
        mine.stop();
      });
  }

  function silence() {
    if (recorder?.state === "recording") recorder.stop();
    if (heard) URL.revokeObjectURL(heard);
    recorder = heard = null;
  }

  async function next() {
    silence();
    const one = Date.now() < end && room.draw(all, asked, store.read(), role.value);
    if (!one) return finish();
    const texts = await room.texts(one.chapter);
    ask({ ...one, text: texts.questions[one.id], revision: texts.cards[`say-${one.id}`].revision });
  }

  function ask(one) {
    const { text } = one;
    asked.push(one);
    const wordings = [text.ask, ...(text.also ?? [])];
    one.ask = wordings[Math.floor(Math.random() * wordings.length)];
    speaking = { since: Date.now(), seconds: text.seconds };
    const stop = stream && record();
    tick();

    const hints = html("ol", { class: "hints", "aria-live": "polite" });
    const hint = button("Hint", "h", () => {
      hints.append(html("li", { inner: text.hint[hints.children.length] }));
      hint.disabled = hints.children.length === text.hint.length;
    });
    const notes = html("textarea", { rows: 3 });
    const show = button("Show the answer", "s", async () => {
      one.ms = Math.min(Date.now() - speaking.since, 600_000);
      one.notes = notes.value.trim();
      notes.readOnly = true;
      speaking = null;
      controls.remove();
      tick();
      if (stop) heard = await stop();
      compare(one, told);
      element.focus({ preventScroll: true });
      told.scrollIntoView({ block: "nearest" });
    });
    const controls = html("div", { class: "bar" }, show, ...(text.hint ? [hint] : []), button("End the mock", "e", finish));
    const told = html("div", { class: "told" });
    const element = html("div", { class: "asked", tabindex: "-1", "data-question": one.id },
      html("p", { class: "kind" }, `Question ${asked.length} · ${one.level} · ${bank.chapters[one.chapter].title}`),
      html("div", { class: "ask", inner: one.ask }), hints,
      html("label", { class: "notes" }, "Notes, if you like", notes), controls, told);
    stage.replaceChildren(element);
    element.focus({ preventScroll: true });
  }

  const what = (text) => html("p", { class: "what" }, text);

  function ticks(texts, mark) {
    const boxes = texts.map(() => html("input", { type: "checkbox" }));
    const rows = texts.map((text, at) => html("li", { class: mark(at) }, html("label", {}, boxes[at], html("span", { inner: text }))));
    return { boxes, list: html("ul", { class: "checklist" }, ...rows), values: () => boxes.map((box) => box.checked) };
  }

  function compare(one, told) {
    const { text } = one;
    const points = ticks(text.point, (at) => (text.must[at] ? "must" : ""));
    const flags = ticks(text.flag ?? [], () => "flag");
    const status = html("div", { role: "status" });
    if (heard) told.append(what("What you said:"), html("audio", { controls: true, src: heard }));
    told.append(what(`A good answer of ${text.seconds} seconds:`), html("div", { inner: text.answer }), what("Tick what you said. Filled circles have to be in it."), points.list);
    if (flags.boxes.length) told.append(what("Did you say one of these? They give a candidate away."), flags.list);
    const follow = text.then?.[0];
    if (follow) {
      const list = html("ul", { class: "points" }, ...follow.point.map((point, at) => html("li", { class: follow.must[at] ? "must" : "", inner: point })));
      told.append(html("details", { class: "then" }, html("summary", {}, "Then they ask: ", html("span", { inner: follow.ask })), list));
    }
    const controls = html("div", { class: "bar" });
    const grade = button("Verdict", "v", () => {
      for (const box of [...points.boxes, ...flags.boxes]) box.disabled = true;
      settle(one, points.values(), flags.values(), status);
      const last = Date.now() >= end;
      controls.replaceChildren(button(last ? "To the summary" : "Next question", "n", next), ...(last ? [] : [button("End the mock", "e", finish)]));
      status.scrollIntoView({ block: "nearest" });
    });
    controls.append(grade, button("End the mock", "e", finish));
    told.append(status, controls);
  }

  function settle(one, given, flagged, status) {
    const { text } = one;
    const card = `say-${one.id}`;
    one.verdict = room.verdict(text.must, given, flagged.filter(Boolean).length);
    const missed = text.point.map((_, at) => at).filter((at) => !given[at]);
    missed.sort((a, b) => text.must[b] - text.must[a]);
    one.missing = missed.length;
    room.answer(card, one.revision, GRADES[one.verdict], null, one.ms);
    const ids = missed.filter((at) => text.cards[at]).map((at) => `${one.id}-${text.ids[at]}`);
    if (one.verdict !== "strong") ids.push(card);
    room.due(ids);
    due.push(...ids);
    status.replaceChildren(html("p", { class: `result ${one.verdict}` }, `${one.verdict[0].toUpperCase()}${one.verdict.slice(1)}.`));
    if (missed.length) status.append(what("What was missing:"), html("ul", { class: "points" }, ...missed.map((at) => html("li", { class: text.must[at] ? "must" : "", inner: text.point[at] }))));
    const wrong = (text.flag ?? []).filter((_, at) => flagged[at]);
    if (wrong.length) status.append(what("What you should not have said:"), html("ul", { class: "flags" }, ...wrong.map((flag) => html("li", { inner: flag }))));
    const [page, anchor] = text.chapter.split("#");
    status.append(html("p", { class: "see" }, `Due in review: ${room.count(ids.length, "card")}. `, html("a", { href: `${page}.html#${anchor}` }, "Read it in the chapter")));
  }

  function finish() {
    silence();
    clearInterval(ticking);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = speaking = null;
    clock.textContent = "";
    const graded = asked.filter((one) => one.verdict);
    const count = (verdict) => graded.filter((one) => one.verdict === verdict).length;
    const rows = graded.map((one) =>
      html("li", { class: one.verdict },
        html("a", { href: `interview_${one.chapter}.html#q-${one.id}`, inner: one.text.ask }),
        html("p", { class: "chips" }, html("b", { class: one.verdict }, one.verdict), ` ${room.minutes(one.ms)} of ${room.minutes(one.text.seconds * 1000)} · ${room.count(one.missing, "point")} missing`),
        ...(one.notes ? [html("p", { class: "noted" }, one.notes)] : []),
      ),
    );
    const ids = [...new Set(due)];
    stage.replaceChildren(
      html("h2", { tabindex: "-1" }, `${minutes} minutes, ${room.count(graded.length, "answer")}`),
      html("p", {}, `${count("strong")} strong, ${count("fair")} fair, ${count("weak")} weak.`),
      html("ul", { class: "questions" }, ...rows),
      html("p", {}, `Due now: ${room.count(ids.length, "card")}. `, html("a", { href: room.review(ids) }, "Review")),
      html("div", { class: "bar" }, button("Another mock", "", setup)),
    );
    stage.firstChild.focus();
  }

  place.append(clock, stage, said);
  place.hidden = false;
  room.keys(place);
  setup();
})();
