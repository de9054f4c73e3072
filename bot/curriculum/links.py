"""Addresses in content: https, readable, and going where they seem to go."""

from urllib.parse import urlsplit

from bot.core.chat.control import URL_LIMIT


def check_url(url: str) -> str | None:
    """What is wrong with an address, or None. A good one is https with a plain host name and no account."""
    if not url.startswith("https://"):
        return "it must start with https://"
    if len(url) > URL_LIMIT:
        return f"it is longer than {URL_LIMIT} characters"
    if not url.isascii() or any(char.isspace() or char in '<>"`|\\' for char in url):
        return "it has characters that don't belong in an address"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it can't be read"
    if "@" in parts.netloc or port is not None:
        return "it must have neither a user name nor a port"
    if "." not in host or host.replace(".", "").isdigit() or "xn--" in host:
        return "its host must be a plain name, such as example.org"
    return None
