"""The demo's own time: things happen in their order, and the worker's work is done as it goes."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from django.db import transaction

from kernel import deliveries
from matching import actions as matching
from organizations import actions as bodies
from service_records import actions as records

Deed = Callable[[], None]


class Clock:
    """A queue of deeds in time. Reads as the present moment when called."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._deeds: list[tuple[datetime, int, Deed]] = []
        self._order = count()

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now

    def at(self, moment: datetime, deed: Deed) -> None:
        """Let ``deed`` happen at ``moment``, or now if that is past."""
        heapq.heappush(self._deeds, (max(moment, self.now), next(self._order), deed))

    def work(self) -> None:
        """Do what the worker would have done by now."""
        matching.expire_offers(now=self.now)
        matching.ask_again(now=self.now)
        while deliveries.run_due(clock=self, seconds=600) == deliveries.MOST:
            pass  # a run ends when nothing is due any more, or after so many

    def run_until(self, end: datetime, *, step: Callable[[datetime], None]) -> None:
        """Let everything happen that is due before ``end``, a day's deeds in one transaction."""
        while self._deeds and self._deeds[0][0] < end:
            day = self._deeds[0][0].date()
            with transaction.atomic():
                while self._deeds and self._deeds[0][0] < end and self._deeds[0][0].date() == day:
                    self.now, _order, deed = heapq.heappop(self._deeds)
                    deed()
                    self.work()
                records.force_close_open(now=self.now)
                matching.close_past_openings(now=self.now)
                bodies.close_past_shifts(now=self.now)
                matching.learn_daily(now=self.now)
                self.work()
            step(self.now)
        self.now = end
        with transaction.atomic():
            records.force_close_open(now=end)
            matching.close_past_openings(now=end)
            self.work()
