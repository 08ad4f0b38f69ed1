"""Laws of the session that hold in all histories."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stepup_worker.core.commands import Command, Interrupt, Kill, Leave, Start
from stepup_worker.core.events import (
    AttemptBegan,
    AttemptEnded,
    Event,
    OrdersReceived,
    Resumed,
    StreamBroken,
    StreamOpened,
    Suspended,
    TimePassed,
)
from stepup_worker.core.session import Session
from stepup_worker.core.values import Assignment, AttemptId, Exited, Order, Outcome, Statement, StopLevel, TimedOut

SLOTS = 2
WORK = Assignment(command="true", workdir=".", shell=False)
TIMEOUT_S = 2.0
HASTY = Assignment(command="true", workdir=".", shell=False, timeout_s=TIMEOUT_S)
"""Every third attempt has a timeout."""


class Conversation(RuleBasedStateMachine):
    """A session, the processes it orders, and a director that loses streams and repeats itself."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(SLOTS)
        self.now = 0.0
        self.is_open = False
        self.sequence = 0
        self.count = 0
        self.wanted: list[AttemptId] = []
        self.dropped: set[AttemptId] = set()
        self.described: set[AttemptId] = set()
        self.listed: set[AttemptId] = set()
        self.reported: set[AttemptId] = set()
        self.to_acknowledge: set[AttemptId] = set()
        self.started: set[AttemptId] = set()
        self.running: dict[AttemptId, bool] = {}
        self.ran_s: dict[AttemptId, float] = {}
        """How long attempts have run that may not run for ever, without the time for which all stood still."""
        self.interrupted: set[AttemptId] = set()
        self.is_suspended = False

    def tell(self, event: Event) -> None:
        self.pass_time(0.1)
        for command in self.session.handle(event, self.now):
            self.perform(command)

    def perform(self, command: Command) -> None:
        match command:
            case Start(attempt):
                assert attempt not in self.started, "an attempt ran twice"
                self.started.add(attempt)
                self.running[attempt] = False
            case Interrupt(attempt):
                assert attempt in self.running
                assert self.ran_s[attempt] >= TIMEOUT_S - 1e-6
                self.interrupted.add(attempt)
            case Kill(attempt):
                assert attempt in self.running
            case Leave():
                raise AssertionError("nobody asked the worker to leave")
            case _:
                pass

    def hear(self, statement: Statement | None) -> None:
        if statement is None:
            return
        for result in statement.finished:
            assert result.attempt in self.started
            assert (result.outcome.end == TimedOut(TIMEOUT_S)) == (result.attempt in self.interrupted)
            self.reported.add(result.attempt)
            self.to_acknowledge.add(result.attempt)
        if statement.seen == self.sequence:
            missing = self.listed - set(statement.holding) - self.reported
            assert not missing, f"lost: {missing}"

    @precondition(lambda self: not self.is_open)
    @rule()
    def connect(self) -> None:
        self.is_open = True
        self.sequence = 0
        self.listed = set()
        self.tell(StreamOpened())
        statement = self.session.next_statement(always=True)
        assert statement is not None
        assert statement.slots == SLOTS
        self.described = set(statement.holding)
        self.hear(statement)

    @precondition(lambda self: self.is_open)
    @rule()
    def disconnect(self) -> None:
        self.is_open = False
        self.tell(StreamBroken())

    @rule(count=st.integers(1, 4))
    def want(self, count: int) -> None:
        for _ in range(count):
            self.count += 1
            self.wanted.append(AttemptId(self.count, self.count))

    @precondition(lambda self: self.wanted)
    @rule(choice=st.integers(0, 100))
    def want_no_more(self, choice: int) -> None:
        attempt = self.wanted.pop(choice % len(self.wanted))
        self.dropped.add(attempt)

    @precondition(lambda self: self.is_open)
    @rule(acknowledge=st.booleans(), repeat=st.booleans())
    def send_orders(self, acknowledge: bool, repeat: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
        for _ in range(2 if repeat else 1):
            acknowledged = tuple(sorted(self.to_acknowledge)) if acknowledge else ()
            self.to_acknowledge -= set(acknowledged)
            self.wanted = [attempt for attempt in self.wanted if attempt not in acknowledged]
            self.sequence += 1
            details = [None if attempt in self.described else _work(attempt) for attempt in self.wanted]
            pairs = zip(self.wanted, details, strict=True)
            orders = tuple(Order(attempt, StopLevel.NONE, detail) for attempt, detail in pairs)
            self.listed = set(self.wanted)
            self.described |= self.listed
            event = OrdersReceived(sequence=self.sequence, orders=orders, acknowledged=acknowledged)
            self.tell(event)

    @precondition(lambda self: any(not has_begun for has_begun in self.running.values()))
    @rule()
    def begin(self) -> None:
        attempt = next(attempt for attempt, has_begun in self.running.items() if not has_begun)
        self.running[attempt] = True
        self.tell(AttemptBegan(attempt))
        if _work(attempt) is HASTY:
            self.ran_s[attempt] = 0.0

    @precondition(lambda self: self.running)
    @rule(choice=st.integers(0, 100))
    def end(self, choice: int) -> None:
        attempt = list(self.running)[choice % len(self.running)]
        del self.running[attempt]
        self.ran_s.pop(attempt, None)
        self.tell(AttemptEnded(attempt, Outcome(end=Exited(0))))

    @rule()
    def stand_still_or_go_on(self) -> None:
        self.is_suspended = not self.is_suspended
        self.session.handle(Suspended() if self.is_suspended else Resumed(), self.now)

    @rule(seconds=st.sampled_from([0.5, TIMEOUT_S]))
    def wait(self, seconds: float) -> None:
        self.pass_time(seconds)
        self.tell(TimePassed())

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        if not self.is_suspended:
            for attempt in self.ran_s:
                self.ran_s[attempt] += seconds

    @precondition(lambda self: self.is_open)
    @rule(always=st.booleans())
    def listen(self, always: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
        self.hear(self.session.next_statement(always=always))

    @invariant()
    def slots_are_respected(self) -> None:
        assert len(self.running) <= SLOTS

    def teardown(self) -> None:
        """Let everything settle: then every wanted attempt was reported, and nothing is held."""
        if not self.is_open:
            self.connect()
        for _ in range(3 * self.count + 3):
            self.send_orders(acknowledge=True, repeat=False)
            while self.running:
                self.end(0)
            self.listen(always=True)
        assert not self.wanted
        assert self.reported | self.dropped >= self.started
        assert self.session.is_idle()
        statement = self.session.next_statement(always=True)
        assert statement is not None
        assert (statement.holding, statement.finished) == ((), ())


def _work(attempt: AttemptId) -> Assignment:
    return HASTY if attempt.number % 3 == 0 else WORK


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
