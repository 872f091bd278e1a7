"""create_app: settings in, a Flask application out. No work at import, no connection before the first request."""

import logging
import os
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import openday.models.tables  # noqa: F401  (every table is known to the metadata)
from openday import clock, logs, vault
from openday.config import PROJECT, Settings, from_env
from openday.db import db, engine_options, let_go, prepare_engine
from openday.web import access, blueprints, catalogue, challenge, errors, pages, wording
from openday.web.assets import Assets
from openday.web.json_fields import FieldsRequest
from openday.web.sub_path import SubPath

log = logging.getLogger(__name__)

migrate = Migrate()
csrf = CSRFProtect()

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings`, or from the environment.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    settings = settings or from_env(os.environ)
    logs.configure(settings.log_format)
    vault.configure(settings.secret_key)
    clock.follow_file(settings.clock_file)
    if settings.clock_file:
        log.warning("a rehearsal: the clock is moved by %s", settings.clock_file)
    app = Flask("openday", root_path=str(PROJECT), instance_path=str(settings.instance.resolve()))
    app.request_class = FieldsRequest
    _configure(app, settings)
    _install_extensions(app)
    access.install(app)
    pages.install(app, settings, Assets.read(PROJECT / "static" / "dist" / "manifest.json"))
    challenge.install(app)
    errors.install(app)
    wording.install(app)
    blueprints.register(app)
    app.after_request(_protect)
    _wrap(app, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    base = urlsplit(settings.base_url)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        BASE_ORIGIN=f"{base.scheme}://{base.netloc}",
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        SESSION_COOKIE_NAME="openday",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_PATH=f"{settings.script_root}/",
        MAX_CONTENT_LENGTH=6 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]


def _install_extensions(app: Flask) -> None:
    db.init_app(app)
    app.teardown_appcontext(let_go)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(PROJECT / "migrations"), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    catalogue.use(app, Babel(app, locale_selector=lambda: "en" if pages.language() == "en" else "zh_Hans_CN"))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _wrap(app: Flask, settings: Settings) -> None:
    static = WhiteNoise(
        app.wsgi_app,
        root=PROJECT / "static",
        prefix="static/",
        max_age=3600,
        immutable_file_test=lambda path, url: "/dist/" in url,
    )
    wsgi = SubPath(static, settings.script_root)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(wsgi, x_for=count, x_proto=count, x_host=0, x_prefix=0)  # type: ignore[method-assign]
    else:
        app.wsgi_app = wsgi  # type: ignore[method-assign]
