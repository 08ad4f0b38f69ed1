"""Where a director behind ssh is, and what it means when ssh fails."""

from __future__ import annotations

import json
import shlex

import pytest

from stepup_worker.core.ssh import (
    Place,
    complaint_from,
    discovery_words,
    parse_place,
    socket_from,
    tunnel_words,
)

THERE = Place("eve@node1", "", "/srv/project")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ssh://eve@node1/srv/project", THERE),
        ("ssh://node1:2222/p/", Place("node1", "2222", "/p")),
        ("ssh://eve@[fe80::1%eth0]:22/p", Place("eve@fe80::1%eth0", "22", "/p")),
        ("ssh://alias/with%20space/and'more", Place("alias", "", "/with space/and'more")),
    ],
)
def test_a_place_is_read(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "ssh://node1",
        "ssh://node1/",
        "ssh:///p",
        "ssh://-oProxyCommand=x/p",
        "ssh://-l@node1/p",
        "ssh://node1:0/p",
        "ssh://node1:70000/p",
        "ssh://node1:x/p",
        "ssh://node1/p%0Aq",
        "node1:/p",
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write ssh://"):
        parse_place(text)


def test_nothing_of_a_path_is_read_by_the_shell_there() -> None:
    place = THERE._replace(root='/it\'s $(here) `and` "there"')
    for words, argument in (
        (discovery_words(place), place.root),
        (tunnel_words(place, "/here", "/a b/socket"), "/a b/socket.token"),
    ):
        assert words[-3:-1] == ("--", place.destination)
        _exec, shell, option, _script, name, *arguments = shlex.split(words[-1])
        assert (shell, option, name, arguments) == ("sh", "-c", "sh", [argument])


def test_the_socket_is_found_behind_whatever_a_shell_says_first() -> None:
    note = json.dumps({"socket": "/run/stepup/director", "pid": 7})
    assert socket_from(f"Welcome {{}}\nstepup-director:{note}\n") == "/run/stepup/director"
    for output in ("", "Welcome", "stepup-director:", f"stepup-director:{note[:-5]}", 'stepup-director:{"socket": 1}'):
        assert socket_from(output) == ""
    assert socket_from('stepup-director:{"socket": "/a:b"}') == ""


@pytest.mark.parametrize(
    ("code", "errors", "text", "is_final"),
    [
        (3, "", "/srv/project on node1 is not a directory.", True),
        (1, "cat: x: No such file or directory", "no director serves /srv/project on node1", False),
        (1, "cat: x: Permission denied", "node1 (cat: x: Permission denied)", False),
        (
            255,
            "Host key verification failed.",
            "the key of node1, or it has changed. Look: ssh eve@",
            True,
        ),
        (255, "eve@node1: Permission denied (publickey).", "ssh -o BatchMode=yes eve@node1 true", True),
        (255, "ssh: Could not resolve hostname node1: No such name", "Nobody knows a host called node1.", True),
        (255, "x\nssh: connect to host node1: Connection refused\n", "node1: ssh: connect to host node1: Conn", False),
        (255, "", "ssh does not reach node1: it says nothing", False),
    ],
)
def test_what_ssh_complains_about_is_told_in_a_line(code: int, errors: str, text: str, *, is_final: bool) -> None:
    complaint = complaint_from(THERE, code, errors)
    assert text in complaint.text
    assert "\n" not in complaint.text
    assert complaint.is_final is is_final
