"""An Atom feed (RFC 4287) that a society's web site serves, and feed readers fetch.

publisher    the adapter
feed         the feed's file, and what it keeps
entry        a post as XML and HTML, and back
"""

from publishers.atom.publisher import AtomPublisher

__all__ = ["AtomPublisher"]
