"""Files in object stores: S3, Google Cloud Storage, Azure; Parquet is read where it lies.

Arrow asks a store for the columns and groups of rows that a question needs; text is brought here
once, as long as the store says the same of its size and time.
"""

import re
import shutil
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from mainstay.core import clock, digest
from mainstay.core.errors import Mistake, Unavailable
from mainstay.data.silos.access import Access, access
from mainstay.data.silos.found import Files, Place, Rows, said

KINDS = ("s3", "gs", "az", "abfs", "abfss")
_SECONDS = 10  # to be connected; several tries follow
_AWAY = ("NETWORK_CONNECTION", "Could not connect", "TIMEOUT", "transport", "Failed to connect")
_SHOWN = 8


class Stored(NamedTuple):
    """Files of a store: by which file system, and what it says of each."""

    system: Any
    files: tuple[Any, ...]

    @property
    def digest(self) -> str:
        """By names, sizes and times, as a store tells them; no content is read."""
        return digest.of_value([[one.path, one.size, one.mtime_ns] for one in self.files])


def found(address: str, place: Place) -> Files | Rows:
    """Parquet as rows, anything else as copies. Raises Mistake, Unavailable."""
    stored = files(address)
    if all(one.path.endswith(".parquet") for one in stored.files):
        return Rows(_parquet(stored, address, place), lambda: stored.digest)
    copies = [_copied(stored.system, one, place) for one in stored.files]
    digests = [digest.of_file(copy) for copy in copies]
    return Files(copies, digests[0] if len(digests) == 1 else digest.of_value(digests))


def files(address: str) -> Stored:
    """Those of an address; `*` stands for a part of a name, `/` at the end for all Parquet below.

    Raises Mistake with what there is, Unavailable where nobody answers.
    """
    stated = access(address)
    path = path_of(address)
    try:
        system = opened(address, stated)
        there = _listed(system, path)
    except OSError as error:
        raise told(error, address, stated) from None
    fits = _pattern(path)
    kept = tuple(one for one in there if fits.fullmatch(one.path))
    if not kept:
        raise Mistake(f"there is no {address}", _beside(path, there))
    return Stored(system, kept)


def opened(address: str, stated: Access) -> Any:
    """The file system of Arrow for an address. Raises Mistake where an account is not known."""
    kind = urlsplit(address).scheme
    if kind == "s3":
        return _s3(stated)
    return _google(stated) if kind == "gs" else _azure(address, stated)


def _parquet(stored: Stored, address: str, place: Place) -> Any:
    import pyarrow.dataset as ds  # noqa: PLC0415 - it loads pandas, a quarter of a second

    from mainstay.data.silos import lazy  # noqa: PLC0415 - as it does

    paths = [one.path for one in stored.files]
    try:
        read = ds.dataset(paths, format="parquet", filesystem=stored.system, partitioning="hive")
        return lazy.in_utc(read, place.times)
    except pa.ArrowInvalid as error:
        raise Mistake(f"{address} is not readable: {said(error, access(address))}") from None
    except OSError as error:
        raise told(error, address, access(address)) from None


def _copied(system: Any, one: Any, place: Place) -> Any:
    """A file here, under a name by what the store says of it."""
    name = PurePosixPath(one.path).name
    end = name[name.find(".") :] if "." in name else ""
    target = place.staged / f"{digest.of_value([one.path, one.size, one.mtime_ns])}{end}"
    if not target.exists():
        place.staged.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        with system.open_input_stream(one.path) as source, fresh.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        fresh.replace(target)
    return target


def path_of(address: str) -> str:
    """Bucket and key as Arrow takes them."""
    parts = urlsplit(address.replace("#", "%23").replace("?", "%3F"))
    bucket = parts.netloc.partition("@")[0]
    return f"{bucket}/{parts.path.lstrip('/')}".replace("%23", "#").replace("%3F", "?")


def _listed(system: Any, path: str) -> tuple[Any, ...]:
    """What could be meant: the file, or all files below the last folder without a `*`."""
    if "*" not in path and not path.endswith("/"):
        one = system.get_file_info(path)
        if one.type == fs.FileType.File:
            return (one,)
    folder = path.partition("*")[0].rpartition("/")[0]
    selector = fs.FileSelector(folder, recursive="*" in path or path.endswith("/"))
    some = system.get_file_info(selector)
    return tuple(
        sorted((one for one in some if one.type == fs.FileType.File), key=lambda one: one.path)
    )


def _pattern(path: str) -> re.Pattern[str]:
    if path.endswith("/"):
        return re.compile(re.escape(path) + r"(?:[^_./][^/]*/)*[^_./][^/]*\.parquet")
    return re.compile("[^/]*".join(map(re.escape, path.split("*"))))


def _beside(path: str, there: tuple[Any, ...]) -> str:
    folder = path.partition("*")[0].rpartition("/")[0]
    names = [one.path.removeprefix(f"{folder}/") for one in there[:_SHOWN]]
    return f"looked into {folder}/, which holds {', '.join(names) or 'nothing'}"


def told(error: OSError, address: str, stated: Access) -> Mistake | Unavailable:
    text = said(error, stated)
    if any(word in str(error) for word in _AWAY):
        return Unavailable(f"{address} does not answer: {text}")
    if isinstance(error, FileNotFoundError):
        return Mistake(f"there is no {address}: {text}", "check the bucket and the folder")
    return Mistake(
        f"{address} cannot be read: {text}", "who may read it: docs/reference/sources.md"
    )


def _s3(stated: Access) -> Any:
    scheme, _, host = stated.endpoint.rpartition("://")
    nobody = stated.user == "anonymous"
    return fs.S3FileSystem(
        anonymous=nobody,
        access_key=None if nobody else stated.user or None,
        secret_key=stated.hidden or None,
        session_token=stated.bearer or None,
        region=stated.region or None,
        scheme=scheme or None,
        endpoint_override=host.rstrip("/") or None,
        connect_timeout=_SECONDS,
        request_timeout=3 * _SECONDS,
    )


def _google(stated: Access) -> Any:
    scheme, _, host = stated.endpoint.rpartition("://")
    token = stated.bearer or None
    return fs.GcsFileSystem(
        anonymous=stated.user == "anonymous",
        access_token=token,
        credential_token_expiration=clock.machine() + timedelta(hours=1) if token else None,
        scheme=scheme or None,
        endpoint_override=host.rstrip("/") or None,
        retry_time_limit=timedelta(seconds=3 * _SECONDS),
    )


def _azure(address: str, stated: Access) -> Any:
    scheme, _, host = stated.endpoint.rpartition("://")
    account = urlsplit(address).netloc.partition("@")[2].partition(".")[0] or stated.user
    if not account:
        hint = "write abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH, or user in sources.toml"
        raise Mistake(f"{address}: of which account?", hint)
    there = {"blob_storage_authority": host, "dfs_storage_authority": host} if host else {}
    under = {"blob_storage_scheme": scheme, "dfs_storage_scheme": scheme} if scheme else {}
    key = {"account_key": stated.hidden} if stated.hidden else {}
    token = {"sas_token": stated.query} if stated.bearer else {}
    try:
        return fs.AzureFileSystem(account, **key, **token, **there, **under)
    except TypeError as error:
        hint = "pip install 'pyarrow>=20', or state secret, the key of the account"
        raise Mistake(f"{address}: pyarrow {pa.__version__} takes no token", hint) from error
