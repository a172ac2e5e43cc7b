{
  const { figure, draw, color, scale, shown, slider } = Explore;
  const COLORS = [color(1), color(2), color(3)];
  const softmax = (z) => {
    const top = Math.max(...z);
    const powers = z.map((value) => Math.exp(value - top));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  };
  const logits = ({ a, b, c }) => [a, b, c];
  const answer = (state) => (state.twice ? softmax(softmax(logits(state))) : softmax(logits(state)));

  const column = (k, width) => (width * (k + 0.5)) / 3;
  const z = scale([-5, 5], [190, 24]);
  const p = scale([0, 1], [400, 250]);

  figure("classification-softmax", {
    about: "Three logits above, which you can move; below, the probabilities that softmax makes of them.",
    start: { a: 2, b: 1, c: 0, twice: false },
    height: () => 452,
    ask: {
      text: "The model ends in a softmax, and the loss applies another one. How large can the largest of the three probabilities become?",
      options: ["nearly 1", "0.58", "one third"],
      right: 1,
      says: [
        "The second softmax sees numbers between 0 and 1. The best it can be given is (1, 0, 0), and e/(e + 2) is 0.576.",
        "The best it can be given is (1, 0, 0), of which it makes e/(e + 2) = 0.576.",
        "A third is what equal logits give. The best the second softmax can be given is (1, 0, 0): 0.576.",
      ],
      then: { a: 5, b: -5, c: -5, twice: true },
    },
    switches: [{ name: "twice", label: "softmax twice" }],
    handles: ["a", "b", "c"].map((name, k) =>
      slider({
        name,
        label: `Logit of class ${k + 1}`,
        range: [-5, 5],
        step: 0.1,
        at: (state, width) => [column(k, width), z(state[name])],
        from: (_, y) => z.invert(y),
        words: (value) => shown(value, 1),
      }),
    ),
    numbers: (state) => ({ p: answer(state), pull: answer(state).map((value, k) => value - (k === 0)) }),
    says: (state) =>
      `Logits ${logits(state)
        .map((value) => shown(value, 1))
        .join(", ")}: probabilities ${answer(state)
        .map((value) => shown(value, 3))
        .join(", ")}. True is class 1; p minus target is ${answer(state)
        .map((value, k) => shown(value - (k === 0), 3))
        .join(", ")}, together 0.`,
    draw(state, width) {
      let out = draw.text(4, 212, "drag the logits");
      out += draw.line(4, z(0), width - 4, z(0), { "stroke-opacity": 0.4 });
      out += draw.text(4, 238, state.twice ? "softmax of softmax" : "softmax");
      out += draw.line(4, p(0), width - 4, p(0), { "stroke-opacity": 0.4 });
      const wide = Math.min(70, width / 5);
      answer(state).forEach((value, k) => {
        const x = column(k, width);
        out += draw.line(x, z(-5), x, z(5), { "stroke-opacity": 0.15 });
        out += draw.line(x, z(0), x, z(logits(state)[k]), { stroke: COLORS[k], "stroke-width": 3 });
        out += draw.text(x + 26, z(logits(state)[k]) + 5, shown(logits(state)[k], 1));
        out += draw.bar(x - wide / 2, p(value), wide, p(0) - p(value), { fill: COLORS[k], "fill-opacity": 0.55 });
        out += draw.text(x - wide / 2 - 4, p(value) - 6, shown(value, 3), { "text-anchor": "start" });
        const target = k === 0 ? 1 : 0;
        out += draw.line(x - wide / 2 - 4, p(target), x + wide / 2 + 4, p(target), {
          "stroke-dasharray": "5 4",
          "stroke-width": 2,
        });
        out += draw.arrow(x + wide / 2 + 12, p(value), x + wide / 2 + 12, p(target), {
          stroke: COLORS[k],
          "stroke-width": 2.5,
        });
        out += draw.text(x, 424, `class ${k + 1}${k ? "" : " (true)"}`, { "text-anchor": "middle" });
        out += draw.text(x, 444, `p − y = ${shown(value - target, 3)}`, { "text-anchor": "middle", "fill-opacity": 0.75 });
      });
      return out;
    },
  });

  // --- Two balls on two losses

  const sigmoid = (value) => 1 / (1 + Math.exp(-value));
  const LOSSES = {
    cross: {
      name: "cross-entropy",
      color: color(1),
      loss: (value) => Math.max(-value, 0) + Math.log1p(Math.exp(-Math.abs(value))),
      pull: (value) => sigmoid(value) - 1,
    },
    squared: {
      name: "squared error",
      color: color(2),
      loss: (value) => (1 - sigmoid(value)) ** 2,
      pull: (value) => -2 * (1 - sigmoid(value)) ** 2 * sigmoid(value),
    },
  };
  const walk = ({ from, steps }, { pull }) => {
    let value = from;
    for (let k = 0; k < Math.round(steps); k++) value -= pull(value);
    return value;
  };
  const along = (width) => scale([-10, 10], [14, width - 14]);
  const high = scale([0, 10.5], [190, 16]);
  const counter = (width) => scale([0, 100], [24, width - 24]);

  figure("classification-balls", {
    about: "Two losses of one logit, for the target 1, and a ball on each that goes down by steps of its pull.",
    start: { from: -10, steps: 0 },
    height: () => 330,
    ask: {
      text: "Both balls start at the logit −10, surely wrong, and take 50 steps. Which one gets to the right side of 0?",
      options: ["the one on cross-entropy", "the one on the squared error", "both"],
      right: 0,
      says: [
        "Its pull is nearly 1 all the way. The other one has 0.00009 and hardly leaves its place.",
        "Its slope at −10 is 0.00009: the factor p(1 − p) has killed it. Cross-entropy pulls with nearly 1.",
        "The squared error has the slope 0.00009 at −10. After 50 steps the ball is still there.",
      ],
      then: { steps: 50 },
    },
    handles: [
      slider({
        name: "from",
        label: "Logit at which both start",
        range: [-10, 10],
        step: 0.5,
        at: ({ from }, width) => [along(width)(from), 206],
        from: (px, _, width) => along(width).invert(px),
        words: (value) => shown(value, 1),
      }),
      slider({
        name: "steps",
        label: "Steps of size 1",
        range: [0, 100],
        step: 1,
        at: ({ steps }, width) => [counter(width)(steps), 292],
        from: (px, _, width) => counter(width).invert(px),
        words: (value) => `${Math.round(value)} steps`,
      }),
    ],
    numbers: (state) =>
      Object.fromEntries(Object.entries(LOSSES).map(([name, one]) => [name, walk(state, one)])),
    says: (state) =>
      `After ${Math.round(state.steps)} steps from ${shown(state.from, 1)}: ${Object.values(LOSSES)
        .map((one) => `${one.name} at ${shown(walk(state, one))}, its pull ${shown(one.pull(walk(state, one)), 5)}`)
        .join("; ")}.`,
    draw(state, width) {
      const x = along(width);
      let out = draw.line(x(-10), 190, x(10), 190, { "stroke-opacity": 0.4 });
      for (const tick of [-10, -5, 0, 5, 10])
        out += draw.text(x(tick), 232, shown(tick, 0), { "text-anchor": "middle", "fill-opacity": 0.75 });
      for (const one of Object.values(LOSSES)) {
        const points = [];
        for (let value = -10; value <= 10; value += 0.25) points.push([x(value), high(one.loss(value))]);
        out += draw.path(points, { stroke: one.color, "stroke-width": 2.5, "stroke-dasharray": one === LOSSES.squared ? "7 4" : "none" });
      }
      for (const one of Object.values(LOSSES)) {
        const at = Math.min(10, walk(state, one));
        out += draw.circle(x(at), high(one.loss(at)) - 7, 7, { fill: one.color });
      }
      out += draw.text(x(-6.6), high(7.6), "cross-entropy", { fill: color(1) });
      out += draw.text(x(-9.6), high(1) - 24, "squared error", { fill: color(2) });
      out += draw.text(width - 14, 206, "logit", { "text-anchor": "end", "fill-opacity": 0.75 });
      out += draw.line(24, 292, width - 24, 292, { "stroke-opacity": 0.4 });
      for (const tick of [0, 25, 50, 75, 100])
        out += draw.text(counter(width)(tick), 322, tick, { "text-anchor": "middle", "fill-opacity": 0.75 });
      return out + draw.text(24, 270, `steps: ${Math.round(state.steps)}`);
    },
  });

  // --- The floor: what a target costs at least

  const TARGET = [0.7, 0.2, 0.1];
  const LEAST = 0.02; // of each share of the answer, so that the bar ends
  const shares = ({ u, v }) => [u, v - u, 1 - v];
  const price = (of, by) => -of.reduce((sum, share, k) => sum + share * Math.log(by[k]), 0);
  const listed = (row) => `(${row.map((share) => shown(share)).join(", ")})`;
  function parts(state) {
    const [of, by] = state.swapped ? [shares(state), TARGET] : [TARGET, shares(state)];
    return { entropy: price(of, of), kl: price(of, by) - price(of, of) };
  }
  const strip = (width) => scale([0, 1], [24, width - 24]);
  const nats = (width) => scale([0, 3.6], [4, width - 4]);

  /** A border between two shares; it pushes the other border along. */
  function border(name, label, range) {
    const one = slider({
      name,
      label,
      range,
      step: 0.01,
      at: (state, width) => [strip(width)(state[name]), 154],
      from: (x, _, width) => strip(width).invert(x),
    });
    const tidy = (x) => Number(x.toFixed(2));
    const push = (change, { u, v }) =>
      change &&
      (name === "u"
        ? { u: change.u, v: Math.max(v, tidy(change.u + LEAST)) }
        : { u: Math.min(u, tidy(change.v - LEAST)), v: change.v });
    return {
      ...one,
      words: (state) => `answer ${listed(shares(state))}`,
      to: (x, y, width, state) => push(one.to(x, y, width, state), state),
      key: (pressed, state) => push(one.key(pressed, state), state),
    };
  }

  figure("classification-floor", {
    about: "A target of three shares, below it an answer whose borders you can move, and the price of the answer as a bar of two parts.",
    start: { u: 0.3, v: 0.6, swapped: false },
    height: () => 298,
    ask: {
      text: "Ten people looked at a picture: the target is (0.7, 0.2, 0.1). Can an answer cost less than the gray part?",
      options: ["yes, if it is surer", "no, none", "yes, if it is less sure"],
      right: 1,
      says: [
        "Being surer costs more: 0.97 for (0.9, 0.05, 0.05). The answer that equals the target costs the gray part, 0.80, and none costs less.",
        "The answer that equals the target costs the gray part, 0.80. Every other one costs more.",
        "(⅓, ⅓, ⅓) costs log 3 = 1.10. The answer that equals the target costs the gray part, 0.80, and none costs less.",
      ],
      then: { u: 0.7, v: 0.9 },
    },
    switches: [{ name: "swapped", label: "swap target and answer" }],
    handles: [
      border("u", "Border between the first and the second share", [LEAST, 1 - 2 * LEAST]),
      border("v", "Border between the second and the third share", [2 * LEAST, 1 - LEAST]),
    ],
    numbers: parts,
    says(state) {
      const { entropy, kl } = parts(state);
      const [of, to] = state.swapped ? ["answer", "target"] : ["target", "answer"];
      return (
        `Answer ${listed(shares(state))}: entropy of the ${of} ${shown(entropy, 3)}, plus KL from ${of} to ${to} ` +
        `${shown(kl, 3)}, is ${shown(entropy + kl, 3)} nats.` +
        (state.swapped ? " Now the answer does the averaging, and the gray part moves with it." : "")
      );
    },
    draw(state, width) {
      const at = strip(width);
      let out = "";
      for (const [name, row, top] of [["target y", TARGET, 32], ["answer p", shares(state), 104]]) {
        out += draw.text(24, top - 8, `${name} = ${listed(row)}`);
        let sum = 0;
        row.forEach((share, k) => {
          out += draw.bar(at(sum) + 1, top, at(share) - at(0) - 2, 30, { fill: COLORS[k], "fill-opacity": 0.55 });
          sum += share;
        });
      }
      for (const edge of [0.7, 0.9])
        out += draw.line(at(edge), 104, at(edge), 138, { "stroke-dasharray": "4 4", "stroke-opacity": 0.6 });
      for (const edge of [state.u, state.v]) out += draw.line(at(edge), 100, at(edge), 154, { "stroke-width": 2 });
      const { entropy, kl } = parts(state);
      const [of, by] = state.swapped ? ["p", "y"] : ["y", "p"];
      const x = nats(width);
      out += draw.text(4, 198, `entropy of ${of}: ${shown(entropy, 3)}`);
      out += draw.text(4, 218, `+ KL(${of}‖${by}): ${shown(kl, 3)}`, { fill: color(2) });
      out += draw.bar(x(0), 228, x(entropy) - x(0), 32, { "fill-opacity": 0.35 });
      out += draw.line(x(entropy), 224, x(entropy), 266, { "stroke-width": 2 });
      out += draw.bar(x(entropy), 228, x(kl) - x(0), 32, { fill: color(2) });
      for (const tick of [0, 1, 2, 3])
        out += draw.text(x(tick), 286, tick ? tick : "0 nats", { "text-anchor": tick ? "middle" : "start", "fill-opacity": 0.75 });
      return out;
    },
  });

  // --- One temperature for a network that is too sure

  // From the notebook, cell films-by-logit: test films with a logit from −60 on, in steps of one half.
  const COMEDIES =
    "1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 1 0 0 0 0 1 2 1 2 3 3 3 2 3 3 1 4 5 3 4 13 9 10 7 10 6 6 10 8 9 20 18 11 11 10 10 12 18 12 20 18 24 13 20 19 19 25 17 15 22 19 15 33 15 18 13 19 23 25 13 24 20 17 14 19 10 21 20 22 27 21 30 21 29 36 27 30 24 39 35 39 40 48 52 60 68 55 66 67 60 64 66 77 78 82 63 93 89 84 103 90 81 99 92 93 71 72 66 92 74 62 63 60 60 58 42 53 47 43 32 31 24 33 27 22 21 13 18 22 13 11 12 10 8 11 9 10 13 6 14 6 8 9 14 5 9 8 1 5 7 2 5 4 2 4 4 3 4 3 1 0 1 4 1 2 3 2 1 1 1 1 3 2 1 0 2 0 0 0 0 0 0 0 1 1 1 0 0 0 2 0 1 0 1 0 0 0 1 1 1 0 0 0 1 0 0 0 1 0 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0";
  const DRAMAS =
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 2 0 0 0 1 0 1 0 1 1 0 0 0 1 1 2 1 2 2 1 0 1 4 1 0 2 1 2 3 2 6 2 4 2 2 1 7 6 2 7 13 2 5 7 5 10 8 7 4 12 6 11 13 10 8 13 18 19 18 17 13 18 24 32 24 37 28 40 53 52 50 57 59 62 68 66 70 76 84 84 92 109 122 118 137 110 124 108 120 137 121 136 130 120 131 104 102 122 116 104 113 93 103 77 89 76 76 77 75 50 67 48 68 46 41 55 45 40 39 33 30 36 34 31 24 31 21 22 19 19 22 19 23 13 16 18 19 10 20 16 14 13 12 10 12 7 10 12 9 3 9 7 6 13 10 7 6 7 6 4 4 7 10 4 2 6 7 2 6 4 2 4 5 6 3 4 1 2 2 0 1 2 2 1 1 0 3 0 0 2 1 0 1 2 0 1 2 1 0 2 1 0 1 1 0 1 0 0 2 1 1 0 0 0 1 0 0 0 1";
  const films = COMEDIES.split(" ").map((comedies, k) => [(k - 119.5) / 2, Number(comedies), Number(DRAMAS.split(" ")[k])]);
  const ALL = films.reduce((sum, [, comedies, dramas]) => sum + comedies + dramas, 0);
  const softplus = (value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));

  function judged(heat) {
    const bins = Array.from({ length: 10 }, () => ({ films: 0, said: 0, dramas: 0 }));
    let loss = 0;
    let right = 0;
    for (const [value, comedies, dramas] of films) {
      const says = sigmoid(value / heat);
      const bin = bins[Math.min(9, Math.floor(10 * says))];
      bin.films += comedies + dramas;
      bin.said += says * (comedies + dramas);
      bin.dramas += dramas;
      loss += comedies * softplus(value / heat) + dramas * softplus(-value / heat);
      right += value > 0 ? dramas : comedies;
    }
    const gap = bins.reduce((sum, bin) => sum + Math.abs(bin.said - bin.dramas), 0);
    return { bins: bins.filter((bin) => bin.films), loss: loss / ALL, accuracy: right / ALL, ece: gap / ALL };
  }

  const heat = ({ t }) => 10 ** t;
  const written = (value) => (value < 9.95 ? shown(value, 1) : shown(value, 0));
  const wide = (width) => width >= 560;
  const square = (width) => (wide(width) ? 250 : Math.min(250, width - 70));
  // Where the curves over T stand: left end, right end, top.
  const beside = (width) => (wide(width) ? [366, width - 24, 20] : [56, width - 24, square(width) + 96]);
  const warmth = (width) => scale([-0.3, 1.7], beside(width).slice(0, 2));

  figure("classification-reliability", {
    about: "A reliability diagram of a network on 10,000 test films, its log loss and its accuracy; you can move the temperature that divides its logits.",
    start: { t: 0 },
    height: (width) => (wide(width) ? 322 : square(width) + 380),
    ask: {
      text: "This network is right for 61 of 100 test films. Divide all its logits by T = 5. What happens to the accuracy?",
      options: ["it falls", "nothing", "it rises"],
      right: 1,
      says: [
        "No logit changes its sign, so no answer changes and the accuracy stays at 61.4 %. What falls is the log loss, from 2.93 to 0.83.",
        "No logit changes its sign, so no answer changes. The log loss falls from 2.93 to 0.83. Where is it least?",
        "No logit changes its sign, so no answer changes and the accuracy stays at 61.4 %. The probabilities get better: the log loss falls from 2.93 to 0.83.",
      ],
      then: { t: Math.log10(5) },
    },
    handles: [
      slider({
        name: "t",
        label: "Temperature T",
        range: [-0.3, 1.7],
        step: 0.02,
        at: ({ t }, width) => [warmth(width)(t), beside(width)[2] + 240],
        from: (x, _, width) => warmth(width).invert(x),
        words: (t) => `T = ${written(10 ** t)}`,
      }),
    ],
    numbers(state) {
      const { loss, accuracy, ece, bins } = judged(heat(state));
      return { loss, accuracy, ece, points: bins.map((bin) => [bin.said / bin.films, bin.dramas / bin.films]) };
    },
    says(state) {
      const { loss, accuracy, ece } = judged(heat(state));
      return (
        `T = ${written(heat(state))}: log loss ${shown(loss)}, accuracy ${shown(100 * accuracy, 1)} %, ` +
        `calibration error ${shown(ece)}.`
      );
    },
    draw(state, width) {
      const size = square(width);
      const x = scale([0, 1], [48, 48 + size]);
      const y = scale([0, 1], [20 + size, 20]);
      const soft = { "fill-opacity": 0.75 };
      let out = draw.line(x(0), y(0), x(1), y(0), { "stroke-opacity": 0.4 }) + draw.line(x(0), y(0), x(0), y(1), { "stroke-opacity": 0.4 });
      out += draw.line(x(0), y(0), x(1), y(1), { "stroke-dasharray": "2 5", "stroke-width": 2 });
      for (const tick of [0, 0.5, 1]) {
        out += draw.text(x(tick), y(0) + 18, tick, { "text-anchor": "middle", ...soft });
        out += draw.text(x(0) - 8, y(tick) + 5, tick, { "text-anchor": "end", ...soft });
      }
      out += draw.text(x(0), y(0) + 38, `p of drama, T = ${written(heat(state))}`);
      out += draw.text(x(0) + 6, y(1) + 4, "share of dramas");
      const { bins, loss, accuracy } = judged(heat(state));
      const points = bins.map((bin) => [x(bin.said / bin.films), y(bin.dramas / bin.films)]);
      bins.forEach((bin, k) => {
        const [px, py] = points[k];
        out += draw.line(px, py, px, y(bin.said / bin.films), { stroke: color(2), "stroke-width": 2 });
        out += draw.circle(px, py, 3 + 12 * Math.sqrt(bin.films / ALL), { fill: color(1), "fill-opacity": 0.8 });
      });
      out += draw.path(points, { stroke: color(1), "stroke-width": 1.5 });

      const [left, right, top] = beside(width);
      const at = warmth(width);
      const high = scale([0, 6], [top + 140, top + 10]);
      const share = scale([0, 1], [top + 220, top + 170]);
      out += draw.line(left, high(0), right, high(0), { "stroke-opacity": 0.4 });
      out += draw.line(left, high(Math.LN2), right, high(Math.LN2), { "stroke-dasharray": "4 4", "stroke-opacity": 0.6 });
      out += draw.text(right, high(Math.LN2) - 6, "always ½: 0.69", { "text-anchor": "end", ...soft });
      out += draw.line(left, share(0), right, share(0), { "stroke-opacity": 0.4 });
      // What T has passed on its way from 1.
      const passed = Array.from({ length: 41 }, (_, k) => (state.t * k) / 40);
      out += draw.path(passed.map((t) => [at(t), high(judged(10 ** t).loss)]), { stroke: color(2), "stroke-width": 2.5 });
      out += draw.path(passed.map((t) => [at(t), share(accuracy)]), { stroke: color(3), "stroke-width": 2.5 });
      out += draw.circle(at(state.t), high(loss), 5, { fill: color(2) });
      out += draw.circle(at(state.t), share(accuracy), 5, { fill: color(3) });
      out += draw.text(left, top, `log loss ${shown(loss)}`, { fill: color(2) });
      out += draw.text(left, top + 164, `accuracy ${shown(100 * accuracy, 1)} %`, { fill: color(3) });
      out += draw.line(left, top + 240, right, top + 240, { "stroke-opacity": 0.4 });
      out += draw.text(left - 20, top + 245, "T");
      for (const tick of [0.5, 1, 2, 5, 10, 20, 50])
        out += draw.text(at(Math.log10(tick)), top + 272, tick, { "text-anchor": "middle", ...soft });
      return out;
    },
  });
}
