"""From a share of the routing to a version that answers, after its own look at everything.

Certificate first, then digests, then golden rows; nothing of a bundle runs before both held. Where
only the certificate fails, the baseline of an unchanged bundle answers: it is data, not code.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mainstay.bundle import golden, manifest
from mainstay.bundle.environment import existing
from mainstay.bundle.layout import GOLDEN, ULP
from mainstay.bundle.runtime import Original, Runtime, opened
from mainstay.core import digest
from mainstay.core.errors import MainstayError, Missing, Refused, Unavailable
from mainstay.life.serve.away import Away
from mainstay.life.serve.served import Held, Served, Silent, served
from mainstay.seal import checks, dsse
from mainstay.seal.certificate import Certificate, Environment
from mainstay.seal.routing import BUNDLES, CERTIFICATES, Routing, Shadow, Share
from mainstay.seal.trust import Trust


class Place(NamedTuple):
    """Where a door stands: its serving folder, the models' environments in it, its kind."""

    serving: Path
    environments: Path
    environment: Environment


def loaded(place: Place, routing: Routing, share: Share, trust: Trust, at: datetime) -> Served:
    """The version of a share; its baseline where the certificate or the engine does not hold.

    Raises Broken or Missing where the bundle is not the one named: then nothing of it answers.
    """
    certificate = None
    try:
        certificate = certified(place, routing, share, trust, at)
        runtime = _replayed(place, share)
    except MainstayError as error:
        return _baseline(place, share, certificate, str(error))
    return served(share, Held(runtime), certificate)


def shadowed(place: Place, shadow: Shadow) -> Served:
    """A version that answers nobody: its bundle as the signed routing names it, no certificate.

    Raises what keeps it from being opened or from repeating its golden rows.
    """
    share = Share(shadow.version, shadow.bundle, "", shadow.share)
    return served(share, Held(_replayed(place, share)), None)


def certified(
    place: Place, routing: Routing, share: Share, trust: Trust, at: datetime, *, files: bool = True
) -> Certificate:
    """The certificate of a share, verified here. Raises Refused with the first reason.

    files: whether those of the bundle are read too; not for a model that is in memory already.
    """
    path = place.serving / CERTIFICATES / f"{share.certificate}.json"
    envelope = dsse.decoded(_content(path, share.certificate))
    bundle = place.serving / BUNDLES / share.bundle if files else None
    certificate = checks.verify(
        envelope, trust, at=at, environment=place.environment, bundle=bundle
    )
    version = certificate.version
    if (version.model, version.name, version.bundle) != (
        routing.model,
        share.version,
        share.bundle,
    ):
        raise Refused(f"the certificate is of {certificate.name}, not of {share.version} here")
    if share.share > certificate.scope.traffic:
        raise Refused(
            f"{certificate.name} is certified for at most {certificate.scope.traffic:.0%} of the "
            f"requests, not for {share.share:.0%}"
        )
    return certificate


def _content(path: Path, expected: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(dsse.LARGEST + 1)
    except OSError as error:
        raise Missing(f"there is no certificate {expected[:12]} here: {error.strerror}") from error
    if digest.of_bytes(content) != expected:
        raise Refused(f"the certificate {expected[:12]} is not the one the routing names")
    return content


def _replayed(place: Place, share: Share) -> Runtime:
    """The opened bundle, after its golden rows gave what they must."""
    folder = place.serving / BUNDLES / share.bundle
    runtime = opened(
        folder, place.environments, expected=share.bundle, version=share.version, find=existing
    )
    try:
        golden.refuse(folder / GOLDEN, runtime.inputs, runtime.scores, ULP, share.version)
    except BaseException:
        runtime.close()
        raise
    if isinstance(runtime.engine, Original):
        runtime.engine = Away(runtime.engine)
    return runtime


def _baseline(place: Place, share: Share, certificate: Certificate | None, reason: str) -> Served:
    stated = manifest.read(place.serving / BUNDLES / share.bundle, share.bundle)
    runtime = Runtime(stated, Silent(reason), share.version, ())
    runtime.failure = Unavailable(reason)
    return served(share, Held(runtime), certificate, reason)
