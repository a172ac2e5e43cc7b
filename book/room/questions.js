// The list of all questions: by level, role, chapter, topic and words.

(() => {
  const place = document.querySelector(".room-filters");
  if (!place) return;
  const items = [...document.querySelectorAll("ul.questions > li")];
  const { html } = room;
  const roles = { ds: "data scientist", mle: "ML engineer", research: "researcher" };
  const shown = html("p", { role: "status" });
  const controls = {};

  function field(name, label, control) {
    controls[name] = control;
    control.addEventListener("input", apply);
    place.append(html("label", {}, label, control));
  }

  function choice(name, label, say = (value) => value) {
    const counts = new Map();
    for (const item of items)
      for (const value of item.dataset[name].split(" ")) counts.set(value, (counts.get(value) ?? 0) + 1);
    const values = name === "tags" ? [...counts.keys()].sort() : [...counts.keys()];
    field(name, label, html("select", {}, new Option("all", ""), ...values.map((value) => new Option(`${say(value)} (${counts.get(value)})`, value))));
  }

  const texts = items.map((item) => item.textContent.toLowerCase());
  function apply() {
    const words = controls.text.value.toLowerCase().split(/\s+/);
    let count = 0;
    items.forEach((item, number) => {
      const fits =
        ["chapter", "level", "roles", "tags"].every((name) => !controls[name].value || item.dataset[name].split(" ").includes(controls[name].value)) &&
        words.every((word) => texts[number].includes(word));
      item.hidden = !fits;
      count += fits;
    });
    for (const section of document.querySelectorAll("article section section")) section.hidden = !section.querySelector("li:not([hidden])");
    shown.textContent = `${count} of ${items.length} questions shown`;
  }

  choice("chapter", "Chapter", (name) => bank.chapters[name].title);
  choice("level", "Level");
  choice("roles", "Role", (name) => roles[name]);
  choice("tags", "Topic", (name) => name.replaceAll("-", " "));
  field("text", "Text", html("input", { type: "search" }));
  place.append(shown);
  place.hidden = false;
  apply();
})();

// Folds open on paper.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
});
