"""What is wrong with PEM files is told in a line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from stepup_shared.site_files import BadFile, SiteFiles, load_site_files, member_from, stamps_of
from tests.support.site import DAY_S, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def files_of(options: list[str]) -> SiteFiles:
    return SiteFiles(*options[1::2])


def test_good_files_are_taken(site: Site) -> None:
    files = files_of(site.options("w", "stepup://worker/w1"))
    credential = load_site_files(files, time.time())
    assert credential.certificate == Path(files.certificate).read_bytes()
    assert member_from(credential, files, ("worker",)).name == "w1"


def _world_readable(site: Site) -> list[str]:
    options = site.options("bad", "stepup://worker/w", "127.0.0.1")
    Path(options[5]).chmod(0o644)
    return options


def _other_key(site: Site) -> list[str]:
    options = site.options("bad", "stepup://worker/w", "127.0.0.1")
    return [*options[:5], site.issue("another")[1]]


def _missing(number: int) -> Callable[[Site], list[str]]:
    def make(site: Site) -> list[str]:
        options = site.options("bad", "stepup://worker/w", "127.0.0.1")
        options[number] += ".none"
        return options

    return make


def _empty(number: int) -> Callable[[Site], list[str]]:
    def make(site: Site) -> list[str]:
        options = site.options("bad", "stepup://worker/w", "127.0.0.1")
        Path(options[number]).write_text("nothing")
        return options

    return make


def _lived(begins_s: float, ends_s: float) -> Callable[[Site], list[str]]:
    def make(site: Site) -> list[str]:
        return site.options("bad", "stepup://worker/w", "127.0.0.1", begins_s=begins_s, ends_s=ends_s)

    return make


WRONG = {
    "missing authority": (_missing(1), "--tls-ca", "cannot be read: No such file"),
    "missing certificate": (_missing(3), "--tls-cert", "cannot be read: No such file"),
    "missing key": (_missing(5), "--tls-key", "cannot be read: No such file"),
    "no authority": (_empty(1), "--tls-ca", "no certificate in PEM"),
    "no certificate": (_empty(3), "--tls-cert", "no certificate in PEM"),
    "no key": (_empty(5), "--tls-key", "no private key in PEM"),
    "key open to others": (_world_readable, "--tls-key", "chmod 600"),
    "another key": (_other_key, "--tls-key", "not the key of the certificate"),
    "expired": (_lived(-2 * DAY_S, -DAY_S), "--tls-cert", "has expired"),
    "not yet valid": (_lived(DAY_S, 2 * DAY_S), "--tls-cert", "not valid before"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_files_that_are_no_good_are_refused(site: Site, wrong: str) -> None:
    make, option, text = WRONG[wrong]
    files = files_of(make(site))
    with pytest.raises(BadFile) as bad:
        load_site_files(files, time.time())
    path = {"--tls-ca": files.ca, "--tls-cert": files.certificate, "--tls-key": files.key}[option]
    assert str(bad.value).startswith(f"{option} {path}: ")
    assert text in str(bad.value)
    assert "\n" not in str(bad.value)


def test_a_key_with_a_passphrase_is_refused(site: Site) -> None:
    files = files_of(site.options("w", "stepup://worker/w"))
    key = load_pem_private_key(Path(files.key).read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    Path(files.key).write_bytes(locked)
    with pytest.raises(BadFile, match="protected by a passphrase"):
        load_site_files(files, time.time())


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ((), "says no role"),
        (("stepup://viewer/v",), "is for the viewer v"),
        (("stepup://worker/",), "says no role"),
        (("stepup://worker/a/b%0A",), "says no role"),
    ],
)
def test_a_certificate_for_another_role_is_refused(site: Site, names: tuple[str, ...], says: str) -> None:
    files = files_of(site.options("w", *names))
    with pytest.raises(BadFile, match=f"it {says}. It needs the URI stepup://worker/NAME or stepup://admin/NAME"):
        member_from(load_site_files(files, time.time()), files, ("worker", "admin"))


def test_a_file_that_is_replaced_is_noticed(site: Site) -> None:
    files = files_of(site.options("w", "stepup://worker/w"))
    before = stamps_of(files)
    assert before == stamps_of(files)
    site.options("w", "stepup://worker/w")
    assert before != stamps_of(files)
    Path(files.key).unlink()
    assert stamps_of(files) is None
