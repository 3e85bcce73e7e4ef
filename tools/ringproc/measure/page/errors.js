// ---- errors: shown, never swallowed ----

function show_error(text) {
  let box = document.getElementById("page-error");
  if (!box) {
    box = document.createElement("div");
    box.id = "page-error";
    box.setAttribute("role", "alert");
    document.body.prepend(box);
  }
  box.textContent += "This page has an error: " + text + "\n";
}
window.onerror = (message) => {
  show_error(String(message));
};

// One part that fails must not take the others with it.
function attempt(what, part) {
  try {
    part();
  } catch (error) {
    show_error(what + ": " + error);
  }
}
