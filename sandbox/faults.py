"""Failures on order: what the network and a platform's servers do on a bad day."""

import fnmatch
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar, get_args

from sandbox.errors import Json

FaultKind = Literal["429", "500", "502", "timeout", "reset", "garbage", "hold"]
T = TypeVar("T")


@dataclass(slots=True)
class Fault:
    """One rule. `method` is a name, `*`, or a pattern such as `send*`; `times` None means without end.

    Kinds: `429` (with `retry_after` seconds), `500` and `502` (the platform's JSON errors), `garbage` (HTML with
    status 502), `reset` (connection closed, no answer), `timeout` (no answer for `seconds`, then closed),
    `hold` (the answer comes `seconds` late). With `after_effect` the call takes effect first and only its
    answer is lost or late. Raises `ValueError` for values that make no sense.
    """

    method: str = "*"
    kind: FaultKind = "500"
    chance: float = 1.0
    times: int | None = None
    after_effect: bool = False
    retry_after: int = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"kind must be one of {', '.join(get_args(FaultKind))}, not {self.kind!r}")
        if not 0 <= self.chance <= 1:
            raise ValueError("chance must lie between 0 and 1")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1")
        if self.retry_after < 1:
            raise ValueError("retry_after must be at least 1")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("seconds must not be negative")

    @property
    def delay(self) -> float:
        """How long `hold` and `timeout` last, in seconds."""
        if self.seconds is not None:
            return self.seconds
        return 60.0 if self.kind == "timeout" else 1.0

    def to_json(self) -> Json:
        return asdict(self)


class Faults:
    """The rules in force, and chances (0 to 1) for updates to come twice, out of order, or again after their ack.

    `duplicate`: an update is delivered a second time; `shuffle`: a batch comes in another order;
    `lose_ack`: a confirmation goes unheard, so that the same updates come again. `seed` makes a run repeatable.
    """

    def __init__(self, seed: int | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rules: list[Fault] = []
        self.duplicate = 0.0
        self.shuffle = 0.0
        self.lose_ack = 0.0
        self.on_down: list[Callable[[], None]] = []
        self._random = random.Random(seed)
        self._clock = clock
        self._down_until = 0.0

    def add(self, rule: Fault) -> Fault:
        """Put a rule in force, after those before it; the first that strikes wins."""
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """End all failures, a network outage too."""
        self.rules.clear()
        self.duplicate = self.shuffle = self.lose_ack = 0.0
        self._down_until = 0.0

    def network_down(self, seconds: float) -> None:
        """From now on, for `seconds`, every connection is cut without an answer, waiting long polls too."""
        self._down_until = self._clock() + seconds
        for listener in self.on_down:
            listener()

    @property
    def down_for(self) -> float:
        """Seconds until the network is back; 0 when it is up."""
        return max(0.0, self._down_until - self._clock())

    def strike(self, method: str) -> Fault | None:
        """The rule that hits this call, if any; a rule with `times` is used up by it."""
        for rule in self.rules:
            if fnmatch.fnmatchcase(method, rule.method) and self.roll(rule.chance):
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times == 0:
                        self.rules.remove(rule)
                return rule
        return None

    def roll(self, chance: float) -> bool:
        return chance > 0 and self._random.random() < chance

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """`items`, in another order if `shuffle` strikes."""
        order = list(items)
        if self.roll(self.shuffle):
            self._random.shuffle(order)
        return order

    def to_json(self) -> Json:
        return {
            "faults": [rule.to_json() for rule in self.rules],
            "duplicate": self.duplicate,
            "shuffle": self.shuffle,
            "lose_ack": self.lose_ack,
            "network_down": round(self.down_for, 3),
        }
