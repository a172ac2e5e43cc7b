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
}
