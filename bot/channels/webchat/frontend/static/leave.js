"use strict";
// Leaves this page. The link does so by itself; with this the page is dark at once, nothing of it stays in the history behind the
// link's page, and Shift three times is enough. It needs nothing of the rest, and no feature that a browser of 2015 lacks.
(function () {
  var PRESSES = 3, WITHIN_MS = 5000;
  var presses = [], alone = false;

  function leave(link) {
    try {
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
      presses = [];
    } else if (!event.repeat) alone = !event.altKey && !event.ctrlKey && !event.metaKey;
  }, true);
  document.addEventListener("mousedown", function () { alone = false; }, true);
  document.addEventListener("keyup", function (event) {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    presses = presses.filter(function (time) { return event.timeStamp - time < WITHIN_MS; });
    presses.push(event.timeStamp);
    var link = document.getElementById("leave");
    if (presses.length >= PRESSES && link) leave(link);
  }, true);
})();
