"""The conductor of an embedded build: stories of builds that end well, and of the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stepup_client.cli.conduct import (
    INTERNAL,
    INTERRUPTED,
    Action,
    AskToStop,
    BeginBuild,
    BuildEnded,
    Complain,
    Conductor,
    EndPrograms,
    Finish,
    Interrupted,
    Listening,
    ProgramEnded,
    Refused,
    Stimulus,
    StreamEnded,
    TimePassed,
)
from stepup_client.cli.options import Member, Program
from stepup_client.rpc.control_values import BuildEnd, StopLevel

__all__ = ()

DIRECTOR = Member(Program.DIRECTOR)
WORKER = Member(Program.WORKER)
SECOND_WORKER = Member(Program.WORKER, 1)
DRAIN = AskToStop(StopLevel.DRAIN)
INTERRUPT = AskToStop(StopLevel.INTERRUPT)
KILL = AskToStop(StopLevel.KILL)
OK = BuildEnded(BuildEnd(1, 0))
FAILED = BuildEnded(BuildEnd(1, 36))
DIRECTOR_DONE = ProgramEnded(DIRECTOR, 0)
WORKER_DONE = ProgramEnded(WORKER, 0)
ENDINGS = (StreamEnded(), WORKER_DONE, DIRECTOR_DONE)


def a_conductor(*more: Member) -> Conductor:
    return Conductor((DIRECTOR, WORKER, *more))


def a_watching_conductor() -> Conductor:
    return Conductor((DIRECTOR, WORKER), watches=True)


def tell(*story: Stimulus, conductor: Conductor | None = None, now: float = 0.0) -> list[Action]:
    """Tell a story that takes no time."""
    conductor = conductor or a_conductor()
    return [action for stimulus in story for action in conductor.handle(stimulus, now)]


def let_time_pass(conductor: Conductor) -> list[Action]:
    """Go to the next deadline."""
    deadline = conductor.next_deadline()
    assert deadline is not None
    return conductor.handle(TimePassed(), deadline)


def complaint(actions: list[Action]) -> str:
    (found,) = [action.text for action in actions if isinstance(action, Complain)]
    return found


def test_a_build_that_ends_well() -> None:
    assert tell(Listening(), OK, *ENDINGS) == [BeginBuild(), DRAIN, Finish(0)]


def test_a_build_that_fails_hands_on_its_return_code() -> None:
    assert tell(Listening(), FAILED, *ENDINGS)[-1] == Finish(36)


def test_the_order_in_which_things_end_does_not_matter() -> None:
    assert tell(Listening(), DIRECTOR_DONE, OK, StreamEnded(), WORKER_DONE)[-1] == Finish(0)
    assert tell(Listening(), WORKER_DONE, DIRECTOR_DONE, OK, StreamEnded())[-1] == Finish(0)


def test_a_director_that_dies_before_it_listens_is_reported() -> None:
    conductor = a_conductor()
    actions = tell(ProgramEnded(DIRECTOR, 1), ProgramEnded(WORKER, -9), conductor=conductor)
    assert "director ended with exit code 1" in complaint(actions)
    assert "The build never began." in complaint(actions)
    assert actions[1:] == [EndPrograms(), Finish(INTERNAL)]
    assert not conductor.has_begun


def test_a_worker_that_dies_before_the_director_listens_is_reported() -> None:
    actions = tell(ProgramEnded(WORKER, 2), Listening(), ProgramEnded(DIRECTOR, -9))
    assert "Worker 0 ended with exit code 2" in complaint(actions)
    assert actions[1:] == [EndPrograms(), Finish(INTERNAL)]


def test_a_killed_director_is_named_and_the_user_told_what_to_do() -> None:
    broken = StreamEnded("Socket closed")
    actions = tell(Listening(), broken, ProgramEnded(DIRECTOR, -9), ProgramEnded(WORKER, 1))
    assert "director was killed by signal 9" in complaint(actions)
    assert "`stepup build` again finishes the rest" in complaint(actions)
    assert actions[-1] == Finish(INTERNAL)


def test_a_worker_that_gives_up_because_its_director_was_killed_is_not_blamed() -> None:
    actions = tell(Listening(), ProgramEnded(WORKER, 1), ProgramEnded(DIRECTOR, -9), StreamEnded("x"))
    assert "director was killed by signal 9" in complaint(actions)
    assert actions[-1] == Finish(INTERNAL)


def test_a_worker_whose_guardian_survives_is_named_as_killed_too() -> None:
    assert "Worker 0 was killed by signal 9" in complaint(tell(Listening(), ProgramEnded(WORKER, 137)))


def test_a_killed_worker_is_named_and_the_director_stopped() -> None:
    conductor = a_conductor()
    actions = tell(Listening(), ProgramEnded(WORKER, -9), conductor=conductor)
    assert "Worker 0 was killed by signal 9" in complaint(actions)
    assert actions[-1] == KILL
    later = tell(FAILED, StreamEnded(), DIRECTOR_DONE, conductor=conductor)
    assert later == [Finish(INTERNAL | 36)]


def test_a_director_that_ignores_the_loss_of_its_worker_is_ended() -> None:
    conductor = a_conductor()
    tell(Listening(), ProgramEnded(WORKER, -9), conductor=conductor)
    assert let_time_pass(conductor) == [EndPrograms()]
    assert tell(ProgramEnded(DIRECTOR, -9), conductor=conductor) == [Finish(INTERNAL)]


def test_a_worker_that_leaves_politely_in_the_middle_is_doubted_after_a_while() -> None:
    conductor = a_conductor()
    assert tell(Listening(), WORKER_DONE, conductor=conductor) == [BeginBuild()]
    assert let_time_pass(conductor)[-1] == KILL


def test_the_death_of_any_worker_stops_the_build() -> None:
    conductor = a_conductor(SECOND_WORKER)
    actions = tell(Listening(), ProgramEnded(SECOND_WORKER, -9), conductor=conductor)
    assert "Worker 1 was killed by signal 9" in complaint(actions)
    assert actions[-1] == KILL
    assert tell(FAILED, StreamEnded(), DIRECTOR_DONE, conductor=conductor) == []
    assert tell(WORKER_DONE, conductor=conductor) == [Finish(INTERNAL | 36)]


def test_the_first_worker_that_leaves_in_the_middle_is_named() -> None:
    conductor = a_conductor(SECOND_WORKER)
    tell(Listening(), ProgramEnded(SECOND_WORKER, 3), ProgramEnded(WORKER, 4), conductor=conductor)
    assert "Worker 1 ended with exit code 3" in complaint(let_time_pass(conductor))


def test_a_director_that_stops_without_ending_the_build_is_no_success() -> None:
    actions = tell(Listening(), *ENDINGS)
    assert "stopped before the build ended" in complaint(actions)
    assert actions[-1] == Finish(INTERNAL)


def test_a_refused_build_stops_the_programs() -> None:
    actions = tell(Listening(), Refused("defer_cap is too large"), *ENDINGS)
    assert complaint(actions) == "defer_cap is too large"
    assert actions[-2:] == [DRAIN, Finish(INTERNAL)]


def test_a_call_that_fails_with_its_director_gets_no_complaint_of_its_own() -> None:
    story = (Listening(), StreamEnded("x"), Refused("x"), ProgramEnded(DIRECTOR, -11), WORKER_DONE)
    assert "signal 11" in complaint(tell(*story))


def test_the_first_ctrl_c_interrupts_and_the_exit_code_says_so() -> None:
    actions = tell(Listening(), Interrupted(), BuildEnded(BuildEnd(1, 36)), *ENDINGS)
    assert actions == [BeginBuild(), INTERRUPT, DRAIN, Finish(36 | INTERRUPTED)]


def test_patience_ends_in_kills() -> None:
    conductor = a_conductor()
    assert tell(Listening(), Interrupted(), conductor=conductor)[-1] == INTERRUPT
    assert let_time_pass(conductor) == [KILL]
    assert let_time_pass(conductor) == [EndPrograms()]
    ends = (ProgramEnded(DIRECTOR, -9), ProgramEnded(WORKER, -9))
    assert tell(*ends, conductor=conductor) == [Finish(INTERRUPTED)]


def test_three_presses_end_the_programs_at_once() -> None:
    actions = tell(Listening(), Interrupted(), Interrupted(), Interrupted())
    assert actions == [BeginBuild(), INTERRUPT, KILL, EndPrograms()]


def test_ctrl_c_before_the_director_listens_ends_the_programs() -> None:
    ends = (ProgramEnded(DIRECTOR, -9), ProgramEnded(WORKER, -9))
    assert tell(Interrupted(), *ends) == [EndPrograms(), Finish(INTERRUPTED)]


def test_programs_that_hang_after_the_end_are_ended() -> None:
    conductor = a_conductor()
    tell(Listening(), OK, StreamEnded(), conductor=conductor)
    assert conductor.next_deadline() == 5.0
    assert let_time_pass(conductor) == [EndPrograms()]


STIMULI: tuple[Stimulus, ...] = (
    Listening(),
    OK,
    FAILED,
    StreamEnded(),
    StreamEnded("broken"),
    Refused("no"),
    Interrupted(),
    TimePassed(),
)
MEMBERS = (DIRECTOR, WORKER, SECOND_WORKER)
ENDS: tuple[Stimulus, ...] = tuple(ProgramEnded(member, code) for member in MEMBERS for code in (0, 1, -9))


@given(st.lists(st.tuples(st.sampled_from(STIMULI + ENDS), st.floats(0, 20)), max_size=12))
def test_every_story_ends_once_all_programs_have_ended(story: list[tuple[Stimulus, float]]) -> None:
    conductor = a_conductor(SECOND_WORKER)
    now = 0.0
    ended: set[Member] = set()
    actions: list[Action] = []
    for stimulus, pause in story:
        if isinstance(stimulus, ProgramEnded):
            if stimulus.member in ended:
                continue
            ended.add(stimulus.member)
        now += pause
        actions += conductor.handle(stimulus, now)
    for member in set(MEMBERS) - ended:
        actions += conductor.handle(ProgramEnded(member, 0), now)
    if not any(isinstance(action, Finish) for action in actions):
        actions += conductor.handle(StreamEnded(), now)
    assert sum(isinstance(action, Finish) for action in actions) == 1
    interrupted = any(isinstance(stimulus, Interrupted) for stimulus, _ in story)
    (finish,) = [action for action in actions if isinstance(action, Finish)]
    complained = any(isinstance(action, Complain) for action in actions)
    assert complained == bool(finish.exit_code & INTERNAL)
    assert not finish.exit_code & INTERRUPTED or interrupted


def test_a_watching_build_goes_on_until_the_director_stops() -> None:
    watching = a_watching_conductor()
    assert tell(Listening(), FAILED, OK, conductor=watching) == [BeginBuild()]
    assert tell(*ENDINGS, conductor=watching) == [Finish(0)]


def test_the_last_build_of_a_watch_decides_on_the_exit_code() -> None:
    assert tell(Listening(), OK, FAILED, *ENDINGS, conductor=a_watching_conductor())[-1] == Finish(36)


def test_ctrl_c_ends_a_watch() -> None:
    watching = a_watching_conductor()
    assert tell(Listening(), FAILED, Interrupted(), conductor=watching) == [BeginBuild(), INTERRUPT]
    assert tell(*ENDINGS, conductor=watching) == [Finish(36 | INTERRUPTED)]


def test_a_director_that_dies_while_it_watches_is_mourned() -> None:
    story = (Listening(), OK, StreamEnded("broken"), ProgramEnded(DIRECTOR, -9), WORKER_DONE)
    *_, complaint, end = tell(*story, conductor=a_watching_conductor())
    assert isinstance(complaint, Complain)
    assert "killed by signal 9" in complaint.text
    assert end == Finish(INTERNAL)
