// What the reader has done, in this browser alone, under one key:
//   {cards: {id: [stability, difficulty, last, due, reps, lapses, revision]},  // times in ms; reps 0: not scheduled yet
//    log: [[id, time, grade 1 to 4, confidence in percent or null, ms]],       // the last 5,000 answers
//    plan: {date: "2026-03-01", role: "mle", ...}, self: {...}}
// What another version has written beside that is kept. Everything is read before it is written, since two
// pages may be open, and saved after every answer.

globalThis.room = {};

room.store = (() => {
  const KEY = "loss-functions/1";
  const MOST = 5000;
  let memory = null; // of browsers that keep nothing

  const fresh = () => ({ cards: {}, log: [], plan: {}, self: {} });

  function read() {
    let text = memory;
    try {
      text = localStorage.getItem(KEY) ?? memory;
    } catch {
      // nothing is kept
    }
    if (!text) return fresh();
    try {
      return { ...fresh(), ...parse(text) };
    } catch {
      try {
        localStorage.setItem(`${KEY} damaged`, text); // set aside, not lost
      } catch {
        // there is no room for both
      }
      return fresh();
    }
  }

  function write(store) {
    store.log = store.log.slice(-MOST);
    const text = JSON.stringify(store);
    memory = text;
    try {
      localStorage.setItem(KEY, text);
      return true;
    } catch {
      return false;
    }
  }

  // Change the store as it is now: `change` gets it, and what it returns is returned.
  function update(change) {
    const store = read();
    const result = change(store);
    write(store);
    return result;
  }

  // The cards come back for review, if they are not there yet.
  function join(ids, revision = 1) {
    return update((store) => {
      const added = ids.filter((id) => !Object.hasOwn(store.cards, id));
      for (const id of added) store.cards[id] = [0, 0, 0, Date.now(), 0, 0, revision];
      return added;
    });
  }

  const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  // The store in a text, or an error that says what is wrong with it.
  function parse(text) {
    let store;
    try {
      store = JSON.parse(text);
    } catch {
      throw new Error("This file is damaged or was not saved here: it is no JSON.");
    }
    if (!isObject(store) || !isObject(store.cards ?? {}) || !Array.isArray(store.log ?? []))
      throw new Error("This file holds something else: it has no cards and no log.");
    for (const [id, state] of Object.entries(store.cards ?? {}))
      if (!Array.isArray(state) || state.length < 7 || !state.slice(0, 7).every(isNumber))
        throw new Error(`This file is damaged: the state of the card ${id} is not seven numbers.`);
    for (const [place, entry] of (store.log ?? []).entries())
      if (!Array.isArray(entry) || typeof entry[0] !== "string" || !isNumber(entry[1]) || !isNumber(entry[2]))
        throw new Error(`This file is damaged: answer ${place + 1} of its log is not a card, a time and a grade.`);
    for (const name of ["plan", "self"])
      if (!isObject(store[name] ?? {})) throw new Error(`This file is damaged: its ${name} is no object.`);
    return store;
  }

  // Two stores as one: of each card the state that was reached later, of the logs every answer once.
  function merge(ours, theirs) {
    const merged = { ...ours, ...theirs, plan: { ...ours.plan, ...theirs.plan }, self: { ...ours.self, ...theirs.self } };
    merged.cards = { ...ours.cards };
    for (const [id, state] of Object.entries(theirs.cards ?? {}))
      if (!Object.hasOwn(merged.cards, id) || state[2] > merged.cards[id][2]) merged.cards[id] = state;
    const answers = new Map([...ours.log, ...(theirs.log ?? [])].map((entry) => [`${entry[0]} ${entry[1]}`, entry]));
    merged.log = [...answers.values()].sort((a, b) => a[1] - b[1]);
    return merged;
  }

  const exported = () => JSON.stringify(read());
  // A damaged text is an error, and then nothing has changed.
  function imported(text) {
    const theirs = parse(text);
    write(merge(read(), theirs));
    return Object.keys(theirs.cards ?? {}).length;
  }

  function saveFile() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([exported()], { type: "application/json" }));
    link.download = `loss-functions-${new Date().toISOString().slice(0, 10)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  return { KEY, read, write, update, join, exported, imported, saveFile };
})();

// The texts of a chapter's questions and cards, loaded when they are asked for: {questions, cards}.
room.texts = (chapter) => {
  if (bank.texts[chapter]) return Promise.resolve(bank.texts[chapter]);
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `../_static/bank/${chapter}.js`;
    script.onload = () => done(bank.texts[chapter]);
    script.onerror = () => failed(new Error(`The texts of ${chapter} could not be loaded.`));
    document.head.append(script);
  });
};

// The chapter that a card or a question stands in, or undefined.
room.chapterOf = (id) => Object.keys(bank.chapters).find((name) => id in bank.chapters[name].cards || id in bank.chapters[name].questions);

// An element: room.html("p", {class: "lead"}, "text", child)
room.html = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "inner") element.innerHTML = value; // texts of the bank, rendered while building
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

// Strong: every must, half of the rest, no red flag. Fair: all but one must. Who said nothing is weak.
room.verdict = (must, said, flags) => {
  const missed = must.filter((is, place) => is && !said[place]).length;
  const rest = must.flatMap((is, place) => (is ? [] : [said[place]]));
  if (!missed && rest.filter(Boolean).length * 2 >= rest.length && !flags) return "strong";
  return missed <= 1 && said.some(Boolean) ? "fair" : "weak";
};
