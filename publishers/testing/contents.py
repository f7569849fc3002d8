"""The part of the contract about what goes out, and what is kept back."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from publishers.errors import Permanent
from publishers.limits import count
from publishers.port import Capabilities, Post, Publisher
from publishers.testing.base import Fixtures, MakePost, goes_out
from publishers.testing.lab import Lab
from publishers.testing.posts import FACTS, LINK, MARKED, TAG, TEXTS


class GoesOut(Fixtures):
    """What is given is what a visitor sees."""

    def test_a_text_alone_goes_out(self, lab: Lab, publisher: Publisher, make: MakePost) -> None:
        """Point 1."""
        post = make(alts=())
        if "text alone" in lab.deviations:
            assert publisher.validate(post) != []
            with pytest.raises(Permanent):
                publisher.prepare(post)
            post = make()
        goes_out(lab, publisher, post)

    def test_a_picture_goes_out_with_its_alt_text(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        """Points 2 and 4."""
        goes_out(lab, publisher, post)

    def test_as_many_pictures_as_allowed_go_out_in_order_with_their_alt_texts(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost
    ) -> None:
        """Points 3 and 4."""
        most = 12 if caps.max_pictures is None else caps.max_pictures
        post = make(alts=tuple(f"picture {n}" for n in range(1, most + 1)))
        assert len(post.pictures) == most
        goes_out(lab, publisher, post)

    @pytest.mark.parametrize("name", TEXTS)
    def test_every_character_of_every_script_is_stored_as_sent(
        self, name: str, lab: Lab, publisher: Publisher, make: MakePost
    ) -> None:
        """Points 4 and 7."""
        language, text = TEXTS[name]
        goes_out(lab, publisher, make(text=text, language=language, alts=(text,)))

    def test_links_and_hashtags_are_marked_where_they_stand(
        self, lab: Lab, publisher: Publisher, make: MakePost
    ) -> None:
        """Point 8. Where the platform finds them by itself, they stand whole in the text."""
        seen = goes_out(lab, publisher, make(text=MARKED))
        assert seen.marked is None or seen.marked == (LINK, TAG)

    def test_the_receipt_says_when_and_where(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        receipt = publisher.publish(publisher.prepare(post), lab.now)
        assert receipt.remote_id
        assert receipt.url is None or ":" in receipt.url
        assert abs(receipt.at - lab.now) < timedelta(minutes=15)

    def test_a_time_without_a_zone_is_refused(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        with pytest.raises(ValueError, match="zone"):
            publisher.publish(publisher.prepare(post), datetime(2027, 7, 30, 9, 0))
        assert lab.seen() == []


class Limits(Fixtures):
    """What the platform does not take is found before, and stays here."""

    def test_a_text_at_the_limit_goes_out_and_one_more_is_a_finding(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost
    ) -> None:
        """Points 5 and 6."""
        alts = ("Una mano",) if "text alone" in lab.deviations else ()
        if caps.text_limit is None:
            assert publisher.validate(make(text="a" * 1_000_000, alts=alts)) == []
            return
        over = make(text="a" * (caps.text_limit + 1), alts=alts)
        (finding,) = publisher.validate(over)
        assert (finding.code, finding.field) == ("text.too_long", "text")
        assert finding.limit is not None
        assert finding.actual == finding.limit + 1
        with pytest.raises(Permanent) as refused:
            publisher.prepare(over)
        assert (refused.value.code, refused.value.field) == ("text.too_long", "text")
        goes_out(lab, publisher, make(text="a" * caps.text_limit, alts=alts))

    def test_the_server_refuses_a_text_over_the_limit(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        """Point 5, the other half."""
        over = lab.over_limit(publisher.prepare(post))
        if over is None:
            assert "lenient" in lab.deviations
            return
        with pytest.raises(Permanent):
            publisher.publish(over, lab.now)
        assert lab.seen() == []

    def test_an_alt_text_at_the_limit_goes_out_and_one_more_is_a_finding(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost
    ) -> None:
        """Points 5 and 6."""
        limit = caps.alt_limit
        if caps.max_pictures == 0:
            return
        if limit is None:
            # Without a place of its own, the alt text is part of the text.
            codes = {finding.code for finding in publisher.validate(make(alts=("a" * 100_000,)))}
            assert codes <= (set() if caps.alts else {"text.too_long"})
            return
        (finding,) = publisher.validate(make(alts=("a" * (limit + 1),)))
        assert (finding.code, finding.field) == ("alt.too_long", "pictures.1.alt")
        assert (finding.limit, finding.actual) == (limit, limit + 1)
        goes_out(lab, publisher, make(alts=("a" * limit,)))

    def test_one_picture_too_many_is_a_finding(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost, tmp_path: Path
    ) -> None:
        """Point 5."""
        most, one = caps.max_pictures, lab.picture(tmp_path, "Una mano")
        post = make(alts=())
        if most is None:
            assert publisher.validate(dataclasses.replace(post, pictures=(one,) * 500)) == []
            return
        findings = publisher.validate(dataclasses.replace(post, pictures=(one,) * (most + 1)))
        (finding,) = (one for one in findings if one.code == "pictures.too_many")
        assert (finding.field, finding.limit, finding.actual) == ("pictures", most, most + 1)

    def test_the_limit_counts_as_the_capabilities_say(
        self, publisher: Publisher, caps: Capabilities, make: MakePost
    ) -> None:
        """Point 7: an emoji of many parts and a flag, repeated."""
        text = "👩🏽\u200d⚕️🇮🇹" * 40_000
        actual = count(text, caps.text_counter)
        findings = publisher.validate(make(text=text, alts=()))
        told = [one.actual for one in findings if one.code == "text.too_long"]
        over = caps.text_limit is not None and actual > caps.text_limit
        assert (actual in told) == over
        in_bytes = len(text.encode())
        assert (in_bytes in told) == (
            (caps.text_bytes is not None and in_bytes > caps.text_bytes)
            or (over and actual == in_bytes)
        )

    def test_a_file_larger_than_allowed_is_refused(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost, tmp_path: Path
    ) -> None:
        """Points 5 and 6."""
        if caps.max_pictures == 0:
            return

        def sized(size: int) -> Post:
            picture = lab.picture(tmp_path, f"{size} bytes", size)
            assert picture.path.stat().st_size == size
            return dataclasses.replace(make(), pictures=(picture,))

        if caps.max_bytes is None:
            publisher.prepare(sized(10_000_000))
            return
        publisher.prepare(sized(caps.max_bytes))
        with pytest.raises(Permanent) as refused:
            publisher.prepare(sized(caps.max_bytes + 1))
        assert refused.value.field == "pictures.1"
        assert lab.seen() == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"key": " "}, "key.missing"),
            ({"language": ""}, "language.missing"),
            ({"text": " \n", "pictures": ()}, "post.empty"),
            ({"text": "half \ud83d"}, "text.broken"),
            ({"title": "half \ud83d"}, "title.broken"),
            ({"facts": FACTS | {"sources": "\udc00"}}, "fact.broken"),
        ],
    )
    def test_what_cannot_go_out_is_found_and_not_prepared(
        self, change: dict[str, object], code: str, publisher: Publisher, lab: Lab, post: Post
    ) -> None:
        wrong = dataclasses.replace(post, **change)  # type: ignore[arg-type]
        findings = publisher.validate(wrong)
        assert code in [finding.code for finding in findings]
        with pytest.raises(Permanent) as refused:
            publisher.prepare(wrong)
        assert refused.value.code == findings[0].code
        assert lab.seen() == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"alt": " "}, "alt.missing"),
            ({"alt": "\ud83d"}, "alt.broken"),
            ({"media_type": "application/pdf"}, "picture.media_type"),
        ],
    )
    def test_what_is_wrong_with_a_picture_names_its_number(
        self,
        change: dict[str, str],
        code: str,
        lab: Lab,
        publisher: Publisher,
        post: Post,
        tmp_path: Path,
    ) -> None:
        wrong = dataclasses.replace(lab.picture(tmp_path, "wrong"), **change)  # type: ignore[arg-type]
        pictures = (*post.pictures, wrong)
        findings = publisher.validate(dataclasses.replace(post, pictures=pictures))
        (finding,) = (one for one in findings if one.code == code)
        assert finding.field.startswith(f"pictures.{len(pictures)}")
        assert "\n" not in finding.text

    @pytest.mark.parametrize("damage", ["gone", "changed"])
    def test_a_picture_that_is_not_the_approved_one_is_refused(
        self, damage: str, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        if not post.pictures:
            return
        path = post.pictures[0].path
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes() + b"\0")
        code = {"gone": "picture.missing", "changed": "picture.changed"}[damage]
        for ask in (publisher.preview, publisher.prepare):
            with pytest.raises(Permanent) as refused:
                publisher.publish(ask(post), lab.now)
            assert (refused.value.code, refused.value.field) == (code, "pictures.1")
            assert "\n" not in str(refused.value)
        assert lab.seen() == []
