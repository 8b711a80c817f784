"""Steps as an animation in a page: it plays by itself, and has buttons where scripts run."""

from __future__ import annotations

from html import escape

from netledger.core.document import Frame
from netledger.core.language import say
from netledger.writers._film import SECONDS, film

__all__ = ["STYLE", "player"]

STYLE = """<style>
.netledger .grids { display: flex; flex-wrap: wrap; gap: 0.4em 1.6em; align-items: flex-start; margin: 0.4em 1em }
.netledger .grids table { border-collapse: collapse; margin: 0 }
.netledger .grids td { border: 1px solid #8888; text-align: right; min-width: 1.4em }
.netledger .grids td.m { background: #ffb84d80; outline: 1.5px solid; outline-offset: -1px; font-weight: 600 }
.netledger .grids td.e { background: #8882; opacity: 0.7 }
.netledger .grids caption { text-align: left; opacity: 0.75 }
.netledger .bar { margin: 0.4em 0 }
.netledger .bar button { font: inherit; padding: 0.15em 0.8em; margin-right: 0.4em }
</style>"""

_SCRIPT = """<script>
(function (player) {
  var film = player.querySelector("svg"), frames = film.querySelectorAll(".f"), bar = player.querySelector(".bar");
  var place = 0, timer = null, buttons = bar.querySelectorAll("button");
  function show(next) {
    frames[place].classList.remove("on");
    place = (next + frames.length) % frames.length;
    frames[place].classList.add("on");
  }
  function stop() { clearInterval(timer); timer = null; buttons[1].textContent = buttons[1].dataset.play; }
  function play() {
    timer = setInterval(function () { show(place + 1); }, TIME);
    buttons[1].textContent = buttons[1].dataset.pause;
  }
  bar.hidden = false;
  film.classList.add("still");
  show(0);
  buttons[0].onclick = function () { stop(); show(place - 1); };
  buttons[1].onclick = function () { if (timer) stop(); else play(); };
  buttons[2].onclick = function () { stop(); show(place + 1); };
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play(); else stop();
})(document.currentScript.parentNode);
</script>"""


def player(frames: list[Frame], title: str) -> str:
    """All steps as an animation; the buttons appear where the script runs, and it plays by itself where not."""
    play, pause = escape(say("play")), escape(say("pause"))
    bar = (
        f'<p class="bar" hidden><button type="button">{escape(say("back"))}</button>'
        f'<button type="button" data-play="{play}" data-pause="{pause}">{pause}</button>'
        f'<button type="button">{escape(say("next"))}</button></p>'
    )
    script = _SCRIPT.replace("TIME", f"{SECONDS * 1000:.0f}") if len(frames) > 1 else ""
    return "\n".join(["<div>", film(frames, title), bar, script, "</div>"])
