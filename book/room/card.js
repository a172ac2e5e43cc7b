// One card: it is asked, answered, told, graded. `room.card(id, card)` returns {element, done, key}: `done` is a
// promise of {grade, confidence, ms}, and `key(event)` answers by keyboard.

(() => {
  const { html } = room;
  const SURE = [50, 70, 90, 99];
  const GRADES = ["again", "hard", "good", "easy"];
  const LABELS = {
    recall: "Recall",
    number: "A number",
    flaw: "Right, imprecise or wrong?",
    choice: "A choice",
    log: "What happened?",
    order: "Put in order",
    sketch: "Draw it",
    say: "Say it aloud",
  };

  const any = (list) => list[Math.floor(Math.random() * list.length)];
  const block = (inner, tag = "p") => html(tag, { inner });
  const short = (value) => String(Number(value.toPrecision(4))).replace("-", "−");

  function toNumber(text) {
    const [above, below = "1", more] = text.trim().replace(/\u2212/g, "-").replace(",", ".").split("/");
    return above === "" || below === "" || more !== undefined ? NaN : Number(above) / Number(below);
  }

  function shuffled(list) {
    const left = [...list];
    for (let i = left.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [left[i], left[j]] = [left[j], left[i]];
    }
    return left;
  }

  // One of several buttons is pressed; letters are their keys.
  function pick(labels, changed) {
    const buttons = labels.map((label, number) =>
      html("button", { type: "button", "aria-pressed": "false", onclick: () => press(number) }, html("kbd", { "aria-hidden": "true" }, "abcd"[number]), html("span", { inner: label })),
    );
    let pressed = null;
    function press(number) {
      pressed = number;
      buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === number)));
      changed();
    }
    return { element: html("div", { class: "picks" }, ...buttons), buttons, press, value: () => pressed };
  }

  function marked(buttons, right, given) {
    buttons[right].classList.add("right");
    if (given !== right) buttons[given].classList.add("wrong");
  }

  // Each kind: what it asks, its controls, whether it is answered (else what is missing), and what it tells.
  const kinds = {
    recall: (card) => ({
      ask: card.ask,
      hint: "Answer in your head, then say how sure you are.",
      tell: () => ({ says: [block(card.answer, "div")] }),
    }),

    number(card) {
      const [settings, [answer, tolerance], wrong] = any(card.variants);
      const fill = (text) => settings.reduce((left, value, place) => left.replaceAll(String(770001 + place), value), text);
      const field = html("input", { inputmode: "decimal", autocomplete: "off", "aria-label": "Your answer, a number" });
      return {
        ask: fill(card.ask),
        controls: [field],
        missing: () => (Number.isNaN(toNumber(field.value)) ? "Write a number, such as 0.25, -3 or 1/4." : ""),
        tell() {
          const given = toNumber(field.value);
          if (Math.abs(given - answer) <= tolerance) return { right: true, says: [block(fill(card.right))] };
          const known = wrong.findIndex(([value, width]) => Math.abs(given - value) <= width);
          const says = known === -1 ? card.else : card.says[known];
          return { right: false, says: [block(fill(says)), html("p", {}, "It is ", html("b", {}, short(answer)), ". ", html("span", { inner: fill(card.right) }))] };
        },
      };
    },

    flaw(card, changed) {
      const verdicts = ["right", "imprecise", "wrong"];
      const picks = pick(verdicts, changed);
      return {
        ask: card.ask,
        controls: [picks.element],
        missing: () => (picks.value() === null ? "Right, imprecise or wrong?" : ""),
        key: picks,
        tell() {
          const right = verdicts.indexOf(card.verdict);
          marked(picks.buttons, right, picks.value());
          return { right: picks.value() === right, says: [block(card.truth), html("p", { class: "see" }, "Shown in ", html("span", { inner: card.shown }))] };
        },
      };
    },

    choice(card, changed) {
      const picks = pick(card.choice, changed);
      return {
        ask: card.ask,
        controls: [picks.element],
        missing: () => (picks.value() === null ? "Choose one first." : ""),
        key: picks,
        tell() {
          const given = picks.value();
          marked(picks.buttons, card.right, given);
          const says = [block(card.says[given])];
          if (given !== card.right) says.push(block(card.says[card.right]));
          return { right: given === card.right, says };
        },
      };
    },

    order(card) {
      const places = card.item.map((_, place) => place);
      let mixed = shuffled(places);
      if (mixed.every((value, place) => value === place)) mixed = mixed.reverse();
      const list = html("ol", { class: "sorting" });
      function draw(focused, way) {
        list.replaceChildren(
          ...mixed.map((item, place) => {
            const move = (by, label) =>
              html("button", { type: "button", "aria-label": label, disabled: place + by < 0 || place + by >= mixed.length, "data-way": by, onclick: () => swap(place, by) }, by < 0 ? "↑" : "↓");
            const text = html("span", { inner: card.item[item] });
            return html("li", { "data-item": item }, text, move(-1, `${text.textContent}: up`), move(1, `${text.textContent}: down`));
          }),
        );
        if (focused === undefined) return;
        const buttons = [...list.querySelector(`[data-item="${focused}"]`).querySelectorAll("button:not(:disabled)")];
        (buttons.find((button) => Number(button.dataset.way) === way) ?? buttons[0]).focus();
      }
      function swap(place, by) {
        [mixed[place], mixed[place + by]] = [mixed[place + by], mixed[place]];
        draw(mixed[place + by], by);
      }
      draw();
      return {
        ask: card.ask,
        controls: [list],
        tell() {
          const inversions = mixed.flatMap((a, i) => mixed.slice(i + 1).filter((b) => b < a)).length;
          const right = html("ol", {}, ...card.item.map((text) => block(text, "li")));
          const says = inversions ? [html("p", {}, inversions === 1 ? "Two neighbors are swapped. The order is:" : "The order is:"), right] : [html("p", {}, "This is the order.")];
          return { right: inversions === 0, grade: inversions === 0 ? 3 : inversions === 1 ? 2 : 1, says };
        },
      };
    },

    sketch(card) {
      const top = 1.25 * Math.max(...card.slopes.map(Math.abs));
      const values = card.at.map(() => 0);
      const picture = html("div", { class: "sketch" });
      const x = (place) => 30 + (place * 240) / (card.at.length - 1);
      const y = (value) => 70 - (value / top) * 60;
      const line = (points, cls) => `<polyline class="${cls}" points="${points.map((value, place) => `${x(place)},${y(value)}`).join(" ")}"/>`;
      function draw(truth = "") {
        const dots = values.map((value, place) => `<circle cx="${x(place)}" cy="${y(value)}" r="4"/>`).join("");
        const labels = card.at.map((at, place) => `<text x="${x(place)}" y="148">${short(at)}</text>`).join("");
        const said = values.map((value, place) => `${short(value)} at ${short(card.at[place])}`).join(", ");
        picture.innerHTML = `<svg viewBox="0 0 300 152" role="img" aria-label="Your curve: ${said}"><path class="axis" d="M20 70H280M30 8V132"/>${truth}${line(values, "mine")}${dots}${labels}</svg>`;
      }
      const fields = card.at.map((at, place) =>
        html("label", {}, `at ${short(at)}`, html("input", {
          type: "range", min: -top, max: top, step: top / 20, value: 0,
          oninput: (event) => {
            values[place] = Number(event.target.value);
            event.target.setAttribute("aria-valuetext", short(values[place]));
            draw();
          },
        })),
      );
      draw();
      return {
        ask: card.ask,
        controls: [picture, html("div", { class: "handles" }, ...fields)],
        tell() {
          const off = Math.max(...values.map((value, place) => Math.abs(value - card.slopes[place]))) / top;
          draw(line(card.slopes, "truth"));
          const rows = card.at.map((at, place) => `${short(card.slopes[place])} at ${short(at)}`).join(", ");
          const says = [block(card.says[0], "div"), html("p", {}, `It is ${rows}.`)];
          return { right: off <= 0.25, grade: off <= 0.12 ? 3 : off <= 0.25 ? 2 : 1, says };
        },
      };
    },

    say(card, changed, question) {
      const clock = html("button", { type: "button", class: "clock", onclick: () => start() }, `Start the clock: ${question.seconds} seconds`);
      let timer = null;
      function start() {
        clearInterval(timer);
        const end = Date.now() + question.seconds * 1000;
        const tick = () => {
          const left = Math.ceil((end - Date.now()) / 1000);
          clock.textContent = left > 0 ? `${left} seconds left` : "Time is up";
          if (left <= 0 || !clock.isConnected) clearInterval(timer);
        };
        timer = setInterval(tick, 250);
        tick();
      }
      return {
        ask: any([question.ask, ...(question.also ?? [])]),
        hint: "Speak. Then say how sure you are that nothing is missing.",
        controls: [clock],
        tell() {
          clearInterval(timer);
          clock.disabled = true;
          const boxes = question.point.map((point, place) => {
            const box = html("input", { type: "checkbox", onchange: () => changed(suggested()) });
            return { box, element: html("li", { class: question.must[place] ? "must" : "" }, html("label", {}, box, html("span", { inner: point }))), place };
          });
          function suggested() {
            const musts = boxes.filter(({ place }) => question.must[place]);
            const rest = boxes.filter(({ place }) => !question.must[place]);
            const said = (some) => some.filter(({ box }) => box.checked).length;
            if (said(musts) < musts.length) return 1;
            return said(rest) * 2 >= rest.length ? 3 : 2;
          }
          const missed = () => boxes.filter(({ box, place }) => !box.checked && question.cards[place]).map(({ place }) => `${card.question}-${question.ids[place]}`);
          const says = [html("p", { class: "what" }, "A good answer:"), block(question.answer, "div"), html("p", { class: "what" }, "Tick what you said. Filled circles have to be in it."), html("ul", { class: "checklist" }, ...boxes.map((one) => one.element))];
          if (question.usual) says.push(html("p", { class: "see" }, html("b", {}, "Usual, and "), html("span", { class: `verdict ${question.verdict}` }, question.verdict), " ", html("span", { inner: question.usual })), block(question.truth));
          return { says, grade: 1, missed };
        },
      };
    },
  };
  kinds.log = kinds.choice;

  room.card = (id, card, { question, before, after = () => "" } = {}) => {
    const started = Date.now();
    const place = room.html("p", { class: "see" });
    const [page, anchor] = card.chapter.split("#");
    let confidence = null;
    let finish;
    let told = null;
    const done = new Promise((resolve) => (finish = resolve));
    const status = html("div", { class: "told", role: "status" });
    const grades = html("div", { class: "grades", role: "group", "aria-label": "How did it go?" });
    const kind = kinds[card.kind](card, (grade) => {
      if (told) suggest(grade);
      else status.replaceChildren();
    }, question);

    const sure = SURE.map((percent, number) => html("button", { type: "button", onclick: () => reveal(percent) }, html("kbd", { "aria-hidden": "true" }, String(number + 1)), `${percent}\u00a0%`));
    const sureGroup = html("div", { class: "sure", role: "group", "aria-label": "How sure are you?" }, html("p", { class: "what" }, "How sure are you?"), ...sure);
    const ask = html("div", { class: "ask", inner: kind.ask });
    const element = html("div", { class: "asked", tabindex: "-1", "data-card": id }, html("p", { class: "kind" }, LABELS[card.kind], before ? ` · ${before}` : ""), ask);
    if (kind.hint) element.append(html("p", { class: "hint-line" }, kind.hint));
    element.append(...(kind.controls ?? []), sureGroup, status, grades, place);

    function reveal(percent) {
      const missing = kind.missing?.();
      if (missing) {
        status.replaceChildren(html("p", {}, missing));
        return;
      }
      confidence = percent;
      const ms = Math.min(Date.now() - started, 600_000);
      told = { ms, ...kind.tell() };
      sureGroup.remove();
      for (const control of element.querySelectorAll(".picks button, .sorting button, .asked > input, .handles input")) control.disabled = true;
      const verdict = told.right === undefined ? [] : [html("p", { class: `result ${told.right ? "right" : "wrong"}` }, told.right ? "Right." : told.grade === 2 ? "Nearly." : "No.")];
      status.replaceChildren(...verdict, ...told.says);
      place.replaceChildren(html("a", { href: `${page}.html#${anchor}` }, "Read it in the chapter"));
      // What was wrong is asked again; what was right may have been hard or easy.
      const offered = told.right === false && told.grade !== 2 ? [1] : told.right || told.grade === 2 ? [2, 3, 4] : [1, 2, 3, 4];
      grades.replaceChildren(...offered.map((grade) => html("button", { type: "button", "data-grade": grade, onclick: () => end(grade) }, html("kbd", { "aria-hidden": "true" }, String(grade)), offered.length === 1 ? "Ask me again" : GRADES[grade - 1], html("small", {}, after(grade)))));
      suggest(told.grade ?? (told.right === false ? 1 : 3));
      element.scrollIntoView({ block: "nearest" });
      element.focus({ preventScroll: true });
    }

    function suggest(grade) {
      for (const button of grades.children) button.classList.toggle("suggested", Number(button.dataset.grade) === grade);
    }

    function end(grade) {
      finish({ grade, confidence, ms: told.ms, missed: grade < 3 ? (told.missed?.() ?? []) : [] });
    }

    // 1 to 4: how sure, then how it went; a to d: a choice; Enter: what is suggested.
    function key(event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const inField = event.target.matches("input:not([type=range], [type=checkbox]), select, textarea");
      if (inField) {
        if (event.key === "Enter" && event.target.closest(".asked") === element && !told) {
          event.preventDefault();
          if (kind.missing?.()) status.replaceChildren(html("p", {}, kind.missing()));
          else sure[2].focus();
        }
        return;
      }
      const number = "1234".indexOf(event.key);
      const letter = "abcd".indexOf(event.key);
      if (number !== -1 && event.key.length === 1) {
        event.preventDefault();
        if (!told) reveal(SURE[number]);
        else [...grades.children].find((button) => button.dataset.grade === event.key)?.click();
      } else if (letter !== -1 && event.key.length === 1 && !told && kind.key?.buttons[letter]) {
        event.preventDefault();
        kind.key.press(letter);
      } else if (event.key === "Enter" && told && !event.target.matches("button, a, summary, input")) {
        event.preventDefault();
        grades.querySelector(".suggested")?.click();
      }
    }
    return { element, done, key };
  };
})();
