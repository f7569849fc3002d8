"""A post as a mail to a society's focal point, over SMTP.

publisher    the adapter
message      the mail, frozen byte for byte
session      one dialogue with the mail server
answers      what its reply codes mean
"""

from publishers.mail.publisher import EmailPublisher

__all__ = ["EmailPublisher"]
