"use strict";
// Leaves this page. The link does so by itself; with this the page is dark at once, nothing of it stays in the history behind the
// link's page, and Shift three times is enough, as in the "exit this page" of the GOV.UK Design System: each press says how many are
// left, and the next may take five seconds. It needs nothing of the rest, and no feature that a browser of 2015 lacks.
(function () {
  var STEPS = ["", "press_two", "press_one"], WITHIN_MS = 5000;
  var presses = 0, alone = false, waiting;

  // Says it to a screen reader; who sees has a bar on the link.
  function tell(word) {
    var status = document.getElementById("leaving"), link = document.getElementById("leave");
    if (status) status.textContent = (word && status.getAttribute("data-" + word)) || "";
    if (link) link.setAttribute("data-presses", presses);
  }

  function startAgain() {
    clearTimeout(waiting);
    if (presses === 0) return;
    presses = 0;
    tell("press_over");
    waiting = setTimeout(function () { tell(""); }, WITHIN_MS);
  }

  function leave(link) {
    try {
      clearTimeout(waiting);
      tell("loading");
      document.documentElement.className += " gone";
      document.title = link.hostname;
      document.dispatchEvent(new Event("leaving"));
      // In a frame on another site it is that site's page that is left; its widget makes it dark as well.
      if (parent !== window) parent.postMessage({ chat: "leave" }, "*");
    } finally {
      top.location.replace(link.href);
    }
  }

  document.addEventListener("click", function (event) {
    var link = event.target;
    while (link && link.id !== "leave") link = link.parentNode;
    if (!link) return;
    leave(link);
    event.preventDefault();
  }, true);

  // Shift counts when it is let go and nothing else was pressed meanwhile: capitals, held keys, and the keys that change the
  // keyboard's language (Alt or Ctrl with Shift) must not take anybody away.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Shift") {
      alone = false;
      startAgain();
    } else if (!event.repeat) alone = !event.altKey && !event.ctrlKey && !event.metaKey;
  }, true);
  document.addEventListener("mousedown", function () { alone = false; }, true);
  document.addEventListener("keyup", function (event) {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    clearTimeout(waiting);
    presses++;
    var link = document.getElementById("leave");
    if (presses >= STEPS.length && link) return leave(link);
    tell(STEPS[presses]);
    waiting = setTimeout(startAgain, WITHIN_MS);
  }, true);
})();
