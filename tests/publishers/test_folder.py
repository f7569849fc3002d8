from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publishers.errors import Permanent, Transient
from publishers.folder import FolderPublisher
from publishers.port import Absent, CannotTell, Found, Picture, Post, Receipt
from publishers.shelf import explained
from publishers.testing.contract import FACTS, NOW, TEXTS, a_picture, a_post
from tests.publishers.folder_lab import FolderLab, finish


@pytest.fixture
def lab(tmp_path: Path) -> FolderLab:
    return FolderLab(tmp_path / "workspace", {"account": "Instagram @crocerossa"})


@pytest.fixture
def post(tmp_path: Path) -> Post:
    png = a_picture(tmp_path, "Un mito")
    jpeg = dataclasses.replace(a_picture(tmp_path, "Un fatto"), media_type="image/jpeg")
    return a_post(pictures=(png, jpeg))


def publish(lab: FolderLab, post: Post) -> Path:
    """Hand it over; the folder in which it lies."""
    publisher = lab.publisher()
    before = set(lab.folders())
    publisher.publish(publisher.prepare(post), NOW)
    (folder,) = set(lab.folders()) - before
    return folder


def with_facts(post: Post, **facts: str) -> Post:
    return dataclasses.replace(post, facts=dict(post.facts) | facts)


# What a person finds.


def test_a_folder_holds_everything_a_person_needs(lab: FolderLab, post: Post) -> None:
    folder = publish(lab, post)
    where = folder.relative_to(lab.base)
    assert where == Path("hand-off/Croce Rossa Italiana/2027-07-30 0900-smuggling-it")
    assert sorted(path.name for path in folder.iterdir()) == [
        "1.png",
        "2.jpg",
        "CHECKLIST.txt",
        "alt-1.txt",
        "alt-2.txt",
        "caption.txt",
        "post.json",
    ]
    for name, picture in zip(("1.png", "2.jpg"), post.pictures, strict=True):
        assert (folder / name).read_bytes() == picture.path.read_bytes()
    assert (folder / "alt-2.txt").read_bytes() == b"Un fatto"


def test_the_checklist_leads_through_it(lab: FolderLab, post: Post) -> None:
    folder = publish(lab, with_facts(post, helpline="800 290 290"))
    text = (folder / "CHECKLIST.txt").read_text(encoding="utf-8")
    assert text.startswith("Smuggling\nWhen:     Friday 2027-07-30 09:00 Europe/Rome (UTC: 2027-07")
    steps = [line for line in text.splitlines() if line.startswith("[ ] ")]
    assert [step[4:].split(".", 1)[0] for step in steps] == [str(n) for n in range(1, 10)]
    inside: tuple[str, ...] = (
        "Europe/Rome",
        "@crocerossa",
        "caption.txt",
        "1.png, 2.jpg",
        "alt-1.txt",
    )
    inside += ("alt-2.txt", "800 290 290", "preview", "Post it")
    assert [word for word, step in zip(inside, steps, strict=True) if word not in step] == []
    assert "sources: UNODC 2024" in text
    assert f"key: {post.key}" in text
    assert "REHEARSAL" not in text


def test_a_rehearsal_says_so_first_and_lies_elsewhere(tmp_path: Path, post: Post) -> None:
    practice = FolderLab(tmp_path, {"rehearsal": "yes"})
    text = (publish(practice, post) / "CHECKLIST.txt").read_text(encoding="utf-8")
    assert text.startswith("REHEARSAL. Do not post this.")
    assert "Post it." not in text
    assert practice.root == tmp_path.resolve() / "hand-off-rehearsal"
    name = practice.publisher().prepare(post).request["folder"]
    assert name == "2027-07-30 0900-smuggling-it-it-it-folder"  # two channels lie side by side
    real = FolderLab(tmp_path)
    assert real.publisher().find(real.publisher().prepare(post)) == Absent()
    assert publish(real, post).name == "2027-07-30 0900-smuggling-it"
    with pytest.raises(Permanent, match="mixes rehearsal"):
        real.publisher().publish(practice.publisher().prepare(post), NOW)


