// Small helpers; every page works without them. No library, no build step.
"use strict";
(() => {
  const swap = (id, html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old) { return false; }
    if (fresh.innerHTML === old.innerHTML) { return true; }
    const open = [...old.querySelectorAll("details[open]")].map((d) => d.closest("[id]")?.id);
    old.replaceWith(fresh);
    for (const where of open) {
      if (where) { document.getElementById(where)?.querySelector("details")?.setAttribute("open", ""); }
    }
    return true;
  };

  // Regions that keep themselves up to date, while the page is looked at and nothing in them is being typed.
  const refresh = () => {
    for (const region of document.querySelectorAll("[data-refresh]")) {
      const tick = async () => {
        const now = document.getElementById(region.id);
        if (!now || !now.hasAttribute("data-refresh")) { return; }
        if (!document.hidden && !now.contains(document.activeElement)) {
          try {
            const answer = await fetch(location.href, { headers: { "x-part": region.id } });
            if (answer.ok && !answer.redirected) { swap(region.id, await answer.text()); }
          } catch { /* the server is away: the next tick tries again */ }
        }
        setTimeout(tick, Number(region.dataset.refresh));
      };
      setTimeout(tick, Number(region.dataset.refresh));
    }
  };

  // Forms that change one region of the page instead of loading all of it.
  const live = () => {
    for (const form of document.querySelectorAll("form[data-live]")) {
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const data = new URLSearchParams(new FormData(form));
        if (event.submitter?.name) { data.set(event.submitter.name, event.submitter.value); }
        data.set("part", "1");
        for (const button of form.querySelectorAll("button")) { button.disabled = true; }
        const answer = await fetch(form.action, { method: "POST", body: data });
        if (answer.redirected) { location.assign(answer.url); return; }
        if (!swap(form.dataset.live, await answer.text())) { location.reload(); return; }
        live();
        toEnd();
        document.getElementById("words")?.focus();
      });
    }
  };

  const toEnd = () => {
    const lines = document.querySelector(".lines");
    if (lines) { lines.scrollTop = lines.scrollHeight; }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-expand], [data-seek]");
    if (!button) { return; }
    if (button.hasAttribute("data-expand")) {
      const all = [...document.querySelectorAll(".turn details")];
      const open = all.some((item) => !item.open);
      for (const item of all) { item.open = open; }
    } else {
      const sound = document.getElementById("sound");
      if (sound) { sound.currentTime = Number(button.dataset.seek); sound.play(); }
    }
  });

  // While the sound plays, the turn that is heard is marked.
  const follow = () => {
    const sound = document.getElementById("sound");
    sound?.addEventListener("timeupdate", () => {
      const turns = [...document.querySelectorAll(".turn[data-at]")];
      const now = turns.filter((turn) => Number(turn.dataset.at) <= sound.currentTime + 0.05).pop();
      for (const turn of turns) { turn.classList.toggle("playing", turn === now); }
    });
  };

  // Keys: / searches, j and k go through a list or the turns of a call.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "/") {
      const search = document.querySelector('[data-key="/"]');
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "j" || event.key === "k") {
      const links = [...document.querySelectorAll("[data-rows] tbody a, .turn h3 a")];
      const at = links.indexOf(document.activeElement);
      const next = links[event.key === "j" ? at + 1 : Math.max(0, at - 1)];
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    }
  });

  refresh();
  live();
  follow();
  toEnd();
})();
