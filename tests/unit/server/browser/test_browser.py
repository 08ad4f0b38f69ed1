"""The pages of `stepup browse`: everything is escaped, and only those who know the address are answered."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepup_server.browser.markup import join, link, tag
from stepup_server.browser.pages import PageMissing, page_for
from stepup_server.browser.project import StoredProject
from stepup_server.browser.server import PageServer, make_server
from stepup_server.core.commands import OutputRow, Record
from stepup_server.core.ids import NodeId
from stepup_server.store.journal import SqliteJournal
from tests.support.builders import a_static, a_step
from tests.support.project import Project

NASTY = "echo '<script>alert(1)</script>'"


@pytest.fixture
async def stored(tmp_path: Path) -> StoredProject:
    """Return a project that was built once."""
    project = Project()
    project.join("w0")
    project.files(a="1")
    project.plan(
        a_static("a"), a_step(NASTY, inputs=["a"], outputs=["out"], environment=["HOME"]), a_step("lost", inputs=["b"])
    )
    project.build()
    (tmp_path / ".stepup").mkdir()
    journal = SqliteJournal(str(tmp_path / ".stepup/graph.db"))
    rows = project.database
    output = OutputRow(project.step(NASTY).id, 2, "exit 0", b"<b>bold</b>", b"", 1.5, 0.1, 2**20)
    await journal.commit(
        [
            Record(
                steps=tuple(rows.steps.values()),
                files=tuple(rows.files.values()),
                trees=tuple(rows.trees.values()),
                outputs=(output,),
                facts=tuple(rows.facts.items()),
            )
        ]
    )
    await journal.close()
    return StoredProject(str(tmp_path))


def test_what_is_not_markup_is_escaped() -> None:
    assert tag("p", "<", 1, None, tag("b", "&")) == "<p>&lt;1<b>&amp;</b></p>"
    assert link("x", "step", "a/b?", q='"&') == '<a href="step/a%2Fb%3F?q=%22%26">x</a>'
    assert tag("p", class_='"') == '<p class="&quot;"></p>'
    assert join(["a", ["b", "'"]]) == "ab&#x27;"


async def test_the_overview_leads_to_what_is_urgent(stored: StoredProject) -> None:
    page = page_for(stored, (), {})
    assert "To look at" in page
    assert "lost" in page
    assert "exit code 16: pending" in page


async def test_a_step_shows_all_that_is_known_of_it_and_nothing_that_a_browser_would_execute(
    stored: StoredProject,
) -> None:
    step = stored.director().desk.graph.step_by_key[(NASTY, ".")]
    page = page_for(stored, ("step", str(step.id)), {})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<pre>&lt;b&gt;bold&lt;/b&gt;</pre>" in page
    for text in ("exit 0", "1.500 s", "it had never run before", ">a</a>", ">out</a>", "HOME", "plan.py"):
        assert text in page


async def test_files_know_who_makes_and_uses_them(stored: StoredProject) -> None:
    graph = stored.director().desk.graph
    page = page_for(stored, ("file", str(graph.file_by_path["a"].id)), {})
    assert "./plan.py" in page
    assert "Used by" in page


async def test_search_finds_steps_and_files(stored: StoredProject) -> None:
    assert "alert" in page_for(stored, ("search",), {"q": "ECHO script"})
    assert "Nothing was found." in page_for(stored, ("search",), {"q": "nowhere"})
    assert 'value="&quot;&gt;&lt;b&gt;"' in page_for(stored, ("search",), {"q": '"><b>'})


async def test_lists_are_by_state(stored: StoredProject) -> None:
    assert "lost" in page_for(stored, ("steps",), {"state": "PENDING"})
    assert "lost" not in page_for(stored, ("steps",), {"state": "SUCCEEDED"})
    assert ">out</a>" in page_for(stored, ("files",), {"state": "BUILT"})


@pytest.mark.parametrize("path", [("step", "999"), ("step", "x"), ("file", "-1"), ("nothing",), ("step", "1", "2")])
async def test_there_is_no_other_page(stored: StoredProject, path: tuple[str, ...]) -> None:
    with pytest.raises(PageMissing):
        page_for(stored, path, {})


@pytest.fixture
def server(stored: StoredProject) -> Iterator[PageServer]:
    """Serve on any free port."""
    with make_server(stored, 0, "secret") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: PageServer, path: str, host: str | None = None) -> http.client.HTTPResponse:
    """Ask for a page as a browser does."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request("GET", path, headers={} if host is None else {"Host": host})
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/secret/", None, 200),
        ("/secret/steps?state=PENDING", None, 200),
        ("/secret/style.css", None, 200),
        ("/secret/nothing", None, 404),
        ("/", None, 403),
        ("/guess/", None, 403),
        ("/secret/", "evil.example:80", 403),
    ],
)
async def test_only_those_who_know_the_address_are_answered(
    server: PageServer, path: str, host: str | None, status: int
) -> None:
    response = ask(server, path, host)
    assert response.status == status
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_addresses_in_pages_are_below_the_token(server: PageServer) -> None:
    body: bytes = ask(server, "/secret/").body  # type: ignore[attr-defined]
    assert b'<base href="/secret/">' in body


async def test_a_new_build_is_seen_without_starting_anew(stored: StoredProject) -> None:
    before = stored.director()
    assert stored.director() is before
    journal = SqliteJournal(f"{stored.root}/.stepup/graph.db")
    await journal.commit([Record(facts=(("last_build", "7"),))])
    await journal.close()
    assert "7" in page_for(stored, (), {})
    assert stored.director() is not before
    assert NodeId(1) not in before.desk.graph.steps
