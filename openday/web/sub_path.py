"""The site under a sub-path of a portal: BASE_URL's path becomes SCRIPT_NAME, whether or not the proxy cuts it off."""

from collections.abc import Iterable
from typing import Any


class SubPath:
    """WSGI middleware; with an empty root it passes everything through."""

    def __init__(self, app: Any, root: str) -> None:
        self.app = app
        self.root = root

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Set SCRIPT_NAME and take the root off PATH_INFO."""
        if self.root:
            environ["SCRIPT_NAME"] = self.root
            path = environ.get("PATH_INFO", "")
            if path == self.root or path.startswith(self.root + "/"):
                environ["PATH_INFO"] = path[len(self.root) :] or "/"
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer
