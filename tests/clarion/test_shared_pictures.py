"""Workspaces on several machines that keep their pictures in one place: settings and commands."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
from pathlib import Path

import pytest

from clarion.settings import Settings, SettingsError, access, load_settings
from clarion.wiring import open_store
from rendering.asset import AssetStore
from rendering.s3_store import S3Store
from scheduler.delivery import Content
from scheduler.post import touched
from tests.conftest import Command
from tests.object_store import KEYS, Wire, service

__all__ = ["service"]
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEYS.id, "AWS_SECRET_ACCESS_KEY": KEYS.secret}
_numbers = itertools.count()
STARTER = 'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\nsample_helpline = true\n'


def told(workspace: Path, text: str) -> Path:
    (workspace / "clarion.toml").write_text(STARTER + text, "utf-8")
    return workspace


def shared(workspace: Path, service: str, prefix: str) -> Path:
    return told(workspace, f'assets = "s3://clarion/{prefix}"\nassets_endpoint = "{service}"\n')


@pytest.fixture
def prefix() -> str:
    return f"shared/{os.getpid()}-{next(_numbers)}"


def pictures(workspace: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (workspace / "assets").rglob("*.jpg")
    }


# --- settings -------------------------------------------------------------------------------------


def test_pictures_lie_in_the_workspace_unless_a_folder_is_named(workspace: Path) -> None:
    assert load_settings(told(workspace, ""), {}).assets == workspace / "assets"
    inside = load_settings(told(workspace, 'assets = "drawn"\n'), {})
    assert inside.assets == workspace / "drawn"
    outside = load_settings(told(workspace, 'assets = "/mnt/pictures"\n'), {})
    assert outside.assets == Path("/mnt/pictures")
    store = open_store(outside)
    assert isinstance(store, AssetStore)
    assert store.folder == Path("/mnt/pictures")


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("s3://pictures", ("pictures", "")),
        ("s3://pictures/", ("pictures", "")),
        ("s3://pictures/of/2027/", ("pictures", "of/2027")),
    ],
)
def test_a_bucket_is_read_from_its_address(
    workspace: Path, address: str, bucket: tuple[str, str]
) -> None:
    settings = load_settings(told(workspace, f'assets = "{address}"\n'), {})
    assert settings.bucket == bucket
    assert settings.assets.parent == workspace / "assets"


def test_every_bucket_and_service_has_a_folder_of_its_own() -> None:
    places = [("assets", ""), ("s3://one", ""), ("s3://two", ""), ("s3://one", "https://s3.a.org")]
    found = [Settings(Path("w"), assets_in=a, assets_endpoint=e).assets for a, e in places]
    assert len(set(found)) == len(places)
    slash = Settings(Path("w"), assets_in="s3://one/", assets_endpoint="https://s3.a.org/")
    assert slash.assets == found[3]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('assets = ""', "'assets' is ''; write a folder, or s3://bucket/prefix"),
        ('assets = "s3://No_Bucket"', "write a folder, or s3://bucket/prefix"),
        ('assets = "http://example.org/x"', "write a folder, or s3://bucket/prefix"),
        ('assets = "s3://b-1/a//b"', "write a folder, or s3://bucket/prefix"),
        ('assets_endpoint = "https://s3.example.org"', "'assets' is a folder; write assets ="),
        (
            'assets = "s3://pictures"\nassets_endpoint = "https://me:hush@s3.example.org"',
            "write it like https://s3.example.org, without keys",
        ),
        (
            'assets = "s3://pictures"\nassets_endpoint = "s3.example.org"',
            "write it like https://s3.example.org, without keys",
        ),
    ],
)
def test_what_is_no_place_is_told_with_the_remedy(workspace: Path, text: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(told(workspace, text), {})
    assert remedy in str(caught.value)
    assert str(workspace / "clarion.toml") in str(caught.value)
    assert "hush" not in str(caught.value)


def test_keys_come_from_the_environment_and_are_never_shown(workspace: Path) -> None:
    settings = load_settings(told(workspace, 'assets = "s3://pictures"\n'), {})
    with pytest.raises(SettingsError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        access(settings, {"AWS_ACCESS_KEY_ID": "only-half"})
    found = access(settings, ENVIRONMENT | {"AWS_SESSION_TOKEN": "a-token"})
    assert (found.key, found.secret, found.token) == (KEYS.id, KEYS.secret, "a-token")
    assert not [word for word in (KEYS.id, KEYS.secret, "a-token") if word in repr(found)]


@pytest.mark.parametrize(
    ("endpoint", "environment", "region"),
    [
        ("", {}, "us-east-1"),
        ("", {"AWS_REGION": "eu-north-1"}, "eu-north-1"),
        ("https://s3.eu-central-1.example.org", {}, "eu-central-1"),
        ("https://pictures.example.org", {}, "us-east-1"),
    ],
)
def test_the_region_follows_the_environment_then_the_address(
    endpoint: str, environment: dict[str, str], region: str
) -> None:
    settings = Settings(Path(), assets_in="s3://pictures", assets_endpoint=endpoint)
    assert access(settings, ENVIRONMENT | environment).region == region


# --- commands -------------------------------------------------------------------------------------


def test_what_one_workspace_built_another_packs_without_drawing(
    workspace: Path, tmp_path: Path, process: Command, service: str, prefix: str
) -> None:
    shared(workspace, service, prefix)
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    first = process("build", "--json", environment=ENVIRONMENT)
    assert (first.code, first.value["drawn"]) == (0, 3), first
    second = process("build", "--json", at=other, environment=ENVIRONMENT)
    assert (second.value["drawn"], second.value["reused"]) == (0, 3)
    assert pictures(other) == pictures(workspace)
    packed = process("pack", at=other, environment=ENVIRONMENT)
    assert packed.code == 0, packed
    for done in (first, second, packed):
        assert KEYS.secret not in done.out + done.err


def test_without_keys_and_without_the_service_one_line_says_what_to_do(
    workspace: Path, process: Command, service: str, prefix: str
) -> None:
    with Wire(service) as wire:
        shared(workspace, wire.endpoint, prefix)
        assert process("build").complaint == (
            f"{workspace / 'clarion.toml'}: 'assets' is s3://clarion/{prefix}, but its keys are "
            "not in the environment; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    complaint = process("build", environment=ENVIRONMENT).complaint
    assert complaint.startswith(f"s3://clarion/{prefix} at {wire.endpoint} does not answer; ")
    wrong = ENVIRONMENT | {"AWS_SECRET_ACCESS_KEY": "not-this-one"}
    shared(workspace, service, prefix)
    complaint = process("build", environment=wrong).complaint
    assert "refuses these credentials" in complaint
    assert "not-this-one" not in complaint


def test_a_machine_that_posts_fetches_what_another_drew(
    workspace: Path, tmp_path: Path, service: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clarion.wiring import Studio
    from scheduler.delivery import PictureRef
    from tests.rendering.test_build import cards

    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    shared(workspace, service, prefix)
    other = Path(shutil.copytree(workspace, tmp_path / "other"))
    here, there = Studio(load_settings(workspace, {})), Studio(load_settings(other, {}))
    assert isinstance(here.press.workshop.store, S3Store)
    asset = here.press.workshop.draw(cards(1)[0])
    file = asset.file.relative_to(here.settings.assets).as_posix()
    picture = PictureRef(
        digest=asset.digest(), file=file, media_type="image/jpeg", width=1200, height=630, alt="A"
    )
    content = Content(text="T", language="en", title="C", pictures=(picture,), facts=())
    assert touched(content, there.settings.assets) != []
    there.press.bring(content)
    assert touched(content, there.settings.assets) == []
