"""Keys, trust, copies: what concerns a project as a whole."""

from datetime import timedelta
from pathlib import Path

from mainstay.control import offering, project
from mainstay.control.commands import Backup, NewKey, NewToken, Restore, RevokeToken, Trust
from mainstay.control.project import Project
from mainstay.core import clock, pseudonyms, settings
from mainstay.core.answers import Answer
from mainstay.core.errors import Conflict, Mistake
from mainstay.core.places import Places
from mainstay.ledger import backup as copies
from mainstay.ledger import postgres
from mainstay.seal import keys, tokens, trust
from mainstay.seal.keys import short

LONGEST = 366
"""Days of a token at most."""


def new_key(command: NewKey) -> Answer:
    """A key pair in the keys folder."""
    key = keys.new(settings.keys_folder(), command.name)
    return Answer(
        f"Made the key {short(key.id)} of {key.name}.",
        lines=(f"private, yours alone: {settings.keys_folder() / key.name}.pem",),
        next=f"mainstay trust {key.name} --role author",
        facts={"name": key.name, "key": key.id},
    )


def trust_key(folder: Path, command: Trust) -> Answer:
    """A role for the key of a name, in the trust file; folder: of the project it was offered to."""
    now = trust.trusted(
        settings.keys_folder(),
        command.name,
        command.role,  # type: ignore[arg-type]  # checked there
        _offered(folder, command) if command.key else None,
    )
    bound = now.named(command.name)
    roles = ", ".join(bound.roles) if bound else ""
    return Answer(
        f"{command.name} is trusted as {roles}.",
        lines=(f"trust file: {settings.keys_folder() / trust.FILE}",),
        next="mainstay status",
        facts={"name": command.name, "roles": list(bound.roles) if bound else []},
    )


def _offered(folder: Path, command: Trust) -> bytes:
    with project.opened(folder) as opened:
        return offering.public(opened, command)


def new_pseudonyms() -> Answer:
    """The key by which columns are pseudonymised. Raises Conflict where there is one."""
    folder = settings.keys_folder()
    try:
        path = pseudonyms.made(folder)
    except FileExistsError as error:
        raise Conflict(
            f"{folder} holds a key of pseudonyms already: another one would tear labels apart from "
            "what was answered",
            hint="keep it, and copy it to wherever doors run or labels are brought",
        ) from error
    return Answer(
        "Made the key of pseudonyms.",
        lines=(f"yours alone: {path}", "doors and those who bring labels share it"),
        next="mainstay status",
        facts={"path": str(path)},
    )


def new_token(command: NewToken) -> Answer:
    """A token, shown this once; what is kept is its hash, beside the trust file."""
    if not 1 <= command.days <= LONGEST:
        raise Mistake(f"a token lives 1 to {LONGEST} days, not {command.days}", hint="--days 90")
    folder, expires = settings.keys_folder(), clock.now() + timedelta(days=command.days)
    text = tokens.given(folder, command.name, command.models, command.actions, expires)
    return Answer(
        f"Gave {command.name} a token until {expires:%Y-%m-%d}; it is not shown again.",
        lines=(
            text,
            f"for {' and '.join(command.actions)} of {', '.join(command.models)}",
            f"kept as a hash: {folder / tokens.FILE}",
        ),
        next=f"mainstay token revoke {command.name}",
        facts={"name": command.name, "token": text, "expires": expires},
    )


def revoke_token(command: RevokeToken) -> Answer:
    """The hash is gone, and so no door takes the token any more."""
    tokens.revoked(settings.keys_folder(), command.name)
    return Answer(
        f"Took back the token of {command.name}; doors follow within a second.",
        facts={"name": command.name},
    )


def backup(opened: Project, command: Backup) -> Answer:
    """The ledger, its blobs, bundles, snapshots, labels and certificates, copied and verified."""
    places, target = opened.places, Path(command.folder)
    folders = (places.bundles, places.snapshots, places.labels, places.certificates)
    made = copies.backup(opened.ledger, target, tuple(one for one in folders if one.is_dir()))
    opened.ledger.append("BackedUp", opened.model, opened.actor, {"head": made.head})
    return Answer(
        f"Copied {len(made.files):,} files to {target}, verified.",
        next=f"mainstay restore {target}",
        facts={"folder": str(target), "files": len(made.files), "head": made.head},
    )


def restore(folder: Path, command: Restore) -> Answer:
    """A verified copy becomes the state of a project that has none.

    Where a server keeps the ledger it is brought there. Raises Conflict where it holds one.
    """
    places = Places(folder)
    if settings.ledger():
        postgres.refuse_filled(settings.ledger())
    made = copies.restore(Path(command.folder), places.state)
    if settings.ledger():
        postgres.filled(settings.ledger(), places.ledger)
        places.ledger.unlink()
    return Answer(
        f"Restored {len(made.files):,} files from {command.folder}, verified first.",
        next="mainstay verify ledger",
        facts={"files": len(made.files), "head": made.head},
    )
