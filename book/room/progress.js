// The page Progress: what is known now, what comes, and whether the reader is as sure as they should be.

// The reader's own calibration, of a log [[id, time, grade, confidence in percent, ms], ...]: of each card the
// first answer of a day, since the second follows the solution. The temperature makes the log loss of
// sigmoid(logit(p) / T) smallest: the slope of that loss by 1 / T rises, so its zero is found by halving. Without
// a zero it is 0 (always right) or Infinity (no more often right when surer).
room.calibration = (log) => {
  const first = new Map();
  for (const [id, time, grade, percent] of log) {
    const key = `${id} ${new Date(time).toDateString()}`;
    if (!first.has(key)) first.set(key, [percent, grade > 1 ? 1 : 0]);
  }
  const answers = [...first.values()].filter(([percent]) => percent > 0 && percent < 100).map(([percent, y]) => [percent / 100, y]);
  const mean = (f) => answers.reduce((sum, [p, y]) => sum + f(p, y), 0) / answers.length;
  const bce = (p, y) => -(y ? Math.log(p) : Math.log(1 - p));
  const logit = (p) => Math.log(p / (1 - p));
  const warm = (p, beta) => 1 / (1 + Math.exp(-beta * logit(p)));
  const slope = (beta) => mean((p, y) => (warm(p, beta) - y) * logit(p));
  let [low, high] = [1e-3, 1e3];
  let temperature;
  if (slope(low) >= 0) temperature = Infinity;
  else if (slope(high) <= 0) temperature = 0;
  else {
    for (let step = 0; step < 100; step++) {
      const middle = Math.sqrt(low * high);
      if (slope(middle) < 0) low = middle;
      else high = middle;
    }
    temperature = 1 / low;
  }
  const bins = [50, 70, 90, 99].map((percent) => {
    const given = answers.filter(([p]) => Math.round(100 * p) === percent);
    return { percent, count: given.length, right: given.filter(([, y]) => y).length };
  });
  const beta = Math.min(1 / temperature, 1e3);
  return { count: answers.length, bins, logLoss: mean(bce), brier: mean((p, y) => (y - p) ** 2), temperature, cooled: mean((p, y) => bce(warm(p, beta), y)) };
};

// The 95 % interval of a share, after Wilson.
room.interval = (right, count) => {
  const z = 1.96;
  const middle = (right + (z * z) / 2) / (count + z * z);
  const half = (z * Math.sqrt((right * (count - right)) / count + (z * z) / 4)) / (count + z * z);
  return [middle - half, middle + half];
};

