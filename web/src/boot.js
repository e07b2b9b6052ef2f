// Runs before the first paint: puts the reader's look on the page's root. Kept tiny and plain.
(function () {
  var root = document.documentElement;
  try {
    var prefs = JSON.parse(localStorage.getItem("weft.prefs") || "{}");
    if (prefs.look && prefs.look !== "auto") root.dataset.look = prefs.look;
    if (prefs.size) root.dataset.size = prefs.size;
    if (prefs.motion) root.dataset.motion = prefs.motion;
    if (prefs.language === "ar") {
      root.lang = "ar";
      root.dir = "rtl";
    }
  } catch (e) {
    // A private window may refuse storage: the defaults are fine.
  }
  root.classList.add("js");
})();
