// In a chapter: up to four of a section's cards, one after the other, in the place of the link to them. What is
// answered joins the queue of the page Review.

room.recall = async (box) => {
  const MOST = 4;
  const { html } = room;
  const link = box.querySelector("a");
  const [page, hash] = link.getAttribute("href").split("#");
  const chapter = page.slice("interview_".length, -".html".length);
  const { cards } = await room.texts(chapter);
  const section = hash.slice("cards-".length);
  const all = Object.entries(cards).filter(([, card]) => card.section === section && card.kind !== "say" && !card.chapter.includes("#quick-"));
  const seen = room.store.read().cards;
  // Those not met yet come first.
  const ids = all.sort(([a], [b]) => (a in seen) - (b in seen)).slice(0, MOST).map(([id]) => id);
  const stage = html("div", { class: "stage" });
  box.replaceWith(stage);
  for (const [place, id] of ids.entries()) {
    const shown = room.card(id, cards[id], { before: `${place + 1} of ${ids.length}` });
    shown.element.addEventListener("keydown", shown.key);
    stage.replaceChildren(shown.element);
    shown.element.focus({ preventScroll: place === 0 });
    const { grade, confidence, ms } = await shown.done;
    room.answer(id, cards[id].revision, grade, confidence, ms);
  }
  const address = location.protocol === "file:" ? `review.html#add=${ids.join(",")}` : "review.html";
  stage.replaceChildren(html("p", { tabindex: "-1" }, "Done. These cards come back on ", html("a", { href: address }, "Review"), "."));
  stage.firstChild.focus({ preventScroll: true });
};
