"""Who may look: the browser that was let in by the address that was printed, and nobody else.

The server listens on this machine alone; that keeps out other machines, but not other users of this one, nor the pages
of other sites that are open in the same browser. Hence:

- The address holds a token that is good for once; for it the browser gets a cookie that scripts cannot read and that is
  not sent from other sites. It is named by the port, as browsers send a cookie to all ports of a machine.
- The `Host` must be ours: a name of another site may lead to 127.0.0.1, too (DNS rebinding).
- What changes anything is a POST that says it comes from a page of ours (`Sec-Fetch-Site`, `Origin`), and brings a
  token that only such a page knows.
- Pages say that they take no script, style or form but ours, and may stand in no frame.
"""

from __future__ import annotations

from hmac import compare_digest
from secrets import token_urlsafe
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Request, Response

HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'none'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """What lets a browser in, for a server on a port."""

    def __init__(self, port: int) -> None:
        self.hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        self.cookie = f"dedup-review-{port}"
        self.address = f"http://{HOST}:{port}"
        self.token, self.session, self.csrf = token_urlsafe(24), token_urlsafe(32), token_urlsafe(32)
        self.unused = [self.token]

    @property
    def opening(self) -> str:
        """The address that lets a browser in, once."""
        return f"{self.address}/start/{self.token}"

    def admit(self, token: str, response: Response) -> bool:
        """Whether a token is good; then it is so no more, and the response brings the cookie."""
        if not (_same(token, self.token) and self.unused):
            return False
        try:
            self.unused.pop()  # of two that come at once, one
        except IndexError:
            return False
        response.set_cookie(self.cookie, self.session, httponly=True, samesite="Strict", path="/")
        return True

    def refusal(self, request: Request, *, starting: bool) -> str:
        """Why a request is refused; empty if it is not. One that is `starting` needs no cookie yet."""
        if request.headers.get("Host", "") not in self.hosts:
            return "This address is none of dedup review's."
        if starting:
            return ""
        if not _same(request.cookies.get(self.cookie, ""), self.session):
            return "This browser was not let in. The address that dedup review printed lets in one browser, once."
        if request.method not in ("GET", "HEAD") and not self._is_from_us(request):
            return "This change does not come from a page of this review."
        return ""

    def _is_from_us(self, request: Request) -> bool:
        """Whether a browser says that a page of ours sends this, and it has the token of such a page. Under our
        Referrer-Policy forms have the origin `null`: then, and where there is none, only `Sec-Fetch-Site` tells."""
        if not _same(request.form.get("csrf", ""), self.csrf):
            return False
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
        if origin == "null":
            return site == "same-origin"
        return origin == f"http://{request.headers['Host']}" and site in (None, "same-origin")


def _same(left: str, right: str) -> bool:
    return compare_digest(left.encode("utf-8", "replace"), right.encode())