@pytest.mark.parametrize("name", ["arabic", "hebrew"])
def test_right_to_left_names_and_captions(name: str, lab: FolderLab, tmp_path: Path) -> None:
    language, text = TEXTS[name]
    society = {"arabic": "الهلال الأحمر المصري", "hebrew": "מגן דוד אדום בישראל"}[name]
    post = a_post(text=text, language=language, pictures=(a_picture(tmp_path, text),))
    folder = publish(lab, with_facts(post, society=society, locale=language, card="مساعدة"))
    assert folder.parent.name == society
    assert folder.name == f"2027-07-30 0900-مساعدة-{language}"
    assert (folder / "caption.txt").read_bytes() == text.encode("utf-8")
    checklist = (folder / "CHECKLIST.txt").read_text(encoding="utf-8")
    assert f"Language: {language}, written right to left" in checklist
    assert society in checklist


@pytest.mark.parametrize("name", TEXTS)
def test_a_caption_is_byte_for_byte_what_was_given(name: str, lab: FolderLab, post: Post) -> None:
    folder = publish(lab, dataclasses.replace(post, text=TEXTS[name][1]))
    assert (folder / "caption.txt").read_bytes() == TEXTS[name][1].encode("utf-8")


@pytest.mark.parametrize(
    "hostile", ["../../../escape", "/etc/cron.d/x", "..", ".clarion", "a\x01b\n", "x\u202ey"]
)
def test_hostile_names_stay_inside(hostile: str, lab: FolderLab, post: Post) -> None:
    facts = dict.fromkeys(("society", "card", "locale", "local_time", "channel"), hostile)
    folder = publish(lab, with_facts(post, **facts))
    assert folder.parent.parent == lab.root
    assert sorted(path.name for path in lab.base.iterdir()) == ["hand-off"]
    for line in (folder / "CHECKLIST.txt").read_text(encoding="utf-8").splitlines():
        assert line.isprintable()


