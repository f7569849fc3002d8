"""Bluesky, on a real server: the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from publishers.testing.contract import HttpContract, RenewalContract, UploadContract
from publishers.testing.lossy import LossyProxy
from tests.pds import Host
from tests.pds import pds as pds
from tests.publishers.lab_bluesky import BlueskyLab, Shared


@pytest.fixture(scope="module")
def shared(pds: Host) -> Iterator[Shared]:
    with LossyProxy(pds.origin) as lossy:
        yield Shared(pds, lossy)


class TestBluesky(HttpContract, UploadContract, RenewalContract):
    @pytest.fixture
    def lab(self, shared: Shared) -> Iterator[BlueskyLab]:
        with shared.lab() as lab:
            yield lab