(() => {
  const place = document.querySelector(".own-progress");
  if (!place) return;
  const { html, store, memory, button } = room;
  const ENOUGH = 20; // answers, before anything is said of calibration
  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
  const cards = (count) => room.count(count, "card");
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const body = html("div", {});
  const said = html("p", { role: "status" });

  function known(all, now) {
    const recalls = Object.values(all.cards).filter((state) => state[4]).map((state) => memory.recall(state, now));
    if (!recalls.length) return [html("p", {}, "You have not answered a card yet. ", html("a", { href: "review.html" }, "Review"), " asks the first ten; ", html("a", { href: "interview.html#interview-start" }, "ten questions"), " tell you where to start.")];
    const sum = recalls.reduce((total, value) => total + value, 0);
    const total = Object.values(bank.chapters).reduce((count, one) => count + Object.keys(one.cards).length, 0);
    return [html("p", { class: "figure" }, html("b", {}, percent(sum / recalls.length)), ` recall now: of the ${cards(recalls.length)} that you have answered, you know about ${Math.round(sum)}. There are ${total} in all.`)];
  }

  function chapters(all, now) {
    return room.map(Object.entries(bank.chapters).map(([name, one]) => {
      const ids = Object.keys(one.cards);
      const seen = ids.filter((id) => all.cards[id]?.[4]);
      if (!seen.length) return [name, "not seen", "unseen", cards(ids.length)];
      const recall = mean(seen.map((id) => memory.recall(all.cards[id], now)));
      const [word, cls] = seen.length < ids.length / 5 ? ["begun", "unseen"] : recall >= 0.85 ? ["solid", "solid"] : recall >= 0.7 ? ["fading", "part"] : ["weak", "weak"];
      return [name, word, cls, `recall ${percent(recall)}, ${seen.length} of ${cards(ids.length)} seen`];
    }));
  }

  // Days are counted from midnight; what is overdue is due today.
  function coming(all, now) {
    const counts = Array(14).fill(0);
    const start = new Date(now).setHours(0, 0, 0, 0);
    for (const [id, state] of Object.entries(all.cards)) {
      if (!room.chapterOf(id)) continue;
      const at = Math.max(0, Math.round((new Date(state[3]).setHours(0, 0, 0, 0) - start) / memory.DAY));
      if (at < counts.length) counts[at]++;
    }
    const top = Math.max(1, ...counts);
    const name = (at) => (at ? new Date(start + (at + 0.5) * memory.DAY).getDate() : "today");
    const bars = counts.map((count, at) => {
      const height = (90 * count) / top;
      const x = 10 + 24.5 * at;
      return `<rect x="${x}" y="${108 - height}" width="18" height="${height}"/>${count ? `<text x="${x + 9}" y="${103 - height}">${count}</text>` : ""}<text class="soft${at ? "" : " end"}" x="${x + (at ? 9 : 23)}" y="124">${name(at)}</text>`;
    });
    const label = `Cards due on each of the next 14 days, from today: ${counts.join(", ")}`;
    return html("div", { class: "chart", inner: `<svg viewBox="0 0 360 130" role="img" aria-label="${label}"><path d="M6 108.5H354"/>${bars.join("")}</svg>` });
  }

  function verdict({ temperature: t }) {
    if (t === Infinity) return "When you are surer, you are not more often right: no temperature mends that.";
    if (t === 0) return "You were right whenever you were surer than 50 %. Say so: be surer, or take harder cards.";
    const said = t.toFixed(t < 10 ? 1 : 0);
    if (t > 1.15) return `You are overconfident: T = ${said}.`;
    if (t < 0.87) return `You know more than you trust yourself to: T = ${said}.`;
    return `You are as sure as you should be: T = ${said}.`;
  }

  function diagram(bins) {
    const x = (value) => 44 + (value - 45) * 4.6;
    const y = (share) => 205 - 190 * share;
    const marks = bins.filter(({ count }) => count).map(({ percent: p, count, right }) => {
      const [low, high] = room.interval(right, count);
      return `<path class="range" d="M${x(p)} ${y(low)}V${y(high)}"/><circle cx="${x(p)}" cy="${y(right / count)}" r="5"/>`;
    });
    const levels = [0, 0.5, 1].map((share) => `<text class="soft end" x="38" y="${y(share) + 4}">${100 * share}%</text>`);
    const sure = bins.map(({ percent: p }) => `<text class="soft" x="${x(p)}" y="222">${p}%</text>`);
    const label = `Share right against how sure: ${bins.filter(({ count }) => count).map(({ percent: p, count, right }) => `${p} %: ${right} of ${count}`).join(", ")}`;
    return html("div", { class: "chart", inner: `<svg viewBox="0 0 320 244" role="img" aria-label="${label}"><path d="M44 10V205H310"/><path class="ideal" d="M${x(50)} ${y(0.5)}L${x(100)} ${y(1)}"/>${marks.join("")}${levels.join("")}${sure.join("")}<text class="soft" x="177" y="240">how sure you were</text><text class="soft start" x="50" y="14">share right</text></svg>` });
  }

  function calibration(all) {
    const found = room.calibration(all.log);
    if (found.count < ENOUGH) return [html("p", {}, `Before every answer you say how sure you are. After ${ENOUGH} answers this page can say whether you are too sure; so far: ${found.count}.`)];
    const cell = (text, tag = "td") => html(tag, tag === "th" ? { scope: "col" } : {}, text);
    const rows = found.bins.map(({ percent: p, count, right }) => {
      return html("tr", {}, cell(`${p}\u00a0%`), cell(String(count)), cell(count ? percent(right / count) : "–"));
    });
    return [
      html("p", { class: "figure" }, html("b", {}, verdict(found))),
      html("p", {}, `${found.count} answers. Log loss ${found.logLoss.toFixed(3)}, at the best temperature ${found.cooled.toFixed(3)}; always saying 50\u00a0% costs ${Math.LN2.toFixed(3)}. Brier score ${found.brier.toFixed(3)}.`),
      html("div", { class: "beside" }, diagram(found.bins), html("div", { class: "table-box" }, html("table", { class: "table" }, html("thead", {}, html("tr", {}, ...["You said", "Answers", "Right"].map((text) => cell(text, "th")))), html("tbody", {}, ...rows)))),
      html("p", { class: "see" }, "On the dashed line you are as often right as you say; below it you are too sure. The bars are 95\u00a0% intervals: a short log proves little."),
    ];
  }

  function draw() {
    const all = store.read();
    memory.settle(all); // for what is shown; nothing is written here
    const now = Date.now();
    body.replaceChildren(
      html("h2", {}, "Recall"), ...known(all, now), chapters(all, now),
      html("h2", {}, "Due in the next 14 days"), coming(all, now),
      html("h2", {}, "Your own calibration"), ...calibration(all),
    );
  }

  const file = html("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "A saved file" });
  file.addEventListener("change", async () => {
    try {
      said.textContent = `Loaded: ${cards(store.imported(await file.files[0].text()))}. What was here and is newer has stayed.`;
      draw();
    } catch (error) {
      said.textContent = `${error.message} Nothing was changed.`;
    }
    file.value = "";
  });
  draw();
  place.append(body, html("h2", {}, "Keep it"), html("p", {}, "All of this lies in this browser alone. A file takes it to another one."), html("div", { class: "bar" }, button("Save to a file", "", store.saveFile), button("Load from a file", "", () => file.click()), file), said);
  place.hidden = false;
})();