@pytest.mark.parametrize("key", ["../../escape", "A/B", "clé", "x" * 500, "con"])
def test_hostile_keys_stay_inside(key: str, lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(dataclasses.replace(post, key=key))
    receipt = publisher.publish(prepared, NOW)
    assert publisher.publish(prepared, NOW) == receipt
    assert receipt.remote_id == key
    assert sorted(path.name for path in lab.base.iterdir()) == ["hand-off"]
    publisher.delete(receipt)
    assert lab.folders() == []


@pytest.mark.parametrize("name", ["society", "channel", "card", "local_time"])
def test_a_person_must_be_told_who_where_what_and_when(name: str, lab: FolderLab) -> None:
    facts = {key: value for key, value in FACTS.items() if key != name}
    (finding,) = lab.publisher().validate(dataclasses.replace(a_post(), facts=facts))
    assert (finding.code, finding.field) == ("fact.missing", f"facts.{name}")


# One folder, whatever happens.


def test_two_posts_of_one_name_get_two_folders(lab: FolderLab, post: Post) -> None:
    first = publish(lab, post)
    second = publish(lab, dataclasses.replace(post, key="second"))
    assert second.name == f"{first.name}-second"


def test_a_folder_in_the_way_is_left_alone(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    society = lab.root / "Croce Rossa Italiana"
    for name in ("2027-07-30 0900-smuggling-it", f"2027-07-30 0900-smuggling-it-{post.key}"):
        (society / name).mkdir(parents=True)
    with pytest.raises(Permanent, match="name is taken") as refused:
        publisher.publish(prepared, NOW)
    assert refused.value.code == "folder.taken"
    assert [list(folder.iterdir()) for folder in lab.folders()] == [[], []]


def test_a_folder_a_person_moved_away_is_not_made_again(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    receipt = publisher.publish(prepared, NOW)
    (folder,) = lab.folders()
    shutil.move(folder, lab.base / "done")
    assert publisher.find(prepared) == Found(receipt)
    assert publisher.publish(prepared, NOW + timedelta(hours=1)) == receipt
    assert lab.folders() == []


def test_a_lost_record_is_made_up_from_the_folder(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    receipt = publisher.publish(prepared, NOW)
    shutil.rmtree(lab.root / ".clarion")
    assert publisher.find(prepared) == Found(receipt)
    assert publisher.publish(prepared, NOW + timedelta(hours=1)) == receipt
    (folder,) = lab.folders()
    shutil.rmtree(folder)
    assert publisher.find(prepared) == Found(receipt)


def test_what_a_person_changed_is_what_is_echoed(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    publisher.publish(prepared, NOW)
    (folder,) = lab.folders()
    (folder / "caption.txt").write_text("shorter")
    (folder / "alt-1.txt").unlink()
    shutil.rmtree(lab.root / ".clarion")
    found = publisher.find(prepared)
    assert isinstance(found, Found)
    assert found.receipt.echoed["text"] == "shorter"
    assert found.receipt.echoed["alts"] == [None, "Un fatto"]


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"digest": "x"}', "\ud83d"])
def test_a_damaged_record_goes_to_a_person(damage: str, lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    receipt = publisher.publish(prepared, NOW)
    (record,) = (lab.root / ".clarion" / "handed-over").iterdir()
    record.write_bytes(damage.encode("utf-8", "surrogatepass"))
    assert isinstance(publisher.find(prepared), CannotTell)
    for act in (lambda: publisher.publish(prepared, NOW), lambda: publisher.delete(receipt)):
        with pytest.raises(Permanent, match="damaged"):
            act()
    assert len(lab.folders()) == 1


def test_deleting_never_takes_another_folder(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    receipt = publisher.publish(publisher.prepare(post), NOW)
    (folder,) = lab.folders()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "mine.txt").write_text("somebody's own")
    publisher.delete(receipt)
    assert (folder / "mine.txt").exists()


def test_leftovers_of_every_step_are_cleaned(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    inside = lab.root / ".clarion"
    crashed = inside / "staging" / "another"
    crashed.mkdir(parents=True)
    (crashed / "1.png").write_bytes(b"half")
    (inside / "staging" / "stray-file").touch()
    (inside / "handed-over").mkdir()
    (inside / "handed-over" / "another.json").write_text("{}")
    (inside / "handed-over" / f"{post.key}.new").write_text("{")
    publisher.publish(prepared, NOW)
    assert lab.leftovers() == []
    assert [path.name for path in (inside / "handed-over").iterdir()] == [f"{post.key}.json"]


def test_a_record_without_its_rename_is_no_hand_over(lab: FolderLab, post: Post) -> None:
    """The state in which a process dies between the two, laid out by hand."""
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    publisher.publish(prepared, NOW)
    (folder,) = lab.folders()
    folder.rename(lab.root / ".clarion" / "staging" / post.key)
    assert publisher.find(prepared) == Absent()
    later = publisher.publish(prepared, NOW + timedelta(hours=1))
    assert later.at == NOW + timedelta(hours=1)
    assert lab.folders() == [folder]


def test_deleting_makes_no_folder(lab: FolderLab) -> None:
    lab.publisher().delete(Receipt("never-was", None, NOW))
    assert not lab.root.exists()


def test_a_picture_changed_after_preparing_goes_nowhere(lab: FolderLab, post: Post) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(post)
    last = post.pictures[-1].path
    last.write_bytes(last.read_bytes().replace(b"IDAT", b"IDAU"))
    with pytest.raises(Permanent) as refused:
        publisher.publish(prepared, NOW)
    assert (refused.value.code, refused.value.field) == ("picture.changed", "pictures.2")
    assert (lab.folders(), lab.leftovers()) == ([], [])
    assert publisher.find(prepared) == Absent()


def test_the_receipt_is_in_universal_time(lab: FolderLab) -> None:
    publisher = lab.publisher()
    receipt = publisher.publish(publisher.prepare(a_post()), NOW)
    assert receipt.at.isoformat() == "2027-07-30T07:00:00+00:00"
    assert receipt.url is not None
    assert receipt.url.startswith("file:///")
    stored = json.loads((lab.folders()[0] / "post.json").read_bytes())
    assert datetime.fromisoformat(stored["handed_over"]) == receipt.at.astimezone(UTC)


# Disks and permissions.


def test_a_root_of_ours_is_made_and_a_missing_disk_is_not(tmp_path: Path) -> None:
    away = tmp_path / "media" / "stick" / "posts"
    lab = FolderLab(tmp_path / "workspace", {"path": str(away)})
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    assert isinstance(publisher.find(prepared), CannotTell)
    for act in (publisher.verify, lambda: publisher.publish(prepared, NOW)):
        with pytest.raises(Permanent, match="is not there; connect the disk") as refused:
            act()
        assert refused.value.code == "folder.missing"
    assert not away.exists()
    away.mkdir(parents=True)
    assert publisher.verify() == f"hand-off folder {away}"
    assert publisher.find(prepared) == Absent()
    publisher.publish(prepared, NOW)


@pytest.mark.parametrize("path", ["../outside", "inner/../../outside"])
def test_a_path_that_climbs_out_is_outside(path: str, tmp_path: Path) -> None:
    publisher = FolderPublisher("c", {"path": path}, tmp_path / "workspace")
    with pytest.raises(Permanent, match="is not there"):
        publisher.publish(publisher.prepare(a_post()), NOW)
    assert not (tmp_path / "outside").exists()


def test_a_workspace_behind_a_link_is_still_ours(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    lab = FolderLab(tmp_path / "link")
    lab.publisher().publish(lab.publisher().prepare(a_post()), NOW)
    assert len(FolderLab(tmp_path / "real").folders()) == 1


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written(open_folder: Path) -> None:
    lab = FolderLab(open_folder)
    prepared = lab.publisher().prepare(a_post())
    lab.root.mkdir()
    lab.root.chmod(0o555)
    nobody = 65534 if os.access(lab.root, os.W_OK) else None
    for act in ("publish", "verify"):
        code, said = finish(lab.child(prepared, user=nobody, act=act))
        assert (code, said["error"], said["code"]) == (0, "Permanent", "folder.unwritable")
        assert said["text"].startswith(f"{lab.root}: cannot be written (Permission denied)")
    assert list(lab.root.iterdir()) == []


def test_a_file_where_the_folder_should_be(lab: FolderLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    lab.base.mkdir()
    lab.root.write_text("a file")
    for act in (publisher.verify, lambda: publisher.publish(prepared, NOW)):
        with pytest.raises(Permanent, match="no folder can be made there") as refused:
            act()
        assert refused.value.code == "folder.unusable"
    assert isinstance(publisher.find(prepared), Absent | CannotTell)


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    publisher = FolderPublisher("c", {"path": "n" * 300}, tmp_path)
    prepared = publisher.prepare(a_post())
    for act in (publisher.verify, lambda: publisher.publish(prepared, NOW)):
        with pytest.raises(Permanent, match="path is too long") as refused:
            act()
        assert refused.value.code == "folder.too_long"
    assert isinstance(publisher.find(prepared), CannotTell)


def test_long_names_are_cut_to_fit(lab: FolderLab, post: Post) -> None:
    long = "ש" * 300
    folder = publish(lab, with_facts(post, society=long, card=long, locale=long))
    second = publish(
        lab, dataclasses.replace(with_facts(post, society=long, card=long), key="x" * 300)
    )
    for path in (folder, second):
        assert all(len(part.encode("utf-8")) <= 255 for part in path.parts)


def test_a_full_disk(tmp_path: Path) -> None:
    """A tiny disk where one can be mounted; a process that may not write more elsewhere."""
    lab = FolderLab(tmp_path / "disk")
    lab.base.mkdir()
    picture = a_picture(tmp_path, "large", size=400_000)
    prepared = lab.publisher().prepare(a_post(pictures=(picture,)))
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(lab.base)]
    mounted = shutil.which("mount") is not None and (
        subprocess.run(mount, capture_output=True, check=False).returncode == 0
    )
    try:
        code, said = finish(lab.child(prepared, largest_file=None if mounted else 128 * 1024))
        assert (code, said["error"]) == (0, "Transient")
        reason = os.strerror(errno.ENOSPC if mounted else errno.EFBIG)
        assert said["text"] == f"{lab.root}: no room left ({reason}); free some space"
        assert (lab.folders(), lab.leftovers()) == ([], [])
        small = lab.publisher().prepare(a_post(pictures=(a_picture(tmp_path, "small"),)))
        lab.publisher().publish(small, NOW)
        assert len(lab.folders()) == 1
    finally:
        if mounted:
            subprocess.run(["umount", str(lab.base)], check=True)


def test_a_process_that_may_not_write_large_files(lab: FolderLab, tmp_path: Path) -> None:
    picture = a_picture(tmp_path, "large", size=400_000)
    prepared = lab.publisher().prepare(a_post(pictures=(picture,)))
    code, said = finish(lab.child(prepared, largest_file=128 * 1024))
    assert (code, said["error"]) == (0, "Transient")
    assert "no room left (File too large)" in said["text"]
    assert (lab.folders(), lab.leftovers()) == ([], [])


def test_too_many_open_files_is_for_later(lab: FolderLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post())
    code, said = finish(lab.child(prepared, open_files=3))
    assert (code, said["error"]) == (0, "Transient")
    assert said["text"] == f"{lab.root}: Too many open files; try again later"
    assert publisher.find(prepared) == Absent()
    publisher.publish(prepared, NOW)


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [
        (errno.ENOSPC, Transient, None),
        (errno.EDQUOT, Transient, None),
        (errno.EFBIG, Transient, None),
        (errno.EIO, Transient, None),
        (errno.EMFILE, Transient, None),
        (errno.EACCES, Permanent, "folder.unwritable"),
        (errno.EPERM, Permanent, "folder.unwritable"),
        (errno.EROFS, Permanent, "folder.unwritable"),
        (errno.ENAMETOOLONG, Permanent, "folder.too_long"),
        (errno.ENOTDIR, Permanent, "folder.unusable"),
        (errno.EEXIST, Permanent, "folder.unusable"),
        (errno.ENOENT, Permanent, "folder.unusable"),
        (errno.EXDEV, Permanent, "folder.unusable"),
    ],
)
def test_every_row_of_the_error_table(
    number: int, error: type[Permanent | Transient], code: str | None
) -> None:
    with pytest.raises(error) as refused, explained(Path("/hand-off")):
        raise OSError(number, os.strerror(number), "/hand-off/some/file")
    assert getattr(refused.value, "code", None) == code
    assert str(refused.value).startswith("/hand-off: ")
    assert "\n" not in str(refused.value)


def test_pictures_are_named_by_kind(lab: FolderLab, tmp_path: Path) -> None:
    kinds = ("image/png", "image/jpeg", "image/webp", "image/gif")
    base = a_picture(tmp_path, "x")
    pictures: list[Picture] = [dataclasses.replace(base, media_type=kind) for kind in kinds]
    assert lab.publisher().capabilities().media_types == set(kinds)
    folder = publish(lab, a_post(pictures=tuple(pictures)))
    assert {p.name for p in folder.glob("[0-9].*")} == {"1.png", "2.jpg", "3.webp", "4.gif"}
