{
  const { figure, draw, color, scale, clamp, shown, slider, point } = Explore;
  const POSITIVE = [[2, 6], [6, 3], [4, 6], [6.5, 5], [7.5, 3.5], [7, 6]];
  const NEGATIVE = [[2, 1], [0.7, 1.1], [1, 0.4], [2.6, 0.2], [0.4, 2], [3.4, -0.5]];
  const sides = [...POSITIVE, 0].map(() => 1).concat([...NEGATIVE, 0].map(() => -1));
  const points = ({ a, b }) => [...POSITIVE, a, ...NEGATIVE, b];
  const dot = ([a, b], [c, d]) => a * c + b * d;

  /** The soft margin by its dual: of all pairs, move the one that violates its conditions most, until none does. */
  function machine(xs, ys, C) {
    const coefficients = xs.map(() => 0);
    const slopes = ys.map((y) => y); // −y times the slope of the dual
    let [high, low] = [];
    for (let step = 0; step < 1e5; step++) {
      let [i, j] = [-1, -1];
      ys.forEach((y, k) => {
        if ((y > 0 ? coefficients[k] < C : coefficients[k] > 0) && !(slopes[k] <= slopes[i])) i = k;
        if ((y > 0 ? coefficients[k] > 0 : coefficients[k] < C) && !(slopes[k] >= slopes[j])) j = k;
      });
      [high, low] = [slopes[i], slopes[j]];
      if (high - low < 1e-10) break;
      const apart = [xs[i][0] - xs[j][0], xs[i][1] - xs[j][1]];
      const room = (k, sign) => (sign > 0 ? C - coefficients[k] : coefficients[k]);
      const move = Math.min((high - low) / (dot(apart, apart) || 1e-12), room(i, ys[i]), room(j, -ys[j]));
      for (const [k, sign] of [[i, ys[i]], [j, -ys[j]]]) {
        const next = coefficients[k] + sign * move;
        coefficients[k] = next < 1e-12 * C ? 0 : next > (1 - 1e-12) * C ? C : next; // at a bound exactly
      }
      xs.forEach((x, k) => (slopes[k] -= move * dot(x, apart)));
    }
    const w = [0, 1].map((k) => xs.reduce((total, x, i) => total + coefficients[i] * ys[i] * x[k], 0));
    return { w, b: (high + low) / 2, may: [high, low], held: coefficients.map((one) => one > 1e-7 * C) };
  }

  function fit(state) {
    const [xs, C] = [points(state), 10 ** state.c];
    const all = machine(xs, sides, C);
    if (!state.alone) return all;
    const only = (list) => list.filter((_, k) => all.held[k]);
    const alone = machine(only(xs), only(sides), C);
    // where every coefficient is 0 or C, the offset has room, and more of it now: it stays while it may
    return { ...alone, b: clamp(all.b, ...alone.may), held: all.held };
  }
  const wide = ({ w }) => 2 / Math.hypot(...w);
  const among = ({ held }) => held.filter(Boolean).length;

  const unit = (width) => Math.min(46, (width - 16) / 8.6);
  const across = (width) => scale([0, 1], [width / 2 - 3.8 * unit(width), width / 2 - 2.8 * unit(width)]);
  const up = (width) => scale([0, 1], [6.9 * unit(width) + 8, 5.9 * unit(width) + 8]);
  const FRAME = [[-0.5, -1.1], [8.1, -1.1], [8.1, 6.9], [-0.5, 6.9]];
  const below = (width) => 8 * unit(width) + 44;
  const track = (width) => scale([-2, 1], [44, width - 24]);
  /** The part of a polygon where a linear function is not negative. */
  const cut = (polygon, f) =>
    polygon.flatMap((p, k) => {
      const q = polygon[(k + 1) % polygon.length];
      const [s, t] = [f(p), f(q)];
      const crossing = s < 0 !== t < 0 ? [[0, 1].map((i) => p[i] + (s / (s - t)) * (q[i] - p[i]))] : [];
      return [...(s < 0 ? [] : [p]), ...crossing];
    });

  figure("margin-vectors", {
    about: "Two classes of seven points, the line of a soft margin between them, and the edges of its street.",
    start: { a: [1, 4], b: [3.5, 4], c: 0, alone: false, ringed: false },
    height: (width) => below(width) + 56,
    ask: {
      text: "A soft margin with C = 1: one point stands inside the street, one on the wrong side. Which points could you delete, all at once, without moving the line?",
      options: ["all but those on the edges", "all beyond the edges, on their own side", "the one on the wrong side"],
      right: 1,
      says: [
        "The two inside and on the wrong side pull as well, each with its full C. Without them the line turns by 51 degrees.",
        "Their coefficients are 0. The line is that of the four others alone.",
        "It pulls with its full C. Without it the line turns by 12 degrees. The ten beyond the edges do not pull.",
      ],
      then: { alone: true, ringed: true },
    },
    switches: [{ name: "alone", label: "support vectors only" }],
    handles: [
      ...["a", "b"].map((name) =>
        point({
          name,
          label: `A point of class ${name === "a" ? "+1" : "−1"}`,
          range: [-0.5, 6.5],
          step: 0.1,
          at: (state, width) => [across(width)(state[name][0]), up(width)(state[name][1])],
          from: (px, py, width) => [across(width).invert(px), up(width).invert(py)],
          words: (state) => `at ${state[name].map((one) => shown(one, 1)).join(", ")}`,
        }),
      ),
      slider({
        name: "c",
        label: "C, the price of a loss",
        range: [-2, 1],
        step: 0.1,
        at: ({ c }, width) => [track(width)(c), below(width)],
        from: (px, _, width) => track(width).invert(px),
        words: (c) => `C is ${(10 ** c).toPrecision(2)}`,
      }),
    ],
    numbers(state) {
      const { w, b, ...rest } = fit(state);
      return { w, b, wide: wide({ w }), among: among(rest) };
    },
    says(state) {
      const found = fit(state);
      return `C ${(10 ** state.c).toPrecision(2)}: w (${found.w.map((one) => shown(one, 3)).join(", ")}), b ${shown(found.b, 3)}, a street ${shown(wide(found))} wide${
        state.ringed ? `, held by ${among(found)} of 14 points` : ""
      }.`;
    },
    draw(state, width) {
      const [x, y] = [across(width), up(width)];
      const found = fit(state);
      const score = (p) => dot(found.w, p) + found.b;
      const place = ([u, v]) => [x(u), y(v)];
      const street = cut(cut(FRAME, (p) => 1 - score(p)), (p) => 1 + score(p)).map(place);
      let out = street.length ? draw.path(street, { fill: color(6), stroke: "none", "fill-opacity": 0.18 }) : "";
      for (const level of [-1, 0, 1]) {
        const ends = cut(FRAME, (p) => score(p) - level).filter((p) => Math.abs(score(p) - level) < 1e-6);
        if (ends.length > 1)
          out += draw.path(ends.map(place), { stroke: color(6), "stroke-width": level ? 1.5 : 3, "stroke-dasharray": level ? "6 4" : "none" });
      }
      points(state).forEach((p, k) => {
        const [px, py] = place(p);
        const more = { fill: color(sides[k] > 0 ? 1 : 2), "fill-opacity": state.alone && !found.held[k] ? 0.2 : 1 };
        const r = k % 7 === 6 ? 9 : 6; // a handle lies on the last of each class
        out += sides[k] > 0 ? draw.circle(px, py, r, more) : draw.bar(px - r, py - r, 2 * r, 2 * r, more);
        if (state.ringed && found.held[k])
          out += draw.circle(px, py, 15, { fill: "none", stroke: "currentColor", "stroke-width": 2 });
      });
      out += draw.text(x(8), y(4.2), "class +1", { fill: color(1), "text-anchor": "end" });
      out += draw.text(x(-0.3), y(-0.7), "class −1", { fill: color(2) });
      out += draw.text(x(8), y(-0.7), `${shown(wide(found))} wide`, { "text-anchor": "end", "font-weight": 600 });
      out += draw.line(44, below(width), width - 24, below(width), { "stroke-opacity": 0.4 });
      out += draw.text(16, below(width) + 5, "C");
      for (const tick of [-2, -1, 0, 1])
        out += draw.text(track(width)(tick), below(width) + 34, 10 ** tick, { "text-anchor": "middle", "fill-opacity": 0.75 });
      return out;
    },
  });
}
