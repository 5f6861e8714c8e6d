"""Which version answers whom: the same entity always the same, as long as the shares stay."""

from hashlib import blake2b

BUCKETS = 10_000


def bucket(entity: object) -> int:
    """0..9999, the same in every process and for ever."""
    return int.from_bytes(blake2b(str(entity).encode(), digest_size=8).digest()) % BUCKETS


def bounds(shares: tuple[float, ...]) -> tuple[int, ...]:
    """First bucket that is no longer its own: of the champion, of the canary where there is one.

    The canary has the lowest buckets: as its share grows, whom it answered it keeps. A version with
    a part of everything and no other beside it is a canary beside its own baseline.
    """
    if len(shares) == 1 and shares[0] == 1:
        return (BUCKETS,)
    return BUCKETS, round(BUCKETS * shares[-1])


def chosen(limits: tuple[int, ...], place: int) -> int:
    """Position of the version that answers a bucket."""
    return 1 if len(limits) > 1 and place < limits[1] else 0
