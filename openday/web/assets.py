"""Addresses of style sheets and scripts: the built files under hashed names, else the plain style sheet.

The application is usable without any build. Styles then come from the committed ``static/plain.css``, pictures from
``static/img/``, and scripts are left out, since no page needs one.
"""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from flask import url_for

log = logging.getLogger(__name__)

PLAIN_STYLE = "plain.css"
PICTURES = (".svg", ".png")


@dataclass(frozen=True)
class Assets:
    """What one build put into ``static/dist/``: source name → path below the static folder."""

    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, manifest: Path) -> Self:
        """Read the manifest that ``tools/build_assets.mjs`` wrote; call it once, when the application is made.

        A missing or unreadable manifest means "no build": pages are plain rather than broken.
        """
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            log.warning("asset manifest %s is unreadable (%s); serving the plain style sheet", manifest, error)
            return cls()
        if not isinstance(found, dict):
            log.warning("asset manifest %s is not an object; serving the plain style sheet", manifest)
            return cls()
        return cls({str(name): str(path) for name, path in found.items()})

    def asset_url(self, name: str) -> str | None:
        """Address of ``site.css``, ``door.js`` and the like, for use in a request.

        Returns the hashed file of the build; without a build the plain style sheet for ``.css``, the picture as
        committed, and ``None`` for a script, which the layouts take as "leave it out".
        """
        if name in self.files:
            return url_for("static", filename=self.files[name])
        if name.endswith(".css"):
            return url_for("static", filename=PLAIN_STYLE)
        if name.endswith(PICTURES):
            return url_for("static", filename=f"img/{name}")
        return None
