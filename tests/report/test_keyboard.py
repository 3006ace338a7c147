"""The report by keyboard alone: Tab reaches every link and control in order, focus is seen, links land on the thing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.report.report_fixtures import SHIPPED
from tests.report.test_browser import browser

pytestmark = pytest.mark.thorough

STOPS = """[...document.querySelectorAll('a[href],summary,button,input,[tabindex="0"]')]
.filter((one)=>one.checkVisibility({contentVisibilityAuto:true}))"""
HERE = f"""(()=>{{const one=document.activeElement,box=one.getBoundingClientRect(),style=getComputedStyle(one);
return {{place:{STOPS}.indexOf(one),outline:style.outlineStyle+' '+style.outlineWidth,
seen:box.width>0&&box.bottom>0&&box.top<innerHeight&&box.right>0&&box.left<innerWidth,said:one.textContent.slice(0,40)}}}})()"""
TARGET = """(()=>{const one=document.querySelector(':target'),box=one?.getBoundingClientRect();
return one&&{id:one.id,top:box.top,shown:one.checkVisibility({contentVisibilityAuto:true})&&box.height>0,
high:innerHeight,end:scrollY+innerHeight>=document.documentElement.scrollHeight-2}})()"""


class Keys:
    """A page in Chromium that takes keys as a person's: by the browser's own protocol, through a pipe."""

    def __init__(self, out: int, back: int) -> None:
        self.out, self.back, self.number, self.session, self.rest = out, back, 0, "", b""
        (page,) = (one for one in self.ask("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]

    def ask(self, method: str, **params: object) -> Any:
        self.number += 1
        said = {"id": self.number, "method": method, "params": params} | (
            {"sessionId": self.session} if self.session else {}
        )
        os.write(self.out, json.dumps(said).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                read = os.read(self.back, 1 << 16)
                assert read, "Chromium has ended"
                self.rest += read
            line, _, self.rest = self.rest.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def look(self, script: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, **more: object) -> None:
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            given = {
                "key": key,
                "code": key,
                "windowsVirtualKeyCode": code,
                **more,
                **(text if kind == "keyDown" else {}),
            }
            self.ask("Input.dispatchKeyEvent", type=kind, **given)


@contextmanager
def opened(file: Path, width: int) -> Iterator[Keys]:
    """Open a page in a window of its own."""
    (their_in, out), (back, their_out) = os.pipe(), os.pipe()

    # The browser reads from 3 and writes to 4.
    command = f'exec "$0" "$@" 3<&{their_in} 4>&{their_out}'
    process = subprocess.Popen(
        [
            "bash", "-c", command, browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={file.parent / 'keys'}", f"--window-size={width},900", "--remote-debugging-pipe",
            "--no-first-run", "--force-prefers-reduced-motion", "about:blank",
        ],
        pass_fds=(their_in, their_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(their_in)
    os.close(their_out)
    try:
        page = Keys(out, back)
        page.ask("Page.navigate", url=file.as_uri())
        while not page.look(f"location.href==={file.as_uri()!r}&&document.readyState==='complete'"):
            pass
        yield page
    finally:
        process.kill()
        process.wait()
        os.close(out)
        os.close(back)


@pytest.mark.parametrize(("name", "width"), [(SHIPPED[0], 500), (SHIPPED[1], 1280)])
def test_the_report_by_keyboard_alone(name: str, width: int, shipped_reports: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(shipped_reports[name], encoding="utf-8")
    with opened(file, width) as page:
        stops = page.look(f"{STOPS}.length")
        assert stops > 30
        places = []
        for _ in range(stops):
            page.press("Tab")
            here = page.look(HERE)
            places.append(here["place"])
            assert here["seen"], here
            assert here["outline"] == "solid 3px", here
        assert places == [*range(stops)], "each is reached, in the order of the page"
        page.press("Tab", modifiers=8)
        assert page.look(HERE)["place"] == stops - 2, "and back"


@pytest.mark.parametrize("name", SHIPPED)
def test_enter_on_a_link_lands_on_the_thing(name: str, shipped_reports: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(shipped_reports[name], encoding="utf-8")
    with opened(file, 1280) as page:
        links = page.look("[...new Set([...document.querySelectorAll('a[href^=\"#\"]')].map((one)=>one.hash))]")
        assert len(links) > 15
        for link in links:
            page.look(f"document.querySelector('a[href=\"{link}\"]').focus()")
            page.press("Enter")
            landed = page.look(TARGET)
            assert landed, link
            assert f"#{landed['id']}" == link
            assert landed["shown"], link
            assert -1 <= landed["top"] <= 120 or (landed["end"] and landed["top"] < landed["high"]), (link, landed)
        # A part on request opens by Enter on its heading.
        page.look("[...document.querySelectorAll('details')].forEach((one)=>one.open=false)")
        page.look("document.querySelector('summary').focus()")
        page.press("Enter")
        assert page.look("document.querySelector('details').open")
