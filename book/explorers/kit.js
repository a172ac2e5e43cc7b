"use strict";
// The kit of the figures that answer. A figure is a description: the state it starts in, how a state is drawn,
// what it says in words, which numbers it shows, which handles the reader may move, and what is asked first.
// Drawing returns SVG as text, so that the same code draws the start state while the site is built.

const Explore = (() => {
  const figures = {};

  // --- Drawing

  const escape = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const tag = (name, attributes, inside = "") =>
    `<${name}${Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${escape(typeof value === "number" ? Math.round(value * 10) / 10 : value)}"`)
      .join("")}>${inside}</${name}>`;
  const draw = {
    tag,
    line: (x1, y1, x2, y2, more = {}) => tag("line", { x1, y1, x2, y2, stroke: "currentColor", ...more }),
    circle: (cx, cy, r, more = {}) => tag("circle", { cx, cy, r, ...more }),
    bar: (x, y, width, height, more = {}) =>
      tag("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), ...more }),
    text: (x, y, words, more = {}) => tag("text", { x, y, ...more }, escape(words)),
    path: (points, more = {}) =>
      tag("path", {
        d: points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join(""),
        fill: "none",
        stroke: "currentColor",
        ...more,
      }),
    arrow(x1, y1, x2, y2, more = {}) {
      const length = Math.hypot(x2 - x1, y2 - y1);
      if (length < 1) return "";
      const [u, v] = [(x2 - x1) / length, (y2 - y1) / length];
      const head = Math.min(8, length);
      const side = (sign) => [x2 - head * u + sign * 0.5 * head * v, y2 - head * v - sign * 0.5 * head * u];
      return draw.path([[x1, y1], [x2, y2]], more) + draw.path([side(1), [x2, y2], side(-1)], more);
    },
  };
  const color = (number) => `var(--fig-${number})`;
  const scale = ([a, b], [u, v]) =>
    Object.assign((x) => u + ((x - a) / (b - a)) * (v - u), { invert: (p) => a + ((p - u) / (v - u)) * (b - a) });
  const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
  const shown = (x, digits = 2) => (Object.is(Math.round(x * 10 ** digits), -0) ? 0 : x).toFixed(digits).replace("-", "−");

  function picture(figure, state, width) {
    const height = figure.height(width);
    return { height, inside: figure.draw(state, width, height) };
  }

  /** The start state as a whole SVG, for the page as it is built. */
  function still(name, width = 640) {
    const figure = figures[name];
    const { height, inside } = picture(figure, figure.start, width);
    return tag(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${figure.about} ${figure.says(figure.start)}` },
      inside,
    );
  }

  // --- In the browser

  function open(box) {
    const figure = figures[box.id.slice("explore-".length)];
    const key = box.id;
    let state = { ...figure.start, ...fromAddress(box.id, figure.start) };
    let width = 640;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", figure.about);
    const layer = document.createElementNS(svg.namespaceURI, "g");
    svg.append(layer);
    box.querySelector("svg").replaceWith(svg);
    const says = element("p", { className: "explore-says", role: "status" });
    const row = element("div", { className: "explore-row" });
    if (figure.choose) row.append(element("span", { textContent: figure.choose }));
    svg.before(row);
    svg.after(says);

    const handles = figure.handles.map((handle) => makeHandle(handle));
    const buttons = (figure.switches ?? []).map((one) => {
      const button = element("button", { type: "button", textContent: one.label });
      button.addEventListener("click", () => set({ [one.name]: one.value ?? !state[one.name] }));
      row.append(button);
      return { ...one, button };
    });
    const ask = figure.ask && makeQuestion(figure.ask);

    function makeHandle(handle) {
      const g = document.createElementNS(svg.namespaceURI, "g");
      g.setAttribute("class", "explore-handle");
      g.setAttribute("role", "slider");
      g.setAttribute("tabindex", "0");
      g.setAttribute("aria-label", handle.label);
      g.innerHTML =
        draw.bar(-22, -22, 44, 44, { fill: "transparent" }) +
        draw.circle(0, 0, 11, { class: "ring", fill: "none", "stroke-width": 2 }) +
        draw.circle(0, 0, 6, { fill: "currentColor" });
      const move = (event) => {
        const frame = svg.getBoundingClientRect();
        set(handle.to(event.clientX - frame.left, event.clientY - frame.top, width, state));
      };
      g.addEventListener("pointerdown", (event) => {
        g.setPointerCapture(event.pointerId);
        g.focus();
        event.preventDefault();
      });
      g.addEventListener("pointermove", (event) => g.hasPointerCapture(event.pointerId) && move(event));
      g.addEventListener("keydown", (event) => {
        const next = handle.key(event.key, state);
        if (!next) return;
        event.preventDefault();
        set(next);
      });
      svg.append(g);
      return { ...handle, g };
    }

    function makeQuestion(asked) {
      const form = element("fieldset", { className: "explore-ask" });
      form.append(element("legend", { textContent: asked.text }));
      const result = element("p", { className: "explore-result", role: "status" });
      asked.options.forEach((option, number) => {
        const button = element("button", { type: "button", textContent: option });
        button.addEventListener("click", () => answer(number));
        form.append(button);
      });
      form.append(result);
      box.prepend(form);
      const answer = (number, moves = true) => {
        [...form.querySelectorAll("button")].forEach((button, place) => {
          button.className = place === asked.right ? "right" : place === number ? "wrong" : "";
        });
        result.textContent = `You said: ${asked.options[number]}. ${asked.says[number]}`;
        remember(key, number);
        release();
        if (moves) glide({ ...state, ...asked.then });
      };
      const before = recall(key);
      return { form, before, answer };
    }

    function release() {
      box.classList.add("asked");
      for (const { g } of handles) g.setAttribute("aria-disabled", "false");
    }

    function set(change) {
      if (ask && !box.classList.contains("asked")) return;
      state = { ...state, ...change };
      show();
      toAddress(box.id, state, figure.start);
    }

    /** Numbers go to their new values in half a second, unless no motion is wanted. */
    function glide(end) {
      const begin = state;
      let since = performance.now();
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) since = -Infinity;
      const frame = (now) => {
        const t = clamp((now - since) / 600, 0, 1);
        state = Object.fromEntries(
          Object.entries(end).map(([name, value]) => [
            name,
            t === 1 ? value : between(begin[name], value, t),
          ]),
        );
        show(t < 1);
        if (t < 1) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    }

    function show(moving = false) {
      const { height, inside } = picture(figure, state, width);
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      layer.innerHTML = inside;
      for (const { g, at, value, range, words } of handles) {
        const [x, y] = at(state, width);
        g.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
        g.setAttribute("aria-valuemin", range[0]);
        g.setAttribute("aria-valuemax", range[1]);
        g.setAttribute("aria-valuenow", value(state));
        g.setAttribute("aria-valuetext", words(state));
      }
      for (const { button, name, value } of buttons)
        button.setAttribute("aria-pressed", value === undefined ? state[name] : state[name] === value);
      box.dataset.numbers = JSON.stringify(figure.numbers(state));
      box.dataset.state = JSON.stringify(state);
      if (!moving) says.textContent = figure.says(state);
    }

    for (const { g } of handles) g.setAttribute("aria-disabled", Boolean(ask));
    new ResizeObserver(([entry]) => {
      width = Math.round(entry.contentRect.width);
      show();
    }).observe(svg);
    show();
    if (!ask || location.hash.includes(`${box.id}?`)) release();
    else if (ask.before !== null) ask.answer(ask.before, false);
  }

  const between = (a, b, t) =>
    typeof a === "number" ? a + t * (b - a) : Array.isArray(a) ? a.map((one, k) => between(one, b[k], t)) : b;
  const element = (name, properties) => {
    const { role, ...others } = properties;
    const made = Object.assign(document.createElement(name), others);
    if (role) made.setAttribute("role", role);
    return made;
  };
  const remember = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // a browser that keeps nothing
    }
  };
  const recall = (key) => {
    try {
      const value = localStorage.getItem(key);
      return value === null ? null : Number(value);
    } catch {
      return null;
    }
  };

  /** A situation can be linked: #explore-street?price=930. */
  function fromAddress(id, start) {
    const [place, query] = decodeURIComponent(location.hash.slice(1)).split("?");
    if (place !== id || !query) return {};
    const given = Object.fromEntries(new URLSearchParams(query));
    return Object.fromEntries(
      Object.entries(given)
        .filter(([name]) => name in start)
        .map(([name, value]) => [name, typeof start[name] === "string" ? value : JSON.parse(value)]),
    );
  }
  let waiting;
  function toAddress(id, state, start) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const changed = Object.entries(state)
        .filter(([name, value]) => String(value) !== String(start[name]))
        .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
      history.replaceState(null, "", `#${id}?${new URLSearchParams(changed)}`);
    }, 300);
  }

  const keys = (event, step, large = 10 * step) =>
    ({ ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -large, PageUp: large })[event];

  /** A handle that changes one number of the state. */
  function slider({ name, label, range, step, at, from, words }) {
    const fit = (x) => clamp(Math.round(x / step) * step, ...range);
    const tidy = (x) => Number(fit(x).toFixed(6));
    return {
      label,
      range,
      at,
      value: (state) => state[name],
      words: (state) => words(state[name]),
      to: (x, y, width, state) => ({ [name]: tidy(from(x, y, width, state)) }),
      key: (pressed, state) =>
        pressed === "Home"
          ? { [name]: range[0] }
          : pressed === "End"
            ? { [name]: range[1] }
            : keys(pressed, step) && { [name]: tidy(state[name] + keys(pressed, step)) },
    };
  }

  /** A handle that moves a point of the plane, [x, y] in the state: by pointer, and by the four arrow keys. */
  function point({ name, label, range, step, at, from, words }) {
    const fit = (x) => Number(clamp(Math.round(x / step) * step, ...range).toFixed(6));
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1], PageUp: [0, 5], PageDown: [0, -5] };
    return {
      label,
      range,
      at,
      value: (state) => state[name][0],
      words,
      to: (x, y, width, state) => ({ [name]: from(x, y, width, state).map(fit) }),
      key(pressed, state) {
        const [x, y] = state[name];
        if (pressed === "Home") return { [name]: [range[0], y] };
        if (pressed === "End") return { [name]: [range[1], y] };
        const move = steps[pressed];
        return move && { [name]: [fit(x + step * move[0]), fit(y + step * move[1])] };
      },
    };
  }

  if (typeof document !== "undefined") {
    const openAll = () => document.querySelectorAll(".explore:not([data-state])").forEach(open);
    queueMicrotask(openAll); // the figure above this script, before what stands below it is seen
    addEventListener("DOMContentLoaded", openAll);
  }

  return { figure: (name, it) => (figures[name] = it), figures, still, draw, color, scale, clamp, shown, slider, point };
})();
