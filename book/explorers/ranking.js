{
  const { figure, draw, color, scale, shown, slider } = Explore;
  const DOCUMENTS = ["A", "B", "C"];
  const RELEVANCE = [2, 1, 0];
  const GAIN = RELEVANCE.map((relevance) => 2 ** relevance - 1);
  const scores = ({ a, b, c }) => [a, b, c];
  const discount = (place) => 1 / Math.log2(1 + place);
  const worth = (discounts) => GAIN.reduce((sum, gain, k) => sum + gain * discounts[k], 0);
  const BEST = worth([1, 2, 3].map(discount));

  /** The discount of each document; documents with the same score share those of their places. */
  const discounts = (row) =>
    row.map((score) => {
      const before = row.filter((other) => other > score).length;
      const tied = row.filter((other) => other === score).length;
      let sum = 0;
      for (let place = before + 1; place <= before + tied; place++) sum += discount(place);
      return sum / tied;
    });
  const numbers = (state) => ({
    error: scores(state).reduce((sum, score, k) => sum + (score - RELEVANCE[k]) ** 2, 0) / 3,
    ndcg: worth(discounts(scores(state))) / BEST,
  });
  const order = (state) => {
    const row = scores(state);
    return [0, 1, 2].sort((i, j) => row[j] - row[i]);
  };
  const joined = (state) =>
    order(state)
      .map((k, place, all) => (place && scores(state)[k] === scores(state)[all[place - 1]] ? "= " : "") + DOCUMENTS[k])
      .join(" ");
  const x = (width) => scale([0, 2], [30, width - 30]);
  const row = (k) => 32 + 48 * k;

  figure("ranking-order", {
    about: "Three documents with scores that you can move, each with a mark at its relevance; below, the squared error and NDCG.",
    start: { a: 0.9, b: 0.5, c: 0.1 },
    height: () => 316,
    ask: {
      text: "The order A B C is perfect: NDCG is 1. Now the squared error falls to less than half. What can happen to NDCG?",
      options: ["it has to stay at 1", "it can fall", "it rises"],
      right: 1,
      says: [
        "It can stay, or fall: A and B come nearer to their relevances, and change places.",
        "A and B come nearer to their relevances, and change places.",
        "NDCG is never above 1. It can fall: A and B come nearer to their relevances, and change places.",
      ],
      then: { a: 1.4, b: 1.5, c: 0 },
    },
    handles: ["a", "b", "c"].map((name, k) =>
      slider({
        name,
        label: `Score of ${DOCUMENTS[k]}, relevance ${RELEVANCE[k]}`,
        range: [0, 2],
        step: 0.1,
        at: (state, width) => [x(width)(state[name]), row(k)],
        from: (px, _, width) => x(width).invert(px),
        words: (value) => shown(value, 1),
      }),
    ),
    numbers,
    says(state) {
      const { error, ndcg } = numbers(state);
      return (
        `Scores ${scores(state).map((score) => shown(score, 1)).join(", ")}: ` +
        `squared error ${shown(error, 3)}, order ${joined(state)}, NDCG ${shown(ndcg, 3)}.`
      );
    },
    draw(state, width) {
      const at = x(width);
      let out = "";
      scores(state).forEach((score, k) => {
        const y = row(k);
        out += draw.line(at(0), y, at(2), y, { "stroke-opacity": 0.25 });
        out += draw.line(at(score), y, at(RELEVANCE[k]), y, { stroke: color(2), "stroke-width": 4 });
        out += draw.line(at(RELEVANCE[k]), y - 11, at(RELEVANCE[k]), y + 11, { "stroke-width": 3 });
        out += draw.text(4, y + 5, DOCUMENTS[k], { "font-weight": 600 });
      });
      for (const tick of [0, 1, 2]) out += draw.text(at(tick), 172, tick, { "text-anchor": "middle", "fill-opacity": 0.75 });
      out += draw.text(at(0.5), 172, "score", { "text-anchor": "middle", "fill-opacity": 0.75 });
      const { error, ndcg } = numbers(state);
      const full = scale([0, 1], [4, width - 4]);
      [
        [`squared error ${shown(error, 3)}`, error / 3, color(2)],
        [`NDCG ${shown(ndcg, 3)}, order ${joined(state)}`, ndcg, color(1)],
      ].forEach(([words, part, fill], k) => {
        const y = 218 + 54 * k;
        out += draw.text(4, y - 8, words, { fill });
        out += draw.bar(4, y, width - 8, 22, { "fill-opacity": 0.08 });
        out += draw.bar(4, y, full(part) - 4, 22, { fill, "fill-opacity": 0.75 });
      });
      return out;
    },
  });
}
