// Where the view is. It follows what comes until the person scrolls elsewhere, and again from the end on.
const MARGIN = 8;
let following = true, unseen = [], placed = 0, placing = answered;

const topOf = (line) => line.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
const atEnd = () => main.scrollTop + main.clientHeight >= main.scrollHeight - MARGIN;

function place(where) {
  placing = where;
  main.scrollTop = where();
  placed = main.scrollTop;
  following = true;
  const page = document.scrollingElement; // a screen that is low for its letters: there the page scrolls, too
  if (list.querySelector(".mine") && page.scrollHeight > page.clientHeight) page.scrollTop = page.scrollHeight;
}

// Nobody has to scroll back to read an answer from its first line; an own message that fills the view makes room for it.
function answered() {
  const mine = list.querySelectorAll(".mine");
  const said = mine[mine.length - 1];
  if (!said) return 0;
  const answer = said.nextElementSibling;
  return Math.max(topOf(said) - MARGIN, answer ? topOf(answer) - main.clientHeight / 2 : 0);
}

// As little as makes a line whole, and never further than its beginning.
function whole(line) {
  const top = topOf(line) - MARGIN;
  return Math.min(top, Math.max(main.scrollTop, top + line.offsetHeight + 2 * MARGIN - main.clientHeight));
}

function inView(line) {
  const { top, bottom } = line.getBoundingClientRect(), view = main.getBoundingClientRect();
  return view.height > 0 && top >= view.top - 1 && (bottom <= view.bottom + 1 || top <= view.top + view.height / 2);
}

// In a frame on another site: what its widget has to know, which is nothing of what is said.
function tellSite(what) {
  if (parent !== window) parent.postMessage(what, "*");
}

// What came into view is seen, when the page is in front. Of the rest the title tells the number, and nothing else.
function look() {
  if (document.visibilityState !== "hidden") unseen = unseen.filter((line) => !inView(line));
  news.hidden = unseen.every(inView);
  document.title = (unseen.length ? `(${unseen.length}) ` : "") + word("title");
  tellSite({ chat: "unseen", count: unseen.length });
}

// Somebody has scrolled; of that the browser tells only with its next frame, and an answer may come before.
function heed() {
  if (Math.abs(main.scrollTop - placed) <= 1) return;
  following = atEnd();
  placed = main.scrollTop;
  placing = () => main.scrollHeight;
}

main.addEventListener("scroll", () => {
  heed();
  look();
});
// Keeps what somebody reads in view when there is more or less room for it.
function fit() {
  if (following) place(placing);
  look();
}
addEventListener("resize", fit);
new MutationObserver(fit).observe(doing, { childList: true }); // the line that tells who writes takes room and gives it back
document.addEventListener("visibilitychange", look);
news.addEventListener("click", () => {
  const [first] = unseen;
  main.focus({ preventScroll: true });
  place(() => topOf(first) - MARGIN);
  look();
});
