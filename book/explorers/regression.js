{
  const { figure, draw, color, scale, shown, slider, point, clamp } = Explore;
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

  // --- The loss is the area under the pull

  const SLOPES = {
    mse: { label: "½ squared", dash: "none", pull: (e) => e },
    mae: { label: "absolute", dash: "7 4", pull: Math.sign },
    huber: { label: "Huber", dash: "9 3 2 3", pull: (e, { delta }) => clamp(e, -delta, delta) },
    quantile: { label: "quantile", dash: "2 3", pull: (e, { q }) => (e > 0 ? 1 - q : e < 0 ? -q : 0) },
  };
  /** The corners of a pull from the error a to b, both on the same side of 0. */
  const corners = (loss, a, b, state) =>
    [a, ...(loss === "huber" ? [-state.delta, state.delta].filter((e) => (e - a) * (e - b) < 0) : []), b].map((e) => [
      e,
      SLOPES[loss].pull(e || 1e-12 * (a + b), state),
    ]);
  const area = (loss, e, state) =>
    sum(corners(loss, 0, e, state).map(([u, p], i, all) => (i ? ((u - all[i - 1][0]) * (p + all[i - 1][1])) / 2 : 0)));
  const error = (width) => scale([-3, 4], [26, width - 14]);
  const up = scale([-3, 4], [256, 18]);
  const deep = scale([0, 8], [456, 322]);

  figure("regression-pull", {
    about: "Above the pulls of four losses over the error, with the area under one of them; below the losses.",
    start: { e: 2, delta: 1, q: 0.9, loss: "huber" },
    height: () => 470,
    ask: {
      text: "The loss is the area under the pull, from 0 to the error. With the cap 1, Huber’s loss is 1.5 at an error of 2. How large is it at 4?",
      options: ["3", "3.5", "6"],
      right: 1,
      says: [
        "From 2 to 4 comes a rectangle of width 2 and height 1, on top of the 1.5: 3.5. Twice the error is more than twice the loss, since the triangle at the start has only half the height.",
        "From 2 to 4 comes a rectangle of width 2 and height 1. Neither twice nor four times: past the cap every further unit of error costs 1.",
        "Four times is what a square gives. Past the cap the area grows by rectangles, here by 2 · 1.",
      ],
      then: { e: 4 },
    },
    choose: "Area under",
    switches: Object.entries(SLOPES).map(([value, { label }]) => ({ name: "loss", value, label })),
    handles: [
      slider({
        name: "e",
        label: "Error",
        range: [-3, 4],
        step: 0.1,
        at: ({ e }, width) => [error(width)(e), 274],
        from: (px, _, width) => error(width).invert(px),
        words: (e) => shown(e, 1),
      }),
      slider({
        name: "delta",
        label: "Cap of Huber, δ",
        range: [0.2, 3],
        step: 0.1,
        at: ({ delta }, width) => [error(width)(delta), up(delta)],
        from: (px, _, width) => error(width).invert(px),
        words: (delta) => shown(delta, 1),
      }),
      slider({
        name: "q",
        label: "Level of the quantile, q",
        range: [0.05, 0.95],
        step: 0.05,
        at: ({ q }, width) => [error(width)(-2.3), up(-q)],
        from: (_, y) => -up.invert(y),
        words: (q) => shown(q),
      }),
    ],
    numbers: (state) =>
      Object.fromEntries(
        Object.keys(SLOPES).map((loss) => [loss, [SLOPES[loss].pull(state.e, state), area(loss, state.e, state)]]),
      ),
    says: (state) =>
      `Error ${shown(state.e, 1)}, δ ${shown(state.delta, 1)}, q ${shown(state.q)}. Pull, and area, which is the loss: ${Object.entries(SLOPES)
        .map(([loss, { label, pull }]) => `${label} ${shown(pull(state.e, state))}, ${shown(area(loss, state.e, state))}`)
        .join("; ")}.`,
    draw(state, width) {
      const x = error(width);
      const { e } = state;
      const place = (axis) => ([u, p]) => [x(u), axis(p)];
      let out = draw.line(x(-3), up(0), x(4), up(0), { "stroke-opacity": 0.4 });
      out += draw.line(x(-3), 274, x(4), 274, { "stroke-opacity": 0.4 });
      out += draw.line(x(-3), deep(0), x(4), deep(0), { "stroke-opacity": 0.4 });
      for (const tick of [-2, 0, 2, 4]) {
        out += draw.text(20, up(tick) + 4, shown(tick, 0), { "text-anchor": "end", "fill-opacity": 0.75 });
        out += draw.text(x(tick), 306, shown(tick, 0), { "text-anchor": "middle", "fill-opacity": 0.75 });
        out += draw.text(20, deep(tick + 4) + 4, tick + 4, { "text-anchor": "end", "fill-opacity": 0.75 });
      }
      out += draw.line(x(e), up(4), x(e), deep(0), { "stroke-opacity": 0.5, "stroke-dasharray": "2 4" });
      const under = [[0, 0], ...corners(state.loss, 0, e, state), [e, 0]].map(place(up));
      out += draw.path(under, { stroke: "none", fill: COLORS[state.loss], "fill-opacity": 0.3 });
      Object.entries(SLOPES).forEach(([loss, { label, dash }], row) => {
        const chosen = loss === state.loss;
        const more = { stroke: COLORS[loss], "stroke-dasharray": dash, "stroke-width": chosen ? 3.5 : 2 };
        for (const end of [-3, 4]) out += draw.path(corners(loss, 0, end, state).map(place(up)), more);
        const points = [];
        for (let k = -40; k <= 40; k++) points.push((k * Math.abs(e)) / 40);
        const curve = points.filter((u) => u >= -3).map((u) => [u, area(loss, u, state)]);
        out += draw.path(curve.map(place(deep)), more);
        out += draw.line(x(-3), 22 + 20 * row, x(-3) + 26, 22 + 20 * row, more);
        out += draw.text(x(-3) + 32, 26 + 20 * row, label, { fill: COLORS[loss], "font-weight": chosen ? 700 : 400 });
      });
      const loss = area(state.loss, e, state);
      out += draw.text(x(0.3), up(-1), `pull ${shown(SLOPES[state.loss].pull(e, state))}`);
      out += draw.text(x(0.3), up(-1.6), `area ${shown(loss)}`, { "font-weight": 700 });
      out += draw.circle(x(e), deep(loss), 6, { fill: COLORS[state.loss] });
      out += draw.text(x(0), deep(7.3), `loss ${shown(loss)}`, { "text-anchor": "middle", "font-weight": 700 });
      out += draw.text(x(state.delta), up(state.delta) - 16, "δ", { "text-anchor": "middle", fill: COLORS.huber });
      out += draw.text(x(-2.3), up(-state.q) + 26, "q", { "text-anchor": "middle", fill: COLORS.quantile });
      out += draw.text(x(e), 256, "error", { "text-anchor": e > 3.5 ? "end" : "middle" });
      return out;
    },
  });

  // --- A line, and one house far out: areas in units of 10 square feet, prices in thousand dollars

  const HOUSES = [[92, 118], [104, 121], [117, 146], [128, 139], [139, 167], [153, 158], [168, 189], [187, 203]];
  const houses = ({ house }) => [...HOUSES, house];
  const line = {
    mse(points) {
      const [mx, my] = [0, 1].map((k) => sum(points.map((point) => point[k])) / points.length);
      const slope = sum(points.map(([u, v]) => (u - mx) * (v - my))) / sum(points.map(([u]) => (u - mx) ** 2));
      return [my - slope * mx, slope];
    },
    mae(points) {
      // one of the best lines goes through two of the points: try all pairs
      let [best, least] = [null, Infinity];
      points.forEach(([x1, y1], i) =>
        points.slice(i + 1).forEach(([x2, y2]) => {
          const slope = (y2 - y1) / (x2 - x1);
          const loss = sum(points.map(([u, v]) => Math.abs(v - y1 - slope * (u - x1))));
          if (x1 !== x2 && loss < least) [best, least] = [[y1 - slope * x1, slope], loss];
        }),
      );
      return best;
    },
    huber(points) {
      // the pulls on the slope fall as it grows, if the intercept balances its own: halve twice
      const halve = (low, high, rest) => {
        for (let i = 0; i < 44; i++) {
          const middle = (low + high) / 2;
          if (rest(middle) > 0) low = middle;
          else high = middle;
        }
        return low;
      };
      const pulls = (c, w, k) => points.reduce((total, [u, v]) => total + (k ? u : 1) * clamp(v - c - w * u, -CAP, CAP), 0);
      const held = (w) => halve(-4000, 4000, (c) => pulls(c, w, 0));
      const slope = halve(-9, 9, (w) => pulls(held(w), w, 1));
      return [held(slope), slope];
    },
  };
  const FITS = { mse: ["MSE", "none"], mae: ["MAE", "7 4"], huber: ["Huber", "9 3 2 3"] };
  const fits = (state) => Object.fromEntries(Object.keys(FITS).map((loss) => [loss, line[loss](houses(state))]));
  const aside = (width) => scale([50, 500], [36, width - 24]);
  const dear = scale([50, 500], [290, 56]);

  figure("regression-line", {
    about: "Nine houses, price over area, and the lines that three losses fit to them.",
    start: { house: [205, 480] },
    height: () => 336,
    ask: {
      text: "The largest house has 2,050 ft² and was sold for 225. It is typed as 480, and MAE’s line stays. Now the price is right and the area is typed as 4,800. What does MAE’s line do?",
      options: ["it stays again", "it tilts, less than that of MSE", "it goes right through the wrong point"],
      right: 2,
      says: [
        "It gives up all eight others for this one. The cap holds for the pull on the prediction; on the slope it is multiplied by the area.",
        "It goes through the wrong point, and lies even flatter than that of MSE. The cap holds for the pull on the prediction; on the slope it is multiplied by the area.",
        "The cap holds for the pull on the prediction; on the slope it is multiplied by the area, and this one outweighs eight.",
      ],
      then: { house: [480, 225] },
    },
    handles: [
      point({
        name: "house",
        label: "The largest house: sideways its area, up and down its price",
        range: [60, 500],
        step: 5,
        at: ({ house }, width) => [aside(width)(house[0]), dear(house[1])],
        from: (px, py, width) => [aside(width).invert(px), dear.invert(py)],
        words: ({ house }) => `${10 * house[0]} square feet, ${house[1]} thousand dollars`,
      }),
    ],
    numbers: fits,
    says: (state) =>
      `Area ${Math.round(10 * state.house[0])} ft², price ${Math.round(state.house[1])} thousand dollars. Slopes in dollars per ft²: ${Object.entries(
        fits(state),
      )
        .map(([loss, [, slope]]) => `${FITS[loss][0]} ${shown(100 * slope, 0)}`)
        .join(", ")}.`,
    draw(state, width) {
      const x = aside(width);
      let out = draw.line(x(50), dear(50), x(500), dear(50), { "stroke-opacity": 0.4 });
      for (const tick of [100, 200, 300, 400, 500])
        out += draw.text(x(tick), 310, `${tick / 100},000`, { "text-anchor": "middle", "fill-opacity": 0.75 }) +
          draw.text(30, dear(tick) + 4, tick, { "text-anchor": "end", "fill-opacity": 0.75 });
      out += draw.text(x(500), 330, "area (ft²)", { "text-anchor": "end", "fill-opacity": 0.75 });
      out += draw.text(4, 14, "slope in $ per ft²", { "fill-opacity": 0.75 });
      out += draw.circle(x(205), dear(225), 6, { fill: "none", stroke: "currentColor", "stroke-dasharray": "2 3" });
      for (const [u, v] of houses(state)) out += draw.circle(x(u), dear(v), 6, { fill: "currentColor", "fill-opacity": 0.6 });
      Object.entries(fits(state)).forEach(([loss, [c, slope]], k) => {
        const more = { stroke: COLORS[loss], "stroke-width": 2.5, "stroke-dasharray": FITS[loss][1] };
        // from edge to edge of the picture
        const [first, last] = [50, 500].map((v) => (v - c) / slope).sort((a, b) => a - b);
        const ends = [Math.max(50, first), Math.min(500, last)];
        out += draw.path(ends.map((u) => [x(u), dear(c + slope * u)]), more);
        const left = 4 + (k * (width - 20)) / 3;
        out += draw.line(left, 32, left + 18, 32, more);
        out += draw.text(left + 23, 36, `${FITS[loss][0]} ${shown(100 * slope, 0)}`, { fill: COLORS[loss], "font-weight": 600 });
      });
      return out;
    },
  });
}
