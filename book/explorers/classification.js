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
}
