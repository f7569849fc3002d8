"""For whoever writes a publisher: the contract suite, and a lossy way to any server. Needs pytest;
the extra `testing` brings it."""

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{part}"
        for part in (
            "base",
            "contents",
            "outcomes",
            "http_contract",
            "upload_contract",
            "renewal_contract",
        )
    )
)
