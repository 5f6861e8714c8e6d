"""Tables of Delta Lake at one version: files that a filter cannot need are not opened."""

from pathlib import Path
from typing import Any

from mainstay.core import digest
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data.silos.access import Access, access
from mainstay.data.silos.found import Place, Rows, said

_BEGIN = "delta"
_AWAY = ("error sending request", "timed out", "Connect")


def found(address: str, place: Place) -> Rows:
    """`delta:///FOLDER` or `delta+s3://BUCKET/FOLDER`, after a `#` a version, else the newest.

    Raises Mistake for no such table or one that Arrow cannot read, Unavailable, MissingExtra.
    """
    from mainstay.data.silos import lazy  # noqa: PLC0415 - it loads pandas, a quarter of a second

    deltalake = library()
    lies, _, version = address.partition("#")
    lies = where(lies, place.base)
    stated = access(lies)
    errors = deltalake.exceptions
    try:
        table = deltalake.DeltaTable(
            lies, version=_version(version, address), storage_options=options(lies, stated)
        )
        read = table.to_pyarrow_dataset()
    except errors.DeltaProtocolError as error:
        raise Mistake(f"{address} needs what this reader lacks: {said(error, stated)}") from None
    except (errors.DeltaError, OSError) as error:
        raise _told(error, address, lies, stated) from None
    state = [table.metadata().id, table.version()]
    return Rows(lazy.in_utc(read, place.times), lambda: digest.of_value(state))


def library() -> Any:
    """What reads and writes them. Raises MissingExtra."""
    try:
        import deltalake  # noqa: PLC0415 - optional
        import deltalake.exceptions  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("delta") from error
    return deltalake


def where(address: str, base: Path) -> str:
    """A URL of a store, or the folder itself."""
    if address.startswith(f"{_BEGIN}://"):
        return str(base / Path(address.removeprefix(f"{_BEGIN}:///")).expanduser())
    return address.removeprefix(f"{_BEGIN}+")


def _version(text: str, address: str) -> int | None:
    if text and not text.isdecimal():
        raise Mistake(f"{address}: {text} is no version", "write #12, or nothing for the newest")
    return int(text) if text else None


def away(error: Exception, address: str, stated: Access) -> Unavailable | None:
    """Where nobody answers; else None."""
    gone = any(word in str(error) for word in _AWAY)
    return Unavailable(f"{address} does not answer: {said(error, stated)}") if gone else None


def _told(error: Exception, address: str, lies: str, stated: Access) -> Mistake | Unavailable:
    what = f"{address} is no readable Delta table: {said(error, stated)}"
    return away(error, address, stated) or Mistake(what, f"looked into {lies}")


def options(lies: str, stated: Access) -> dict[str, str] | None:
    """As the library names them, for the kind of store."""
    kind, nobody = lies.partition("://")[0], stated.user == "anonymous"
    if kind == "s3":
        names = {
            "aws_access_key_id": "" if nobody else stated.user,
            "aws_secret_access_key": stated.hidden,
            "aws_session_token": stated.bearer,
            "aws_region": stated.region,
            "aws_endpoint": stated.endpoint,
            "aws_skip_signature": "true" if nobody else "",
        }
    elif kind == "gs":
        names = {
            "google_service_account_key": stated.hidden,
            "google_base_url": stated.endpoint,
            "google_skip_signature": "true" if nobody else "",
        }
    else:
        names = {
            "azure_storage_account_name": stated.user,
            "azure_storage_account_key": stated.hidden,
            "azure_storage_sas_key": stated.bearer,
            "azure_storage_endpoint": _with_account(stated),
        }
    names["allow_http"] = "true" if stated.endpoint.startswith("http://") else ""
    return {name: value for name, value in names.items() if value} or None


def _with_account(stated: Access) -> str:
    """An endpoint of Azure's kind elsewhere: there the account stands in the path."""
    return f"{stated.endpoint.rstrip('/')}/{stated.user}" if stated.endpoint else ""
