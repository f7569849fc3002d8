"""What every publisher must keep, as tests anybody can run over their own.

    class MineLab(HttpLab):                             # or Lab, for what does not speak HTTP
        table, secrets, faults... = ...                 # where they differ from the default
        def publisher(self): return Mine("c", {"server": self.lossy.origin, "local": "yes"}, ...)
        def impatient(self): ...                        # the same, with `deadline = 0.5`
        def elsewhere(self, origin, ca_file): ...       # the same, at another server
        def seen(self): return [Seen(...)]              # asked of the server, not of the publisher

    class TestMine(HttpContract, UploadContract, RenewalContract):      # those that apply
        @pytest.fixture
        def lab(self, tmp_path): ... yield MineLab(...)                 # one fresh account a test

`PublisherContract` is for all. `HttpContract` adds what can happen to a request over HTTP,
`UploadContract` what happens to pictures sent ahead of the post (the lab writes `forget_uploads`),
`RenewalContract` credentials that are renewed (`expire`, `revoke`, `renewals`). `publishers.testing
.lab` says what a lab may change: the error table and how the platform spells a refusal, what a
receipt echoes, the picture that is taken, the server's time. No test is skipped: what the
capabilities or `deviations` say is otherwise is asserted to be so.

The points of the contract, and the classes that hold them:

    1-4 texts, pictures, order    GoesOut        17, 18 renewed, revoked    RenewalContract
    5-7 limits, counting          Limits         19 uploads that are spent  UploadContract
    8 links, hashtags             GoesOut        20, 21 taking down         TakingDown
    9-13 twice, threads, losses   OnePost        22, 24 without effect      NoEffect
    14 an upload's answer lost    UploadContract 25 secrets                 OnePost
    15, 16 half answers, waits    HttpContract   23, 26-32                  HttpContract

Point 13 is kept here as: a second publisher, made while the first still waits for its answer,
finds what that one posted. To kill a process between intent and result takes a scheduler.
"""

from __future__ import annotations

from publishers.testing.contents import GoesOut, Limits
from publishers.testing.http_contract import OverHttp
from publishers.testing.lab import HttpLab, Lab, Seen
from publishers.testing.outcomes import NoEffect, OnePost, TakingDown
from publishers.testing.posts import FACTS, NOW, TEXTS, a_picture, a_post, with_alt
from publishers.testing.renewal_contract import RenewalContract
from publishers.testing.upload_contract import UploadContract

__all__ = [
    "FACTS",
    "NOW",
    "TEXTS",
    "HttpContract",
    "HttpLab",
    "Lab",
    "PublisherContract",
    "RenewalContract",
    "Seen",
    "UploadContract",
    "a_picture",
    "a_post",
    "with_alt",
]


class PublisherContract(GoesOut, Limits, NoEffect, OnePost, TakingDown):
    """Subclass it, and give it a fixture `lab`."""


class HttpContract(PublisherContract, OverHttp):
    """The same over HTTP; the fixture `lab` gives an `HttpLab`."""
