{
  const { figure, draw, color, scale, shown, slider, point } = Explore;
  const MARGIN = 0.5;
  const POSITIVE = [0.6, 0.8];
  const distance = (a, b = [0, 0]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

  // --- A triplet in the plane

  const unit = (width) => Math.min(width / 5.2, 100); // pixels of a distance of 1
  const place = (width, [x, y]) => [width / 2 + unit(width) * x, 175 - unit(width) * y];
  const power = ({ squared }, d) => (squared ? d * d : d);
  function triplet(state) {
    const near = power(state, distance(POSITIVE));
    const far = power(state, distance(state.negative));
    const loss = Math.max(0, near - far + MARGIN);
    const push = loss > 0 ? (state.squared ? 2 * distance(state.negative) : distance(state.negative) > 0 ? 1 : 0) : 0;
    return { near, far, loss, push };
  }
  function kind({ near, far }) {
    if (far >= near + MARGIN) return "easy";
    return far > near ? "semi-hard" : "hard";
  }

  figure("metric_learning-triplet", {
    about: "An anchor in the middle, a positive at distance 1, and a negative that you can move.",
    start: { negative: [-1.2, 0], squared: false },
    height: () => 350,
    ask: {
      text: "The margin is broken by 0.3 here. Moved next to the anchor, the negative breaks it by 1.4. In which of the two places is it pushed harder?",
      options: ["here", "next to the anchor", "in both alike"],
      right: 2,
      says: [
        "The size of the loss does not enter: where there is a loss, its slope by the distance is 1. Try squared distances.",
        "The size of the loss does not enter: where there is a loss, its slope by the distance is 1. Try squared distances.",
        "Where there is a loss, its slope by the distance is 1. With squared distances it is twice the distance: try it.",
      ],
      then: { negative: [-0.1, 0] },
    },
    switches: [{ name: "squared", label: "squared distances" }],
    handles: [
      point({
        name: "negative",
        label: "The negative, in the plane",
        range: [-2, 2],
        step: 0.1,
        at: ({ negative }, width) => place(width, negative),
        from: (x, y, width) => [(x - width / 2) / unit(width), (175 - y) / unit(width)],
        words: ({ negative }) =>
          `at ${shown(negative[0], 1)}, ${shown(negative[1], 1)}; distance ${shown(distance(negative))}`,
      }),
    ],
    numbers: triplet,
    says(state) {
      const { near, far, loss, push } = triplet(state);
      const words = state.squared ? "squared distance" : "distance";
      return (
        `The ${words} of the positive is ${shown(near)}, of the negative ${shown(far)}: ${kind(triplet(state))}, ` +
        `loss ${shown(loss)}. A step pushes the negative with ${shown(push)}.`
      );
    },
    draw(state, width) {
      const r = unit(width);
      const { near, push } = triplet(state);
      const outer = state.squared ? Math.sqrt(near + MARGIN) : near + MARGIN;
      const [ax, ay] = place(width, [0, 0]);
      const [px, py] = place(width, POSITIVE);
      const [nx, ny] = place(width, state.negative);
      const colors = { hard: color(2), "semi-hard": color(5), easy: color(3) };
      const it = colors[kind(triplet(state))];
      let out = draw.circle(ax, ay, outer * r, { fill: color(5), "fill-opacity": 0.12, stroke: color(5), "stroke-dasharray": "5 4" });
      out += draw.circle(ax, ay, r, { fill: color(2), "fill-opacity": 0.14, stroke: color(1) });
      out += draw.text(ax, ay + 40, "hard", { "text-anchor": "middle", "fill-opacity": 0.8 });
      out += draw.text(ax, ay + r + 17, "semi-hard", { "text-anchor": "middle", "fill-opacity": 0.8 });
      out += draw.text(ax, ay + outer * r + 18, "easy", { "text-anchor": "middle", "fill-opacity": 0.8 });
      out += draw.circle(ax, ay, 6, { fill: "currentColor" }) + draw.text(ax + 9, ay + 17, "anchor");
      out += draw.bar(px - 6, py - 6, 12, 12, { fill: color(1) }) + draw.text(px + 11, py - 3, "positive");
      out += draw.circle(nx, ny, 8, { fill: it });
      out += draw.text(nx + 16, ny - 14, `negative: ${kind(triplet(state))}`, { "font-weight": 600 });
      const length = distance(state.negative);
      if (push > 0 && length > 0) {
        const [u, v] = state.negative.map((x) => x / length);
        out += draw.arrow(nx + 14 * u, ny - 14 * v, nx + (14 + 45 * push) * u, ny - (14 + 45 * push) * v, {
          stroke: it,
          "stroke-width": 3,
        });
      }
      return out;
    },
  });

  // --- Six keys on a circle

  const ANGLES = [40, 62, 130, 200, 250, 290]; // of the keys, from the query; the first is its own
  const cosine = (angle) => Math.cos((angle * Math.PI) / 180);
  const angles = ({ angle }) => [ANGLES[0], angle, ...ANGLES.slice(2)];
  function shares(state) {
    const logits = angles(state).map((angle) => cosine(angle) / state.tau);
    const top = Math.max(...logits);
    const powers = logits.map((value) => Math.exp(value - top));
    const total = powers.reduce((a, b) => a + b);
    const p = powers.map((power) => power / total);
    const negatives = p.slice(1).reduce((a, b) => a + b);
    return { loss: -(logits[0] - top - Math.log(total)), push: p.slice(1).map((value) => value / negatives) };
  }
  const track = (width) => scale([Math.log(0.02), Math.log(2)], [24, width - 24]);
  const center = (width) => [width / 2, 130];
  const onCircle = (width, angle, r = 95) => {
    const turned = ((90 - angle) * Math.PI) / 180;
    const [x, y] = center(width);
    return [x + r * Math.cos(turned), y - r * Math.sin(turned)];
  };

  figure("metric_learning-temperature", {
    about: "A query at the top of a circle, its own key and five others; lines show who is pushed how hard.",
    start: { tau: 0.5, angle: 62 },
    height: () => 340,
    ask: {
      text: "At which temperature do all five negatives take the same share of the push?",
      options: ["at 0.02", "at 1", "at none of these"],
      right: 2,
      says: [
        "At a low temperature the nearest one takes nearly all.",
        "At 1 the shares still differ, as the exponentials of the cosines do.",
        "The higher the temperature, the more alike, but equal only if the cosines are.",
      ],
      then: { tau: 2 },
    },
    handles: [
      slider({
        name: "tau",
        label: "Temperature",
        range: [0.02, 2],
        step: 0.01,
        at: ({ tau }, width) => [track(width)(Math.log(tau)), 302],
        from: (x, _, width) => Math.exp(track(width).invert(x)),
        words: (tau) => `τ = ${shown(tau)}`,
      }),
      slider({
        name: "angle",
        label: "Angle of one negative, in degrees from the query",
        range: [5, 120],
        step: 1,
        at: ({ angle }, width) => onCircle(width, angle),
        from: (x, y, width) => {
          const [cx, cy] = center(width);
          return Math.abs(90 - (Math.atan2(cy - y, x - cx) * 180) / Math.PI);
        },
        words: (angle) => `${Math.round(angle)} degrees, cosine ${shown(cosine(angle))}`,
      }),
    ],
    numbers: shares,
    says(state) {
      const { loss, push } = shares(state);
      return (
        `Temperature ${shown(state.tau)}, loss ${shown(loss)}. The five negatives take ` +
        `${push.map((share) => `${Math.round(100 * share)} %`).join(", ")} of the push; equal shares would be 20 %.`
      );
    },
    draw(state, width) {
      const [cx, cy] = center(width);
      const { loss, push } = shares(state);
      const [qx, qy] = onCircle(width, 0);
      let out = draw.circle(cx, cy, 95, { fill: "none", stroke: "currentColor", "stroke-opacity": 0.4 });
      angles(state).forEach((angle, k) => {
        const [x, y] = onCircle(width, angle);
        const [tx, ty] = onCircle(width, angle, 122);
        if (k === 0) {
          out += draw.circle(x, y, 7, { fill: color(1) });
          out += draw.text(tx, ty + 4, "own key", { "text-anchor": "start" });
        } else {
          out += draw.line(qx, qy, x, y, { stroke: color(2), "stroke-width": 0.5 + 14 * push[k - 1], "stroke-opacity": 0.75 });
          out += draw.bar(x - 7, y - 7, 14, 14, { fill: color(2) });
          out += draw.text(tx, ty + 4, `${Math.round(100 * push[k - 1])} %`, {
            "text-anchor": tx > cx + 30 ? "start" : tx < cx - 30 ? "end" : "middle",
          });
        }
      });
      out += draw.circle(qx, qy, 8, { fill: "currentColor" }) + draw.text(qx, qy - 14, "query", { "text-anchor": "middle" });
      const at = track(width);
      out += draw.line(24, 302, width - 24, 302, { "stroke-opacity": 0.4 });
      for (const tick of [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
        out += draw.text(at(Math.log(tick)), 332, tick, { "text-anchor": "middle", "fill-opacity": 0.75 });
      return out + draw.text(24, 280, `temperature τ = ${shown(state.tau)}, loss ${shown(loss)}`);
    },
  });
}
