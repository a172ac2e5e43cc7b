// Scenarios: what the interviewer says next depends on what was ticked. All texts are taken from the page.

(() => {
  const { html } = room;
  const copy = (element) => [...element.childNodes].map((child) => child.cloneNode(true));
  const button = (text, onclick, attributes = {}) => html("button", { type: "button", onclick, ...attributes }, text);

  function read(turn) {
    const [how, name] = turn.dataset.when.split(" ");
    return {
      ask: turn.querySelector(".b-line"),
      when: (said) => !how || said.has(name) === (how === "said"),
      all: turn.querySelector(".b-all"),
      points: [...turn.querySelectorAll("li[data-point]")].map((item) => ({
        id: item.dataset.point,
        must: item.classList.contains("must"),
        text: item.querySelector(".b-point"),
        link: item.querySelector(".to"),
        missed: item.querySelector(".b-missed"),
      })),
      flags: [...turn.querySelectorAll(".flags > li")].map((item) => ({ text: item.querySelector(".b-flag"), reply: item.querySelector(".b-reply") })),
    };
  }

  function dialogue(place) {
    const source = place.querySelector(".turns");
    const turns = [...source.children].map((turn) => read(turn));
    const talk = html("div", { class: "talk stage" });
    const inside = html("div", { class: "inside" });
    source.before(talk, html("details", { class: "room-fold whole" }, html("summary", {}, "The whole dialogue, with all branches"), inside));
    inside.append(source);
    let asked = [];
    let panel = null;
    let flagged = [];

    const say = (text, cls = "") => {
      const bubble = html("div", { class: `bubble ${cls}`, tabindex: "-1" }, html("span", { class: "speaker" }, "Interviewer: "), html("div", {}, ...copy(text)));
      talk.append(bubble);
      return bubble;
    };
    function offer(...children) {
      panel?.remove();
      panel = html("div", { class: "asked" }, ...children);
      talk.append(panel);
    }
    function to(element) {
      element.focus({ preventScroll: true });
      element.scrollIntoView({ block: "nearest" });
      panel?.scrollIntoView({ block: "nearest" });
    }
    const primary = (text, onclick) => button(text, onclick, { class: "primary" });

    function first() {
      talk.replaceChildren();
      panel = null;
      asked = [];
      flagged = [];
      offer(primary("Start the conversation", () => (offer(), next(0))));
    }

    function next(place) {
      const said = new Set(asked.filter((point) => point.said).map((point) => point.id));
      while (place < turns.length && !turns[place].when(said)) place += 1;
      if (place === turns.length) return end();
      const bubble = say(turns[place].ask);
      offer(html("p", { class: "hint-line" }, "Answer aloud, in a minute or two."), primary("I have answered", () => check(place)));
      to(bubble);
    }

    function box(text, must) {
      const input = html("input", { type: "checkbox" });
      return { input, element: html("li", { class: must ? "must" : "" }, html("label", {}, input, html("span", {}, ...copy(text)))) };
    }

    function check(place) {
      const turn = turns[place];
      const boxes = turn.points.map((point) => ({ point, ...box(point.text, point.must) }));
      const flags = turn.flags.map((flag) => ({ flag, ...box(flag.text) }));
      const list = (some, cls) => html("ul", { class: `checklist ${cls}` }, ...some.map(({ element }) => element));
      const parts = [html("p", { class: "what" }, "Tick what you said. Filled circles have to be in it."), list(boxes, "")];
      if (flags.length) parts.push(html("p", { class: "what" }, "Did you also say one of these?"), list(flags, "flags"));
      offer(...parts, primary("Go on", () => {
        const points = boxes.map(({ point, input }) => ({ ...point, said: input.checked }));
        asked.push(...points);
        const chosen = flags.filter(({ input }) => input.checked).map(({ flag }) => flag);
        flagged.push(...chosen);
        answered(place, points, chosen);
      }));
      boxes[0].input.focus({ preventScroll: true });
      panel.scrollIntoView({ block: "nearest" });
    }

    function answered(place, points, chosen) {
      offer();
      talk.append(html("p", { class: "mine" }, `You: ${points.filter(({ said }) => said).length} of ${points.length} points`));
      const missed = points.filter(({ said, missed }) => !said && missed);
      const lines = [...chosen.map(({ reply }) => reply), ...missed.map((point) => point.missed)];
      if (!points.some(({ said, must }) => must && !said) && turns[place].all) lines.push(turns[place].all);
      const bubbles = lines.map((line) => say(line, "follow"));
      if (!missed.length && !chosen.length) return next(place + 1);
      offer(html("p", { class: "hint-line" }, "Answer that, too."), primary("Go on", () => (offer(), next(place + 1))));
      to(bubbles[0]);
    }

    function end() {
      const level = room.verdict(
        asked.map((point) => point.must),
        asked.map((point) => point.said),
        flagged.length,
      );
      const missing = asked.filter(({ said }) => !said).sort((a, b) => b.must - a.must);
      const item = ({ text, link, must }) => html("li", { class: must ? "must" : "" }, ...copy(text), " ", ...(link ? [link.cloneNode(true)] : []));
      const result = html("p", { class: `result grade ${level}`, tabindex: "-1" }, level);
      offer(result);
      if (missing.length) panel.append(html("p", { class: "what" }, "What was missing:"), html("ul", { class: "points" }, ...missing.map(item)));
      else panel.append(html("p", {}, "Nothing was missing."));
      if (flagged.length) panel.append(html("p", { class: "what" }, "What gave you away:"), html("ul", { class: "flags" }, ...flagged.map(({ text }) => html("li", {}, ...copy(text)))));
      panel.append(primary("Once more", () => (first(), talk.querySelector("button").focus())));
      to(result);
    }

    // Digits tick, Enter goes on.
    talk.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const tick = panel.querySelectorAll("input")[Number(event.key) - 1];
      if (tick && /^[1-9]$/.test(event.key)) tick.click();
      else if (event.key === "Enter" && !event.target.matches("button, a")) panel.querySelector(".primary")?.click();
      else return;
      event.preventDefault();
    });
    first();
  }

  function graded(place) {
    const answers = [...place.querySelectorAll(".given")];
    const given = answers.map(() => null);
    const said = html("p", { role: "status", class: "result" });
    const compare = button("Compare", show, { class: "primary", disabled: true });
    answers.forEach((answer, number) => {
      const head = answer.querySelector("h3").textContent;
      const buttons = ["weak", "fair", "strong"].map((level) => button(level, () => {
        given[number] = level;
        for (const one of buttons) one.setAttribute("aria-pressed", String(one.textContent === level));
        compare.disabled = given.includes(null);
      }, { "aria-pressed": "false" }));
      const fold = answer.querySelector("details");
      fold.hidden = true;
      fold.before(html("div", { class: "bar levels", role: "group", "aria-label": `Your grade of ${head.toLowerCase()}` }, ...buttons));
    });
    answers.at(-1).after(html("div", { class: "bar" }, compare), said);

    function show() {
      const right = answers.filter((answer, number) => answer.dataset.level === given[number]).length;
      answers.forEach((answer, number) => {
        const fold = answer.querySelector("details");
        fold.hidden = false;
        fold.open = true;
        for (const one of answer.querySelectorAll(".levels button")) {
          one.disabled = true;
          one.classList.toggle("right", one.textContent === answer.dataset.level);
          one.classList.toggle("wrong", one.textContent === given[number] && given[number] !== answer.dataset.level);
        }
      });
      compare.remove();
      said.textContent = right === 3 ? "You and the rubric agree on all three." : `You and the rubric agree on ${right} of 3.`;
    }
  }

  document.querySelectorAll(".dialogue").forEach(dialogue);
  document.querySelectorAll(".graded").forEach(graded);
})();
