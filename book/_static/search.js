// What a result of the search shows: the section, its chapter, and its first lines or those around the words
// that were typed. They come in one script a page, `_static/sections`, which opens from a file too.

const Sections = {
  waiting: {},

  /** [title of the page, [[names of a section, its heading, its text], ...]] */
  of(page) {
    Sections.waiting[page] ??= {};
    return (Sections.waiting[page].promise ??= new Promise((resolve) => {
      Sections.waiting[page].resolve = resolve;
      const script = document.createElement("script");
      script.src = `_static/sections/${page.replaceAll("/", "-")}.js`;
      document.head.append(script);
    }));
  },

  tell(page, sections) {
    Sections.waiting[page].resolve(sections);
  },

  /** The section that has most of the words, in its heading above all; the first one of these. */
  best(sections, words) {
    const has = (text) => words.filter((word) => text.toLowerCase().includes(word)).length;
    const scores = sections.map(([, heading, text]) => has(`${heading} ${text}`) + 0.1 * has(heading));
    return sections[scores.indexOf(Math.max(...scores))];
  },

  /** The first lines of a text, or those around the first of the words. */
  lines(text, words) {
    const length = 220;
    const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
    const start = places.length === 0 || Math.min(...places) < length - 20 ? 0 : text.lastIndexOf(" ", Math.min(...places) - 60);
    const end = start + length < text.length ? text.lastIndexOf(" ", start + length) : text.length;
    return `${start > 0 ? "… " : ""}${text.slice(start, end).trim()}${end < text.length ? " …" : ""}`;
  },
};

async function _displayItem([page, title, anchor, description], stems, words) {
  const item = Search.output.appendChild(document.createElement("li"));
  const link = item.appendChild(document.createElement("a"));
  link.href = page + DOCUMENTATION_OPTIONS.LINK_SUFFIX + anchor;
  link.textContent = title;
  if (description) item.append(` (${description})`);
  const [chapter, sections] = await Sections.of(page);
  const named = sections.find(([names]) => names.includes(anchor.slice(1)));
  if (anchor && !named) return; // a function of the reference, which its description places
  const section = named ?? Sections.best(sections, [...words]);
  const [[name], heading, text] = section;
  if (section !== sections[0]) {
    if (!anchor) link.href += `#${name}`;
    const place = document.createElement("span");
    place.className = "search-place";
    place.textContent = chapter;
    item.append(place);
  }
  link.textContent = heading;
  const lines = document.createElement("p");
  lines.className = "context";
  lines.textContent = Sections.lines(text, named ? [] : [...words]);
  item.append(lines);
  // One section may be found by its title, by a term of the index and by its words.
  item.section = section;
  const same = [...Search.output.children].filter((other) => other.section === section);
  for (const other of same.slice(1)) other.remove();
}
