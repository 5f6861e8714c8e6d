"""Which of a door's models a call of gRPC is for."""

from typing import Any

from mainstay.core.errors import Crowded, MainstayError, Missing, Refused, Unavailable
from mainstay.life.serve import grpc, messages
from mainstay.life.serve.grpc import OPEN
from mainstay.life.serve.several import Hall
from mainstay.life.serve.sharing import CROWDED

Message = Any
_OF_SERVER = ("ServerMetadata", "RepositoryIndex")


class Switch:
    """Answers calls by the model that they name, and those that name none for all of them."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._calls = {app: grpc.Calls(app.watch, app.exchanged, app.gate) for app in hall.apps}

    async def answer(self, call: str, request: Message, headers: dict[bytes, bytes]) -> Message:
        """The response to a call of the service; raises a MainstayError for what it refuses."""
        if self._hall.only:
            return await self._calls[self._hall.only].answer(call, request, headers)
        if call in OPEN:
            said = {"live": True} if call == "ServerLive" else {"ready": self._hall.ready()}
            return messages.classes()[f"{call}Response"](**said)
        if call in _OF_SERVER:
            return await self._together(call, request, headers)
        return await self._of_model(call, request, headers)

    async def _of_model(self, call: str, request: Message, headers: dict[bytes, bytes]) -> Message:
        name = request.name if call in ("ModelReady", "ModelMetadata") else request.model_name
        try:
            app = self._hall.named(name, headers.items())
        except (Missing, Unavailable):
            await self._together("ServerMetadata", request, headers)  # nothing for strangers
            if call == "ModelReady":
                return messages.classes()["ModelReadyResponse"](ready=False)
            raise
        if call == "ModelInfer" and app in self._hall.shared.shedding:
            raise Crowded(CROWDED)
        return await self._calls[app].answer(call, request, headers)

    async def _together(self, call: str, request: Message, headers: dict[bytes, bytes]) -> Message:
        """Of every model that the caller may ask. Raises Refused where that is none."""
        made = messages.classes()[f"{call}Response"]()
        refused: list[MainstayError] = []
        for one in self._calls.values():
            try:
                said = await one.answer(call, request, headers)
            except Refused as error:
                refused.append(error)
                continue
            if call == "RepositoryIndex":
                made.models.extend(said.models)
            else:
                made = said
        if len(refused) == len(self._calls):
            raise refused[0]
        return made
