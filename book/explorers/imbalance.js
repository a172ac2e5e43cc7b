{
  const { figure, draw, color, scale, shown, slider } = Explore;
  const APART = 2; // of the two hills, in standard deviations

  /** The area of the bell curve to the left of x: a series near 0, a continued fraction far out. */
  function area(x) {
    if (x < 0) return 1 - area(-x);
    const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    if (x < 3) {
      let term = x;
      let sum = x;
      for (let k = 1; k < 60; k++) {
        term *= (x * x) / (2 * k + 1);
        sum += term;
      }
      return 0.5 + density * sum;
    }
    let below = x;
    for (let k = 40; k > 0; k--) below = x + k / below;
    return 1 - density / below;
  }
  const logit = (p) => Math.log(p / (1 - p));
  // A score s has the odds share/(1 - share) · exp(2 s - 2); the weight multiplies them.
  // It is kept as minus its logarithm, so that the line moves to the right with the number.
  const line = ({ share, lower }) => APART / 2 - (logit(share) - lower) / APART;
  const lowerAt = (s, share) => APART * (s - APART / 2) + logit(share);
  const weight = (lower) => shown(Math.exp(-lower), lower < -2.3 ? 0 : 2);

  function numbers(state) {
    const s = line(state);
    const recall = area(APART - s);
    const alarms = area(-s);
    const { share } = state;
    return {
      line: s,
      recall,
      alarms,
      accuracy: share * recall + (1 - share) * (1 - alarms),
      precision: (share * recall) / (share * recall + (1 - share) * alarms),
      cost: state.miss * share * (1 - recall) + (1 - share) * alarms,
    };
  }

  const x = (width) => scale([-3.5, 6], [8, width - 8]);
  const y = scale([0, 0.45], [190, 20]);
  const bell = (s, mean) => Math.exp(-((s - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const track = (width) => scale([Math.log(0.002), Math.log(0.5)], [24, width - 24]);
  const percent = (value, digits = 1) => `${shown(100 * value, digits)} %`;

  function hill(width, mean, from, to, more) {
    const at = x(width);
    const points = [];
    for (let k = 0; k <= 120; k++) {
      const s = from + ((to - from) * k) / 120;
      points.push([at(s), y(bell(s, mean))]);
    }
    return draw.path([[at(from), y(0)], ...points, [at(to), y(0)]], { stroke: "none", ...more });
  }

  figure("imbalance-hills", {
    about: "Two hills of scores, negatives left and positives right, each drawn with the area 1, and a line that decides.",
    start: { share: 0.005, lower: 0, miss: 50 },
    height: () => 346,
    ask: {
      text: "Half a percent are positive. You weight each of them 199 times, so that both classes count alike. What does that do to a model that was exact?",
      options: ["it tells the classes better apart", "the line moves, the order stays", "it catches every positive"],
      right: 1,
      says: [
        "The hills stay as they are, and so does the order of the scores. Only the line moves.",
        "All logits grow by log 199. The order of the scores stays as it is, and the line at one half moves left.",
        "It catches more, 84 of 100, and flags 16 of 100 negatives as well: the line has moved, and nothing else.",
      ],
      then: { lower: -5.3 },
    },
    choose: "For the costs,",
    switches: [1, 10, 50].map((value) => ({ name: "miss", value, label: `a miss costs ${value}` })),
    handles: [
      slider({
        name: "lower",
        label: "The line; to its left is more weight on the positives",
        range: [-8, 3],
        step: 0.1,
        at: (state, width) => [x(width)(Math.min(6, Math.max(-3.5, line(state)))), 212],
        from: (px, _, width, state) => lowerAt(x(width).invert(px), state.share),
        words: (lower) => `weight ${weight(lower)}`,
      }),
      slider({
        name: "share",
        label: "Share of positives",
        range: [0.002, 0.5],
        step: 0.001,
        at: ({ share }, width) => [track(width)(Math.log(share)), 304],
        from: (px, _, width) => Math.exp(track(width).invert(px)),
        words: (share) => `${shown(100 * share, 1)} % are positive`,
      }),
    ],
    numbers,
    says(state) {
      const { recall, accuracy, precision, cost } = numbers(state);
      return (
        `Of ${shown(100 * state.share, 1)} % positives, weighted ${weight(state.lower)} times: caught ${percent(recall)}, ` +
        `decisions right ${percent(accuracy)}, alarms that are true ${percent(precision)}. ` +
        `Cost of 1000 cases, a false alarm 1 and a miss ${state.miss}: ${shown(1000 * cost, 0)}.`
      );
    },
    draw(state, width) {
      const at = x(width);
      const s = Math.min(6, Math.max(-3.5, line(state)));
      let out = hill(width, 0, -3.5, 6, { fill: color(1), "fill-opacity": 0.18 });
      out += hill(width, 0, s, 6, { fill: color(1), "fill-opacity": 0.6 });
      out += hill(width, APART, -3.5, 6, { fill: color(2), "fill-opacity": 0.18 });
      out += hill(width, APART, s, 6, { fill: color(2), "fill-opacity": 0.6 });
      out += draw.line(at(-3.5), y(0), at(6), y(0), { "stroke-opacity": 0.4 });
      out += draw.text(at(-0.5), y(0.13), "negatives", { "text-anchor": "middle" });
      out += draw.text(at(2.5), y(0.13), "positives", { "text-anchor": "middle" });
      out += draw.line(at(s), 18, at(s), 212, { "stroke-width": 2.5 });
      out += draw.text(at(s) + (s > 4 ? -6 : 6), 16, s > 4 ? "← no alarm" : "alarm →", {
        "text-anchor": s > 4 ? "end" : "start",
        "font-weight": 600,
      });
      const { recall, alarms } = numbers(state);
      out += draw.text(8, 246, `caught ${percent(recall)}, false alarms ${percent(alarms, 2)}`);
      out += draw.text(8, 278, "share of positives");
      const best = APART / 2 - (logit(state.share) + Math.log(state.miss)) / APART;
      if (best < 6 && best > -3.5) {
        out += draw.line(at(best), 36, at(best), y(0) + 6, { stroke: color(3), "stroke-width": 2, "stroke-dasharray": "4 4" });
        out += draw.text(at(best) + (best > 4 ? -6 : 6), 40, "cheapest", { fill: color(3), "text-anchor": best > 4 ? "end" : "start" });
      }
      const to = track(width);
      out += draw.line(24, 304, width - 24, 304, { "stroke-opacity": 0.4 });
      for (const tick of [0.002, 0.005, 0.02, 0.1, 0.5])
        out += draw.text(to(Math.log(tick)), 334, `${100 * tick} %`, { "text-anchor": "middle", "fill-opacity": 0.75 });
      return out;
    },
  });

  // --- Who makes the loss of a detector

  const PLACES = 100000;
  const LOOKALIKES = 900;
  const groups = ({ objects }) => [
    { key: "easy", name: "easy negatives", p: 0.99, count: PLACES - LOOKALIKES - objects, color: color(1) },
    { key: "other", name: "look like objects", p: 0.6, count: LOOKALIKES, color: color(4) },
    { key: "objects", name: "objects", p: 0.1, count: objects, color: color(2) },
  ];
  /** The share of the loss that each group makes. */
  function split(state) {
    const weight = { none: 1, balanced: PLACES / state.objects - 1, alpha: 1 / 3 }[state.weight];
    const losses = groups(state).map(
      ({ key, p, count }) => -count * (1 - p) ** state.gamma * Math.log(p) * (key === "objects" ? weight : 1),
    );
    const all = losses.reduce((a, b) => a + b);
    return losses.map((loss) => loss / all);
  }
  const part = (share) => percent(share, share < 0.001 ? 3 : 1);
  const grouped = (count) => (count < 1000 ? `${count}` : `${Math.floor(count / 1000)},${String(count % 1000).padStart(3, "0")}`);
  const powers = (width) => scale([0, 5], [24, width - 24]);
  const counts = (width) => scale([Math.log(10), Math.log(5000)], [24, width - 24]);
  const WEIGHTS = { none: "1", balanced: "balanced", alpha: "⅓ (α = ¼)" };

  figure("imbalance-focal", {
    about: "The loss of 100,000 places as two bars, under cross-entropy and under a focal loss, each split into who makes it.",
    start: { gamma: 0, objects: 100, weight: "none" },
    height: () => 338,
    ask: {
      text: "Under cross-entropy the 99,000 easy negatives make 59 % of the loss. How much of it do they make at γ = 2?",
      options: ["about 30 %", "about 6 %", "less than 0.1 %"],
      right: 2,
      says: [
        "It is 0.04 %: each keeps 0.01² = 0.0001 of its loss, while an object keeps 0.9² = 0.81.",
        "It is 0.04 %: each keeps 0.01² = 0.0001 of its loss, while an object keeps 0.9² = 0.81.",
        "Each keeps 0.01² = 0.0001 of its loss, while an object keeps 0.9² = 0.81: 0.04 %.",
      ],
      then: { gamma: 2 },
    },
    choose: "Weight of an object:",
    switches: Object.entries(WEIGHTS).map(([value, label]) => ({ name: "weight", value, label })),
    handles: [
      slider({
        name: "gamma",
        label: "γ",
        range: [0, 5],
        step: 0.1,
        at: ({ gamma }, width) => [powers(width)(gamma), 226],
        from: (px, _, width) => powers(width).invert(px),
        words: (gamma) => `γ = ${shown(gamma, 1)}`,
      }),
      slider({
        name: "objects",
        label: "Objects in 100,000 places",
        range: [10, 5000],
        step: 10,
        at: ({ objects }, width) => [counts(width)(Math.log(objects)), 298],
        from: (px, _, width) => Math.exp(counts(width).invert(px)),
        words: (objects) => `${grouped(objects)} objects`,
      }),
    ],
    numbers(state) {
      const [easy, other, objects] = split(state);
      return { easy, other, objects };
    },
    says(state) {
      const shares = split(state);
      return (
        `γ = ${shown(state.gamma, 1)}, weight ${WEIGHTS[state.weight]}: of the loss, ` +
        `${groups(state).map(({ name, count }, k) => `${part(shares[k])} from ${grouped(Math.round(count))} ${name}`).join(", ")}.`
      );
    },
    draw(state, width) {
      const at = scale([0, 1], [4, width - 4]);
      const now = split(state);
      let out = "";
      for (const [name, shares, top, high] of [
        ["cross-entropy", split({ ...state, gamma: 0, weight: "none" }), 28, 22],
        [`γ = ${shown(state.gamma, 1)}, weight ${WEIGHTS[state.weight]}`, now, 78, 38],
      ]) {
        out += draw.text(4, top - 6, name);
        let sum = 0;
        groups(state).forEach((group, k) => {
          out += draw.bar(at(sum), top, at(shares[k]) - at(0), high, { fill: group.color, "fill-opacity": 0.65 });
          sum += shares[k];
        });
      }
      groups(state).forEach(({ name, p, count, color: fill }, k) => {
        const y = 140 + 20 * k;
        out += draw.bar(4, y - 11, 12, 12, { fill, "fill-opacity": 0.65 });
        out += draw.text(22, y, `${grouped(Math.round(count))} ${name}, p = ${p}`);
        out += draw.text(width - 4, y, part(now[k]), { "text-anchor": "end", "font-weight": 600 });
      });
      out += draw.text(24, 208, "γ");
      out += draw.line(24, 226, width - 24, 226, { "stroke-opacity": 0.4 });
      for (const tick of [0, 1, 2, 3, 4, 5])
        out += draw.text(powers(width)(tick), 256, tick, { "text-anchor": "middle", "fill-opacity": 0.75 });
      out += draw.text(24, 280, "objects");
      out += draw.line(24, 298, width - 24, 298, { "stroke-opacity": 0.4 });
      for (const tick of [10, 100, 1000, 5000])
        out += draw.text(counts(width)(Math.log(tick)), 328, grouped(tick), { "text-anchor": "middle", "fill-opacity": 0.75 });
      return out;
    },
  });
}
