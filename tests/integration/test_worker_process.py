"""The worker as a process, with real steps, under a director that only hands out work."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from pathlib import Path

from stepup_proto.v1 import dispatch_pb2, types_pb2
from tests.support.fake_director import assignment, exit_code_of
from tests.support.worker_site import Site, run, seen, wait_dead


def test_two_hundred_small_steps_and_a_clean_leave(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        (site.root / "in.txt").write_text("content")
        copies = [assignment(f"cp in.txt out/{i}.txt", outputs=[f"out/{i}.txt"]) for i in range(100)]
        results = await site.run(*(assignment("true") for _ in range(100)), *copies)
        assert {exit_code_of(result) for result in results} == {0}
        (output,) = results[-1].outputs
        assert output.hash.digest == hashlib.sha256(b"content").digest()
        assert results[0].wall_s > 0
        assert results[0].rss_bytes_max > 0
        assert site.director.started == [(i, i) for i in range(1, 201)]

    run(test, tmp_path)
    records = [json.loads(line) for line in (tmp_path / ".stepup/worker0.log").read_text().splitlines()]
    assert [record["event"] for record in records if record["level"] == "info"][-1] == "leaving"


def test_how_a_step_ends_and_what_it_says_is_reported(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        assert exit_code_of(await site.run_one("sh -c 'exit 7'")) == 7
        assert (await site.run_one("sh -c 'kill -TERM $$'")).signal == signal.SIGTERM
        result = await site.run_one("echo $MARK; echo $HERE $ROOT >&2", shell=True, workdir="sub/")
        assert (result.stdout, result.stderr) == (b"own\n", b"sub/ ../\n")
        assert (await site.run_one("cat")).stdout == b"", "standard input is empty"
        (output,) = (await site.run_one("true", outputs=["deep/er/out.txt"])).outputs
        assert output.kind == types_pb2.PATH_KIND_MISSING
        assert (site.root / "deep/er").is_dir()
        large = await site.run_one("head -c 3000000 /dev/zero")
        assert 2**20 < len(large.stdout) < 2**20 + 100
        assert b"of 3000000 bytes" in large.stdout

    run(test, tmp_path)


def test_what_cannot_be_started_is_explained(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        (site.root / "plan.py").write_text("#!/usr/bin/env python3\n")
        (site.root / "file").write_text("")
        commands = {
            "./plan.py": "File is not executable: plan.py (make it so: chmod +x plan.py)",
            "./none.sh": "none.sh cannot be executed: No such file",
            "nonesuch": "nonesuch was not found in PATH",
            "echo 'a": "cannot be split into words: no closing '",
            "echo " + "x" * 200_000: "arguments and environment are too long",
        }
        for command, words in commands.items():
            assert words in (await site.run_one(command)).not_started
        assert "cannot be made" in (await site.run_one("true", workdir="file/sub")).not_started

    run(test, tmp_path)


def test_inputs_are_compared_before_and_after(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        path = site.root / "in.txt"
        path.write_text("one")
        inputs = [seen(path, "in.txt")]
        os.utime(path, ns=(1, 1))
        assert exit_code_of(await site.run_one("true", inputs=inputs)) == 0
        during = await site.run_one("sh -c 'echo two > in.txt'", inputs=inputs)
        assert exit_code_of(during) == 0
        assert [changed.path for changed in during.changed_inputs] == ["in.txt"]
        before = await site.run_one("touch ran", inputs=inputs)
        assert "The input in.txt changed before the step could start" in before.not_started
        assert [changed.hash.size for changed in before.changed_inputs] == [4]
        path.unlink()
        assert "vanished" in (await site.run_one("touch ran", inputs=inputs)).not_started
        assert not (site.root / "ran").exists()

    run(test, tmp_path)


def test_attempts_are_interrupted_killed_and_forgotten(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        site.script(
            "stay.py",
            "import os, time\nopen('fifo1', 'w').write(str(os.getpid()))\n"
            "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    raise SystemExit(5)\n",
        )
        for name in ("fifo1", "fifo2", "fifo3"):
            os.mkfifo(site.root / name)
        stay = "trap '' INT; echo $$ > {}; sleep 60; true"
        keys = site.director.order(
            [
                assignment("./stay.py"),
                assignment(stay.format("fifo2"), shell=True),
                assignment(stay.format("fifo3"), shell=True),
            ]
        )
        pids = [await site.wait_line(name) for name in ("fifo1", "fifo2", "fifo3")]
        site.director.stop(keys[0], dispatch_pb2.Order.STOP_INTERRUPT)
        (result,) = await site.director.wait_results(keys[:1])
        assert exit_code_of(result) == 5
        site.director.stop(keys[1], dispatch_pb2.Order.STOP_KILL)
        (result,) = await site.director.wait_results(keys[1:2])
        assert result.signal == signal.SIGKILL
        site.director.forget(keys[2])
        await wait_dead(*pids)
        assert exit_code_of(await site.run_one("true")) == 0
        assert keys[2] not in site.director.results

    run(test, tmp_path, slots=3)


def test_results_are_said_again_after_the_director_was_away(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        director = site.director
        director.acknowledges = False
        (first,) = director.order([assignment("true")])
        await director.wait_results([first])
        os.mkfifo(site.root / "go")
        (second,) = director.order([assignment("cat go")])
        await director.wait(lambda: second in director.started)
        await director.close()
        count = len(director.statements)
        (site.root / "go").write_text("gone")
        director.acknowledges = True
        await director.open()
        (result,) = await director.wait_results([second])
        assert result.stdout == b"gone"
        assert first in director.repeated
        assert director.statements[count].worker.incarnation == director.statements[0].worker.incarnation

    run(test, tmp_path)
