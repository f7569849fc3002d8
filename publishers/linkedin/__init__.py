"""LinkedIn: the page of an organisation."""

from publishers.linkedin.page import LinkedInPublisher

__all__ = ["LinkedInPublisher"]
