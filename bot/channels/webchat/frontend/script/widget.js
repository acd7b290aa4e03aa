// The chat on another site: a button, and behind it our page in a frame of its own, which is fetched when it is opened.
// Called with the sites that may have it, its words by language, the languages that are written to the left, the other codes of
// languages, and where "leave" leads.
function (SITES, WORDS, TO_LEFT, OTHER_CODES, NEUTRAL) {
  "use strict";
  var script = document.currentScript;
  if (!script) return;
  if (SITES.indexOf(location.origin) < 0) {
    console.warn("The chat is not shown: WIDGET_SITES does not name " + location.origin);
    return;
  }
  var base = script.src.replace(/widget\.js.*$/, ""), origin = new URL(base).origin;
  var tags = [script.getAttribute("data-language"), document.documentElement.lang].concat(navigator.languages);
  var codes = tags.map(function (tag) { return String(tag || "").toLowerCase().split("-")[0]; });
  var served = codes.map(function (code) { return OTHER_CODES[code] || code; }).filter(function (code) { return WORDS[code]; });
  var language = served[0] || "en", words = WORDS[language], toLeft = TO_LEFT.indexOf(language) >= 0, frame = null;

  // Nothing of the site's own style reaches in here, and nothing of ours out.
  var host = document.createElement("div");
  host.lang = language;
  host.dir = toLeft ? "rtl" : "ltr";
  var root = host.attachShadow({ mode: "open" });

  function make(name, style, inside) {
    var element = document.createElement(name);
    element.style.cssText = style;
    (inside || root).appendChild(element);
    return element;
  }
  function button(style, text, press, inside) {
    var made = make("button", "font:650 medium/1.2 system-ui,sans-serif;padding:10px 18px;border-radius:12px;cursor:pointer;" + style, inside);
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  var corner = "position:fixed;z-index:2147483000;bottom:0;" + (toLeft ? "left:0;" : "right:0;");
  var opener = button(corner + "margin:16px;border:1px solid #fff;background:#2f5d62;color:#fff", words[0], open);
  opener.setAttribute("aria-expanded", "false");
  var panel = make("div", "");
  panel.setAttribute("role", "region");
  panel.setAttribute("aria-label", words[0]);
  var size = "width:400px;max-width:100%;height:680px;max-height:100%;flex-direction:column;background:#f6f4ef;box-shadow:0 0 12px rgba(0,0,0,.4);";
  function show(yes) {
    panel.style.cssText = corner + size + "display:" + (yes ? "flex" : "none");
    opener.style.display = yes ? "none" : "";
    opener.setAttribute("aria-expanded", String(yes));
  }
  var closer = button("flex:none;align-self:flex-end;margin:4px;border:1px solid #2f5d62;background:#fff;color:#1d2b2c", words[1], close, panel);
  show(false);
  var status = make("p", "position:fixed;top:0;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)");
  status.setAttribute("role", "status");

  function open() {
    if (!frame) {
      frame = make("iframe", "flex:1;width:100%;border:0", panel);
      frame.title = words[0];
      frame.referrerPolicy = "no-referrer";
      frame.src = base + "?lang=" + language;
    }
    show(true);
    frame.focus();
  }
  // The conversation stays, and what comes meanwhile is counted on the button; "leave" forgets it.
  function close() {
    show(false);
    opener.focus();
  }
  function leave() {
    document.documentElement.style.display = "none";
    document.title = new URL(NEUTRAL).hostname;
    location.replace(NEUTRAL);
  }

  // Shift three times leaves from the site around the chat, too, once the chat was opened; what counts is as in leave.js.
  var presses = 0, alone = false, waiting;
  function count(number) {
    clearTimeout(waiting);
    if (number > 2) return leave();
    var over = presses && !number;
    presses = number;
    status.textContent = number ? words[number + 1] : over ? words[4] : "";
    opener.style.boxShadow = closer.style.boxShadow = number ? "inset 0 -" + 3 * number + "px #7aa" : "";
    if (number || over) waiting = setTimeout(count, 5000, 0);
  }
  addEventListener("keydown", function (event) {
    if (event.key !== "Shift") {
      alone = false;
      count(0);
    } else if (!event.repeat) alone = !event.altKey && !event.ctrlKey && !event.metaKey;
  }, true);
  addEventListener("mousedown", function () { alone = false; }, true);
  addEventListener("keyup", function (event) {
    if (!frame || event.key !== "Shift" || !alone) return;
    alone = false;
    count(presses + 1);
  }, true);

  // A dialog of the site's own that takes the key closes alone; who is elsewhere on the site stays there.
  addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || opener.style.display !== "none") return;
    if (event.target === host) close();
    else show(false);
  });

  addEventListener("message", function (event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
    if (event.data.chat === "close") close();
    if (event.data.chat === "leave") leave();
    if (event.data.chat === "unseen") opener.textContent = (event.data.count ? "(" + event.data.count + ") " : "") + words[0];
  });
  (document.body || document.documentElement).appendChild(host);
}
