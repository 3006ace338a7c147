"""A living page in Chromium: a script of the test reaches into the page, which stands in a frame."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.report.test_browser import chromium

HELPERS = """
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (test) => {
  for (let i = 0; i < 20000; i++) {
    if (test()) return;
    await pause(5);
    await fetch(location.href); // the browser's clock runs ahead of its work: reading a file takes real time
  }
  throw new Error(`not so: ${test}`);
};
"""


def drive(
    page: Path,
    script: str,
    *,
    width: int = 1280,
    fragment: str = "",
    height: int = 900,
    scheme: str = "light",
    sandbox: str = "",
    flags: Sequence[str] = (),
) -> Any:
    """Return what a script says of a page.

    Parameters
    ----------
    page : Path
    script : str
        Body of an async function of ``win`` and ``doc``, the page's; ``still()`` waits until the page is at rest.
    width, height : int [pixel]
    fragment : str
        Of the address.
    scheme : {"light", "dark"}
    sandbox : str
        What the frame's page may do, if not all.
    flags : sequence of str
        Of the browser.
    """
    outer = page.with_name(f"{page.stem}-driven.html")
    address = html.escape(page.name + (f"#{fragment}" if fragment else ""))
    held = f" sandbox='{sandbox}'" if sandbox else ""
    style = f"width:{width}px;height:{height}px;border:0;color-scheme:{scheme}"
    outer.write_text(
        f"<!doctype html><iframe src='{address}' style='{style}'{held}></iframe>"
        f"<pre id='said'></pre><script>{HELPERS}onload=async()=>{{let said;try{{"
        "const win=document.querySelector('iframe').contentWindow,doc=win.document,$=(s)=>doc.querySelector(s);"
        "const still=()=>until(()=>doc.body.className==='on'&&!$('#working').textContent.startsWith('Working'));"
        f"said=await(async()=>{{{script}}})()}}catch(error){{said={{error:String(error)}}}}"
        "document.getElementById('said').textContent='['+JSON.stringify(said)+']'};</script>",
        encoding="utf-8",
    )
    dom = chromium(
        page.parent, "--allow-file-access-from-files", f"--window-size={width + 40},{height + 40}",
        "--virtual-time-budget=120000", *flags, "--dump-dom", outer.as_uri(),
    )  # fmt: skip
    found = re.search(r'<pre id="said">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[:500]
    (said,) = json.loads(html.unescape(found[1]))
    assert not (isinstance(said, dict) and "error" in said), said
    return said
