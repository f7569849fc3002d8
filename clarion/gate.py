"""The last look before a post leaves: is what it says still true and allowed today?

Asked again at the moment of posting, from the files as they are then: a figure past its review
date, a helpline whose verification ran out or that is another one by now, a catalogue that is no
longer reviewed hold the post.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from campaigns.errors import ContentError
from campaigns.pictures import consent_problems
from campaigns.risk import risk_problem
from clarion.press import SAMPLE, Job, Press, job_of
from locales import Held, LocalisedCard
from publishers.errors import Transient
from rendering.errors import AssetError, RenderError
from rendering.store import StoreUnavailable
from scheduler.delivery import Entry
from scheduler.zones import zone


@dataclass
class Gate:
    """Callable by the scheduler. In a rehearsal drafts and the sample helpline may pass."""

    press: Press
    rehearsal: bool = False

    def __call__(self, entry: Entry, now: datetime) -> list[str]:
        """Reasons to hold the post back; empty when it may go out."""
        today = now.astimezone(zone(entry.delivery.zone)).date()
        try:
            if entry.delivery.content is not None:
                self.press.bring(entry.delivery.content)
            self.press.library = self.press.library.fresh()
            job = job_of(self.press, entry.delivery)
            card = self.press.localise(job)
        except (ContentError, KeyError) as error:
            return [f"the card cannot be looked up any more ({error})"]
        except StoreUnavailable as error:
            raise Transient(str(error), scope="host") from error
        except AssetError as error:
            return [str(error)]
        if isinstance(card, Held):
            return list(card.reasons)
        changed = [*self._other_line(entry, card, job, today)]
        changed = changed or self._other_text(entry, card, job)
        return [*changed, *self.problems(card, job, today), *self._people(job, today)]

    def problems(self, card: LocalisedCard, job: Job, today: date) -> list[str]:
        """What keeps this card from being posted on this day."""
        found = []
        for name in card.figures:
            figure = self.press.library.figures[name]
            if figure.expired(today):
                found.append(f"figure {name} was to be reviewed by {figure.review_by}")
        if card.helpline and not (self.rehearsal and card.helpline == SAMPLE):
            problem = job.line_problem(self.press.library.referrals[card.helpline], today)
            found += [problem] if problem else []
        if late := card.out_of_time(today):
            found.append(late)
        if not card.reviewed and not self.rehearsal:
            found.append(f"catalogue {card.locale} is a draft awaiting review")
        return found

    def _people(self, job: Job, today: date) -> list[str]:
        """Whom the post could hurt: who is shown did not agree to it, or nobody has asked."""
        found = consent_problems(job.card, today, job.society.territory)
        risk = risk_problem(job.campaign, self.press.library.signatures)
        return found + (["; ".join(risk)] if risk and not self.rehearsal else [])

    def _other_line(
        self, entry: Entry, card: LocalisedCard, job: Job, today: date
    ) -> Iterator[str]:
        """What was approved is frozen: the line on its pictures must still be the one to show."""
        content = entry.delivery.content
        shown = dict(content.facts).get("helpline", "") if content else ""
        if shown == (card.texts["helpline_text"] if card.helpline else ""):
            return
        problems = [job.line_problem(line, today) for line in self.press.lines(job.society)]
        why = "".join(f": {problem}" for problem in problems if problem)
        yield f"the helpline has changed since it was approved{why}; plan and approve it again"

    def _other_text(self, entry: Entry, card: LocalisedCard, job: Job) -> list[str]:
        """What was approved must be what the campaign says now: a figure, a word, a name; also
        where only the post text has it."""
        content = entry.delivery.content
        if content is None:
            return []
        same = tuple(picture.alt for picture in content.pictures) == card.alts
        if same and content.text in self._post_texts(card, job, entry.delivery.channel):
            return []
        return ["its texts have changed since it was approved; plan and approve it again"]

    def _post_texts(self, card: LocalisedCard, job: Job, name: str) -> Iterator[str]:
        """Those that may be approved for a channel; none where the society has it no more, or its
        template no longer gives one."""
        channel = next((one for one in job.society.channels if one.id == name), None)
        if channel is not None:
            with suppress(RenderError):
                yield from self.press.captions_for(card, channel)
