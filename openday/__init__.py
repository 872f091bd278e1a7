"""OpenDay: the calendar and the registrations of government open days.

The layers are folders, the nouns are files; imports run one way, top to bottom:

    cli.py        the commands of `openday` / `flask openday`, thin
    demo/         the demonstration: an invented district, made by the use-cases
    app.py        create_app(settings): extensions, access guard, blueprints, error pages
    jobs.py       what runs by itself: name, rhythm, use-case
    web/          HTTP only: parse, call, render
      access.py     log-in, @open_to(roles) on every view, default deny, the current Actor
      forms/        WTForms per noun; form -> frozen dataclass
      public/ agency/ office/ desk/ account/ system.py feeds.py
    services/     one function = one transaction = one thing that somebody did
      ledger.py     writes audit rows and outbox messages into the caller's transaction
    queries/      reads; return typed rows; never write
    models/       tables, relations, CHECKs, small properties
    documents/    bytes in, bytes out, from its own dataclasses; no database
    delivery/     senders behind one small protocol: console, SMTP, SMS gateway
    rules/        pure: fuzzy dates, audiences, states, seats, working days, permissions
    db.py config.py clock.py vault.py errors.py    leaves

Nouns: people calls plans activities occurrences registrations checkin surveys suggestions outcomes.
"""
