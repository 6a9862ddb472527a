// Small comforts; every page works without them.
document.addEventListener("DOMContentLoaded", () => {
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();
  // Two quick presses are one deed.
  document.querySelectorAll("form[method=post]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 4000);
    });
  });
  const badge = document.getElementById("unread");
  if (badge) listen(badge);
  swapping();
  const leave = document.querySelector("[data-leave]");
  if (leave) leaving(leave);
});

// htmx shortens the way. What waits for an answer is busy; a hidden page asks for nothing; an answer that
// comes from another address (sign-in, say) is gone to; a lost answer is said, and the page stays as it was.
function swapping() {
  const alert = document.getElementById("alert");
  const on = (name, act) => document.body.addEventListener(`htmx:${name}`, (event) => act(event.detail, event));
  const say = (words) => {
    if (alert.textContent !== words) alert.textContent = words;
  };
  on("beforeRequest", ({ target }, event) => {
    if (document.hidden) event.preventDefault();
    else target.setAttribute("aria-busy", "true");
  });
  on("afterRequest", ({ target, successful }) => {
    target.removeAttribute("aria-busy");
    if (successful) say("");
  });
  ["responseError", "sendError", "timeout"].forEach((name) => on(name, () => say(alert.dataset.lost)));
  on("beforeSwap", (detail) => {
    const path = (address) => new URL(address, location.href).pathname;
    if (path(detail.xhr.responseURL) === path(detail.pathInfo.finalRequestPath)) return;
    detail.shouldSwap = false;
    location.assign(detail.xhr.responseURL);
  });
  on("oobBeforeSwap", (detail) => {
    if (detail.target.contains(document.activeElement)) detail.shouldSwap = false;
  });
  // The header's way back after a change of language follows the filter.
  on("pushedIntoHistory", ({ path }) => {
    document.querySelectorAll("header input[name=next]").forEach((field) => (field.value = path));
  });
}

// Leave quickly: by the button or three times Shift. First a blank cover, then another page in the place of
// this one, so that "back" does not lead here.
function leaving(link) {
  let presses = [];
  const go = (event) => {
    if (event) event.preventDefault();
    const cover = document.createElement("div");
    cover.className = "vh-cover";
    document.body.append(cover);
    location.replace(link.href);
  };
  link.addEventListener("click", go);
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    presses = [...presses, Date.now()].filter((at) => Date.now() - at < 3000);
    if (presses.length >= 3) go();
  });
}

// The badge: a socket hints that there is news, the list after our cursor says what. While no socket is
// open the list is asked for by the clock, so that a lost hint loses nothing; a hidden page stays quiet.
function listen(badge) {
  const poll = Number(badge.dataset.poll) * 1000;
  let open = false;
  let pause = 1000;
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(`${badge.dataset.news}?after=${badge.dataset.cursor}`).catch(() => null);
    if (!answer || !answer.ok) return;
    const news = await answer.json();
    badge.dataset.cursor = news.cursor;
    badge.textContent = news.unread || "";
    if (!news.titles.length) return;
    document.getElementById("status").textContent = news.titles.join(" ");
    document.body.dispatchEvent(new Event("news"));
  };
  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws/notices/`);
    socket.onopen = () => {
      open = true;
      pause = 1000;
      ask();
    };
    socket.onmessage = ask;
    socket.onclose = () => {
      open = false;
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, 60000);
    };
  };
  connect();
  setInterval(() => open || ask(), poll);
  document.addEventListener("visibilitychange", ask);
}
