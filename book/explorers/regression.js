{
  const { figure, draw, color, scale, shown, slider, clamp } = Explore;
  const FIXED = [120, 140, 150, 165, 180, 200, 230, 280];
  const CAP = 50;
  const Q = 0.9;
  const LOSSES = { mse: "mean", mae: "median", huber: "Huber", quantile: "0.9 quantile" };
  const COLORS = { mse: color(1), mae: color(2), huber: color(3), quantile: color(4) };
  const pull = {
    mse: (c, y) => y - c,
    mae: (c, y) => Math.sign(y - c),
    huber: (c, y) => clamp(y - c, -CAP, CAP),
    quantile: (c, y) => (y > c ? Q : y < c ? Q - 1 : 0),
  };
  const sum = (list) => list.reduce((a, b) => a + b, 0);

  function answer(loss, prices) {
    const sorted = [...prices].sort((a, b) => a - b);
    if (loss === "mse") return sum(sorted) / sorted.length;
    if (loss === "mae") return sorted[4];
    if (loss === "quantile") return sorted[8];
    let [low, high] = [sorted[0], sorted[8]]; // the pulls fall as c grows: halve
    for (let i = 0; i < 60; i++) {
      const c = (low + high) / 2;
      if (sum(prices.map((y) => pull.huber(c, y))) > 0) low = c;
      else high = c;
    }
    return low;
  }

  const x = (width) => scale([100, 1000], [14, width - 20]);
  const prices = ({ price }) => [...FIXED, price];

  figure("regression-street", {
    about: "Nine prices on a line, the answers of four losses, and the pulls on one of them.",
    start: { price: 390, loss: "mse" },
    height: () => 224,
    ask: {
      text: "The dearest house is typed as 930 instead of 390. Which of the four answers moves by all 540?",
      options: ["mean", "Huber", "0.9 quantile", "none"],
      right: 2,
      says: [
        "It moves by 60: eight other houses hold it back.",
        "It does not move at all. The house pulled with the cap of 50 before, and cannot pull harder.",
        "With nine houses the dearest one is the 0.9 quantile. Its pull is capped, and still the answer goes where it goes.",
        "One does: with nine houses the dearest one is the 0.9 quantile, and takes it along.",
      ],
      then: { price: 930, loss: "quantile" },
    },
    choose: "Pulls on the",
    switches: Object.entries(LOSSES).map(([value, label]) => ({ name: "loss", value, label })),
    handles: [
      slider({
        name: "price",
        label: "Price of the dearest house, in thousand dollars",
        range: [290, 1000],
        step: 10,
        at: ({ price }, width) => [x(width)(price), 96],
        from: (px, _, width) => x(width).invert(px),
        words: (price) => `${Math.round(price)} thousand dollars`,
      }),
    ],
    numbers: (state) => Object.fromEntries(Object.keys(LOSSES).map((loss) => [loss, answer(loss, prices(state))])),
    says: (state) =>
      `The dearest house costs ${Math.round(state.price)}. ${Object.entries(LOSSES)
        .map(([loss, name]) => `${name} ${Math.round(answer(loss, prices(state)))}`)
        .join(", ")}.`,
    draw(state, width) {
      const at = x(width);
      const all = prices(state);
      let out = draw.line(at(100), 96, at(1000), 96, { "stroke-opacity": 0.4 });
      for (const tick of [200, 400, 600, 800, 1000])
        out += draw.text(at(tick), 128, tick, { "text-anchor": "middle", "fill-opacity": 0.75 });
      for (const y of FIXED) out += draw.circle(at(y), 96, 6, { fill: "currentColor", "fill-opacity": 0.6 });
      out += draw.circle(at(state.price), 96, 6, { fill: "currentColor" });
      // the answers from right to left, a label that would run into the one before it a row higher
      const starts = [];
      const order = Object.keys(LOSSES).sort((a, b) => answer(b, all) - answer(a, all));
      for (const loss of order) {
        const c = answer(loss, all);
        const label = `${LOSSES[loss]} ${Math.round(c)}`;
        const room = 7.6 * label.length + 8;
        const left = Math.min(at(c) - 2, width - room);
        let row = 0;
        while (starts[row] < left + room) row += 1;
        starts[row] = left;
        const top = 76 - 18 * row;
        const chosen = loss === state.loss;
        out += draw.line(at(c), top + 4, at(c), 106, { stroke: COLORS[loss], "stroke-width": chosen ? 4 : 2 });
        out += draw.text(left, top, label, { fill: COLORS[loss], "font-weight": chosen ? 700 : 400 });
      }
      // the pulls on the chosen answer, laid end to end to both sides
      const c = answer(state.loss, all);
      const pulls = all.map((y) => pull[state.loss](c, y));
      const middle = width / 2;
      const sides = [-1, 1].map((sign) => pulls.map((p, i) => [p * sign, i === 8]).filter(([p]) => p > 1e-9));
      const rest = -sum(pulls); // what a house exactly on the answer has to hold
      if (Math.abs(rest) > 1e-6) sides[rest < 0 ? 0 : 1].push([Math.abs(rest), state.price === c, "held"]);
      const wide = (middle - 10) / Math.max(...sides.map((side) => sum(side.map(([p]) => p))));
      sides.forEach((side, k) => {
        let place = middle;
        for (const [p, dearest, held] of side) {
          const w = p * wide;
          out += draw.bar(k ? place : place - w, 182, w - 2, 28, {
            rx: 3,
            fill: COLORS[state.loss],
            "fill-opacity": dearest ? 1 : 0.45,
            ...(held ? { stroke: "currentColor", "stroke-dasharray": "3 3" } : {}),
          });
          place += k ? w : -w;
        }
        out += draw.text(middle + (k ? 6 : -6), 172, k ? "pulled up →" : "← pulled down", {
          "text-anchor": k ? "start" : "end",
          "fill-opacity": 0.75,
        });
      });
      return out + draw.line(middle, 158, middle, 218);
    },
  });
}
