"""The report in a browser: nothing is cut on paper, nothing is wider than a phone, no request.

Skipped where there is no Chromium. Printing is told from the styles of paper laid out on a screen
as wide as the text of an A4 page.
"""

import re
import shutil
import subprocess

import pytest

import sim
from sim.report import report
from sim.study.stress import beside, stress

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PAPER, PHONE = 695, 390  # CSS pixels: 210 mm less the margins; a common phone
LOOK = """<!doctype html><body>
<iframe id=f src="{page}" style="width:{width}px;height:9000px;border:0"></iframe>
<pre id=found></pre><script>
f.onload = () => {{
  const d = f.contentDocument, w = d.documentElement.clientWidth;
  const wide = [...d.querySelectorAll('body *')].filter(e =>
    e.getBoundingClientRect().right > w + 1 && ({paper} || !e.closest('.scroll')));
  const told = wide.map(e => e.tagName + ' ' + e.id + ' ' + e.textContent.slice(0, 20));
  found.textContent = 'width ' + d.documentElement.scrollWidth + ' of ' + w + ' ' + told;
}}</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium to look with")


def browser(*options):
    words = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def page(repo, tmp_path_factory):
    """The report of a small run with its stress test."""
    scenario = sim.load(repo / "scenarios/seed_article.toml").with_(
        users=500, days=200, replications=3
    )
    folder = tmp_path_factory.mktemp("runs")
    run = sim.run(scenario, threads=1).save(folder / "launch")
    stress(scenario, users=100, replications=2, threads=1).save(beside(run))
    return report(run).save(folder / "pack") / "report.html"


def overflow(page, width, *, paper):
    html = page.read_text(encoding="utf-8")
    laid = page.with_name(f"laid_{width}.html")
    laid.write_text(html.replace("@media print", "@media all") if paper else html, "utf-8")
    look = page.with_name(f"look_{width}.html")
    look.write_text(LOOK.format(page=laid.name, width=width, paper=str(paper).lower()), "utf-8")
    options = ("--allow-file-access-from-files", "--virtual-time-budget=8000", "--dump-dom")
    told = re.search(r"width (\d+) of (\d+) ([^<]*)</pre>", browser(*options, look.as_uri()))
    assert told, "the page did not load"
    assert int(told[1]) <= int(told[2])
    return told[3].strip()


def test_nothing_is_cut_on_paper(page):
    assert overflow(page, PAPER, paper=True) == ""


def test_only_what_scrolls_is_wider_than_a_phone(page):
    assert overflow(page, PHONE, paper=False) == ""


def test_a_report_prints_on_few_pages(page):
    out = page.with_name("report.pdf")
    browser("--no-pdf-header-footer", f"--print-to-pdf={out}", page.as_uri())
    pages = len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))
    assert 12 <= pages <= 20


def test_a_report_loads_without_a_message_of_the_browser(page):
    words = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    words += ["--dump-dom", page.as_uri()]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr
