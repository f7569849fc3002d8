"""Translators are given every message, with the same comments by both ways of extraction."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from campaigns.errors import ContentError
from campaigns.library import Library
from campaigns.loader import load_campaign
from campaigns.model import Campaign
from locales.catalogue import Entry
from locales.checks import faults
from locales.extract import extract_campaign, extract_template, longest
from locales.po import format_po, parse_po

REPOSITORY = Path(__file__).parents[2]
METHOD = "locales.extract:extract_campaign"


def test_babel_gets_line_context_text_and_comments(campaign: Campaign) -> None:
    found = list(extract_from_file(METHOD, campaign.file))
    assert len(found) == len(list(campaign.messages()))
    line, text, comments, context = next(item for item in found if item[3] == "myth.myth")
    assert text == "They are the same."
    assert (
        campaign.file.read_text(encoding="utf-8").split("\n")[line - 1].strip().startswith("myth:")
    )
    assert comments == [
        "Where: picture, smaller half",
        "What: a false belief: keep it false",
        "Max length: 120 characters (80 in English)",
        "Note: Keep it false.",
    ]
    assert context == "myth.myth"


def test_shared_messages_are_extracted_by_the_same_method(library: Library) -> None:
    found = list(extract_from_file(METHOD, library.folders[0] / "shared.yaml"))
    assert [item[3] for item in found] == list(library.shared)


def test_placeholders_come_with_an_example(campaign: Campaign) -> None:
    template = extract_template(campaign)
    assert (
        "Placeholders: {figure_2} (for example 27.6 or 42%); {date} (for example 30 July)"
        in template.contexts["number.body"].auto_comments
    )


def test_both_ways_give_the_same_comments(campaign: Campaign, library: Library) -> None:
    for source, path in (
        (campaign, campaign.file),
        (library.shared, library.folders[0] / "shared.yaml"),
    ):
        by_babel = {item[3]: item[2] for item in extract_from_file(METHOD, path)}
        template = extract_template(source)  # type: ignore[arg-type]
        assert {key: m.auto_comments for key, m in template.contexts.items()} == by_babel


def test_a_template_is_the_same_bytes_every_time(campaign: Campaign, library: Library) -> None:
    first, second = (format_po(extract_template(campaign)) for _ in range(2))
    assert first == second == format_po(extract_template(library.campaign("small")))
    assert b"POT-Creation-Date" not in first
    assert b"@" not in first


def test_a_template_keeps_the_order_of_the_file_and_the_flags(campaign: Campaign) -> None:
    template = extract_template(campaign)
    assert list(template.contexts) == [message.context for message in campaign.messages()]
    assert template.contexts["number.value"].flags == {"python-brace-format", "max-length:36"}
    assert template.contexts["myth.myth"].flags == {"max-length:120"}


def test_the_limit_is_where_the_check_begins_to_complain(campaign: Campaign) -> None:
    message = next(one for one in campaign.messages() if one.context == "myth.myth")
    most = longest(message)
    assert f"max-length:{most}" in extract_template(campaign).contexts["myth.myth"].flags
    for size, rules in ((most, set()), (most + 1, {"long"})):
        entry = Entry(message.context, message.text, "é" * size, False, frozenset(), (), "", (), 1)
        assert {one.rule for one in faults(entry, message, "fr")} & {"long"} == rules


def test_a_figure_with_a_scale_may_be_counted_otherwise(
    campaign: Campaign, library: Library
) -> None:
    scaled = {**library.figures, "F01": replace(library.figures["F01"], scale="million")}
    template = extract_template(campaign, scaled)
    value, body = template.contexts["number.value"], template.contexts["number.body"]
    assert value.flags == {"no-python-brace-format", "max-length:36"}
    assert value.auto_comments[-1] == (
        "In place of {figure} million, where your language counts so: {figure_wan} = 2,760 wan; "
        "{figure_lakh} = 276 lakh; {figure_crore} = 2.76 crore"
    )
    assert "python-brace-format" in body.flags
    assert (
        format_po(parse_po(format_po(template), Path("x.pot"), "fr", "x")).count(
            b"#, max-length:36, no-python-brace-format\n"
        )
        == 1
    )


def test_a_template_knows_its_source_and_which_rewordings_are_minor(campaign: Campaign) -> None:
    text = campaign.file.read_text(encoding="utf-8")
    text = text.replace("note: Keep it false.", 'note: Keep it false., minor: "true"')
    campaign.file.write_text(text.replace("source_locale: en_GB", "source_locale: fr"), "utf-8")
    template = extract_template(load_campaign(campaign.file))
    assert (template.source, template.minor) == ("fr", {"myth.myth"})
    campaign.file.write_text(text.replace('"true"', '"yes"'), "utf-8")
    with pytest.raises(ContentError, match='write "true" when the meaning stayed'):
        load_campaign(campaign.file)


def test_a_long_comment_stays_one_line(campaign: Campaign) -> None:
    text = format_po(extract_template(campaign)).decode()
    assert re.search(r"^#\. Placeholders: .{60,}$", text, re.MULTILINE)


def test_a_campaign_the_loader_refuses_is_not_extracted(campaign: Campaign) -> None:
    campaign.file.write_text("id: small\n", encoding="utf-8")
    with campaign.file.open("rb") as file, pytest.raises(ContentError, match="is missing"):
        list(extract_campaign(file, {}, (), {}))


def test_the_extractor_is_registered_under_its_name() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    target = project["project"]["entry-points"]["babel.extractors"]["clarion_campaign"]
    module, _, name = target.partition(":")
    assert getattr(importlib.import_module(module), name) is extract_campaign


@pytest.mark.parametrize("source", ["campaigns/online-safety", "campaigns/shared.yaml"])
def test_babels_own_command_works_in_the_repository(tmp_path: Path, source: str) -> None:
    target = tmp_path / "out.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command += ["-F", "locales/babel.cfg", "-o", str(target), source]
    subprocess.run(command, cwd=REPOSITORY, check=True, timeout=60)
    text = target.read_text(encoding="utf-8")
    assert text.count("\nmsgctxt ") > 20
    assert f"#: {source}" in text
