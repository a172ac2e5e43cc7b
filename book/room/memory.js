// When a card comes back. The model of memory is FSRS-6 with its default weights, of the package ts-fsrs; only
// the page Review loads it. A state is what the store keeps of a card:
//   [stability, difficulty, last, due, reps, lapses, revision]

room.memory = (() => {
  const DAY = 86_400_000;
  const AGAIN = 1;
  const GOOD = 3;
  const NEW_IS_KNOWN = 0.6; // how often a card is answered at first sight, for the gain of a new one
  // Seconds that a card takes, until the reader's own are known.
  const SECONDS = { recall: 12, flaw: 15, choice: 25, log: 30, number: 40, order: 30, sketch: 40, say: 90 };

  let model = null;
  const fsrs = () => (model ??= FSRS.fsrs({ enable_fuzz: false, learning_steps: [], relearning_steps: [] }));

  // The state after an answer. Days are whole ones, as in FSRS.
  function next([stability, difficulty, last, , reps, lapses, revision], grade, time) {
    const days = reps ? Math.max(0, Math.floor((time - last) / DAY)) : 0;
    const after = fsrs().next_state(reps ? { stability, difficulty } : null, days, grade);
    const interval = fsrs().next_interval(after.stability, days);
    const lapsed = reps > 0 && grade === AGAIN ? 1 : 0;
    return [after.stability, after.difficulty, time, time + interval * DAY, reps + 1, lapses + lapsed, revision];
  }

  // How likely it is that the card is known then.
  function recall([stability, , last, , reps], time) {
    return reps ? fsrs().forgetting_curve(Math.max(0, time - last) / DAY, stability) : 0;
  }

  // By how much a review now raises the recall on a later day.
  function gain(state, now, day) {
    const known = state[4] ? recall(state, now) : NEW_IS_KNOWN;
    const after = (grade) => recall(next(state, grade, now), day);
    return known * after(GOOD) + (1 - known) * after(AGAIN) - recall(state, day);
  }

  // Answers that were given in the chapters, where FSRS is not there, become states.
  function settle(store) {
    for (const [id, time, grade] of store.log) {
      const state = store.cards[id];
      if (state && time > state[2]) store.cards[id] = next(state, grade, time);
    }
  }

  const midnight = (time) => new Date(time).setHours(24, 0, 0, 0); // the one that comes

  // {id: kind} of the cards of a chapter, or of all. Quick questions lean on what stands around them: they come
  // when they have been answered in their chapter.
  function kinds(chapter, store) {
    const names = chapter ? [chapter] : Object.keys(bank.chapters);
    const all = Object.assign({}, ...names.map((name) => bank.chapters[name].cards));
    for (const name of names) for (const id of bank.chapters[name].quick) if (!store.cards[id]) delete all[id];
    return all;
  }

  // How many cards were answered for the first time today: no answer before today is in the log, nor lost from it.
  function newToday(store, now) {
    const start = midnight(now) - DAY;
    const answers = new Map();
    for (const [id, time] of store.log) answers.set(id, (answers.get(id) ?? 0) + (time < start ? Infinity : 1));
    return [...answers].filter(([id, count]) => count >= (store.cards[id]?.[4] ?? 0) && count < Infinity).length;
  }

  function seconds(store) {
    const spent = new Map();
    for (const [id, , , , ms] of store.log) if (ms) spent.set(id, ms / 1000);
    return (id, kind) => Math.min(spent.get(id) ?? SECONDS[kind], 300);
  }

  // What to ask today, in order. First what was answered wrong by somebody who was sure, then what is due, the
  // longest overdue first, then new cards, those met in the chapters first. With the day of an interview in
  // `plan.date`, what raises the recall on that day most per second.
  function queue(store, { now = Date.now(), chapter = "" } = {}) {
    const all = kinds(chapter, store);
    const ids = Object.keys(all);
    const known = ids.filter((id) => store.cards[id]?.[4]);
    const limit = Math.max(0, (store.plan.new ?? 10) - newToday(store, now));
    const joined = ids.filter((id) => store.cards[id]?.[4] === 0).sort((a, b) => store.cards[a][3] - store.cards[b][3]);
    const others = ids.filter((id) => !store.cards[id]);
    const fresh = [...joined, ...others];
    const lastAnswer = new Map(store.log.map((entry) => [entry[0], entry]));
    const wasSure = (id) => lastAnswer.get(id)?.[2] === AGAIN && lastAnswer.get(id)[3] === 99;
    const due = known.filter((id) => store.cards[id][3] < midnight(now) || (wasSure(id) && store.cards[id][2] < midnight(now) - DAY));
    const day = store.plan.date ? new Date(`${store.plan.date}T09:00`).getTime() : NaN;
    if (!(day > now)) {
      due.sort((a, b) => wasSure(b) - wasSure(a) || store.cards[a][3] - store.cards[b][3]);
      return [...due, ...fresh.slice(0, limit)];
    }
    const takes = seconds(store);
    const worth = new Map();
    const unseen = (id) => store.cards[id] ?? [0, 0, 0, now, 0, 0, 1];
    for (const id of [...known, ...fresh]) worth.set(id, gain(unseen(id), now, day));
    const early = known.filter((id) => !due.includes(id) && worth.get(id) >= 0.05);
    const perSecond = (id) => worth.get(id) / takes(id, all[id]);
    const best = (some) => some.sort((a, b) => wasSure(b) - wasSure(a) || perSecond(b) - perSecond(a));
    return best([...due, ...early, ...best(fresh).slice(0, limit)]);
  }

  return { DAY, next, recall, gain, settle, queue };
})();

// An answer: the log gets it, and the card its next state where the model of memory is loaded.
room.answer = (id, revision, grade, confidence, ms, time = Date.now()) =>
  room.store.update((store) => {
    const state = store.cards[id] ?? [0, 0, 0, time, 0, 0, revision];
    store.cards[id] = globalThis.FSRS ? room.memory.next(state, grade, time) : state;
    store.cards[id][6] = revision;
    store.log.push([id, time, grade, confidence, ms]);
  });
