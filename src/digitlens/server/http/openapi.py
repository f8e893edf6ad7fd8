"""GET /api/openapi.json: every address of this server for programs, in the format of OpenAPI 3.1.

It is made for one server: it names the networks and the sets of images that this one has, and asks for a token where
this one does. What the fields of an answer mean is in docs/app.md and docs/json.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from digitlens.server.http.forms import MOST_FILES
from digitlens.server.http.health import version
from digitlens.server.http.images import MOST
from digitlens.server.http.static import serve

Json = dict[str, Any]  # a part of the document

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/bmp", "image/gif")
BYTES = "application/octet-stream"
LARGEST = 999_999_999  # a number in an address has at most nine digits


class OpenApi:
    """The endpoint. What it answers is made at the first request."""

    def __init__(self, networks: Sequence[str], sets: Sequence[str], *, token: bool = False, folder: str = "") -> None:
        """The arguments are those of document()."""
        self._make = partial(document, networks, sets, token=token, folder=folder)

    async def answer(self, request: Request) -> Response:
        """The document."""
        return serve(request, self._document, ".json")

    @cached_property
    def _document(self) -> bytes:
        return json.dumps(self._make(), indent=1).encode()


def document(networks: Sequence[str], sets: Sequence[str], *, token: bool = False, folder: str = "") -> Json:
    """The document, as JSON values.

    networks, sets: their names. token: whether one is asked for. folder: the path of the public address, if any.
    """
    named = _parameter("name", {"enum": list(networks)}, "path")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Digitlens",
            "version": version(),
            "description": "Reads handwritten digits. Not described here: the WebSocket /api/live, which trains.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": folder or "/"}],
        "security": [{"bearer": []}] if token else [],
        "paths": {
            "/": _get("page", "The page, for a browser", {"text/html": _TEXT}, cached=True),
            "/api/health": _get("health", "Whether the server answers, and how much it has to do", _HEALTH),
            "/api/openapi.json": _get("openapi", "This document", {"type": "object"}, cached=True),
            "/api/networks": _get("listNetworks", "All networks, the default one first", _list(_ref("Network"))),
            "/networks/{name}.digitlens": _get("getNetwork", "A network as a file", {BYTES: {}}, [named], cached=True),
            "/examples/{digit}.png": _get(
                "getExample",
                "An example drawing",
                {"image/png": {}},
                [_parameter("digit", _whole(0, 9), "path")],
                cached=True,
            ),
            "/api/images": _get(
                "getImages", "Labels, a byte each; then pixels, a byte each", {BYTES: {}}, _images(sets)
            ),
            "/api/neuron/{name}/{layer}/{neuron}": _get(
                "getNeuron",
                "What a hidden neuron looks for",
                _NEURON,
                [named, _parameter("layer", _whole(1), "path"), _parameter("neuron", _whole(), "path")],
            ),
            "/api/runs/{visitor}/{record}.digitlens": _get(
                "getTrainedNetwork",
                "The network of a moment of a visitor's run, as a file",
                {BYTES: {}},
                [_parameter("visitor", _VISITOR, "path"), _parameter("record", _RECORD, "path")],
                cached=True,
            ),
            "/api/read": _read(networks),
        },
        "components": {
            "schemas": {"Error": _object(error=_TEXT), "Reading": _READING, "Page": _PAGE, "Network": _NETWORK},
            "responses": {name: _refusal(why) for name, (_, why) in _REFUSALS.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _read(networks: Sequence[str]) -> Json:
    """POST /api/read, which takes one picture, or a form of many."""
    form = {
        "type": "object",
        "description": f"at most {MOST_FILES} files, whatever the field is called; what is no file is ignored",
        "properties": {"picture": {"type": "array", "items": {"contentMediaType": BYTES}, "minItems": 1}},
        "required": ["picture"],
    }
    one = {"anyOf": [_ref("Reading"), _ref("Page")]}
    many = _list({"anyOf": [_ref("Reading"), _ref("Page"), _object(path=_TEXT, error=_TEXT)]})
    operation = _operation(
        "read",
        "Reads a picture, or all pictures of a form",
        {"application/json": {"anyOf": [one, many]}},
        [
            _parameter("network", {"enum": ["", *networks]}, about="which network reads; the best one if left out"),
            _parameter("page", {"enum": ["0", "1"], "default": "0"}, about="1: the picture holds several digits"),
        ],
        ["Timeout", "LengthRequired", "TooLarge", "UnknownKind"],
    )
    pictures: Json = {kind: {"schema": {}} for kind in (*PICTURES, BYTES)}
    body = {"required": True, "content": {**pictures, "multipart/form-data": {"schema": form}}}
    return {"post": operation | {"requestBody": body}}


def _images(sets: Sequence[str]) -> list[Json]:
    return [
        _parameter("data", {"enum": list(sets), "default": "mnist"}, about="the set of images"),
        _parameter("on", {"enum": ["test", "training"], "default": "test"}, about="which half of it"),
        _parameter("from", _whole() | {"default": 0}, about="the number of the first one, less than there are"),
        _parameter("count", _whole(1, MOST) | {"default": 100}, about="how many; at the end there are fewer"),
    ]


def _get(name: str, summary: str, answer: Json, parameters: Sequence[Json] = (), *, cached: bool = False) -> Json:
    """A path that answers to GET. answer: the schema of its JSON, or schemas by media type. cached: it has an ETag."""
    content = answer if any("/" in kind for kind in answer) else {"application/json": answer}
    known = [_parameter("If-None-Match", _TEXT, "header", "what is here already: 304 if it is still the same")]
    operation = _operation(name, summary, content, [*parameters, *(known if cached else [])])
    if cached:
        operation["responses"]["304"] = {"description": "What If-None-Match names is still the same"}
    return {"get": operation}


def _operation(
    name: str, summary: str, content: Json, parameters: Sequence[Json], more_refusals: Sequence[str] = ()
) -> Json:
    """One operation; content: the schemas of its answer by media type."""
    answered = {"description": summary, "content": {kind: {"schema": schema} for kind, schema in content.items()}}
    refused = {
        status: {"$ref": f"#/components/responses/{kind}"}
        for kind, (status, _) in _REFUSALS.items()
        if kind in more_refusals or kind not in _OF_BODIES
    }
    return {
        "operationId": name,
        "summary": summary,
        "parameters": list(parameters),
        "responses": {"200": answered, **refused},
    }


def _refusal(why: str) -> Json:
    return {"description": why, "content": {"application/json": {"schema": _ref("Error")}}}


def _parameter(name: str, schema: Json, where: str = "query", about: str = "") -> Json:
    described = {"description": about} if about else {}
    return {"name": name, "in": where, "required": where == "path", "schema": schema, **described}


def _object(optional: Json | None = None, **required: Json) -> Json:
    """An object that always has the `required` fields."""
    return {"type": "object", "properties": required | (optional or {}), "required": list(required)}


def _list(items: Json, **more: int) -> Json:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _whole(least: int = 0, most: int = LARGEST) -> Json:
    return {"type": "integer", "minimum": least, "maximum": most}


_REFUSALS = {
    "NoSense": ("400", "What was sent makes no sense; `error` says what was wanted"),
    "NoToken": ("401", "The token is missing or wrong"),
    "Foreign": ("403", "Asked under a foreign name (Host), or by the page of another site (Origin)"),
    "NotHere": ("404", "There is nothing of that name or number"),
    "NoMethod": ("405", "Only the methods that are described here"),
    "Timeout": ("408", "The body did not arrive in time"),
    "LengthRequired": ("411", "Neither Content-Length nor Transfer-Encoding: chunked"),
    "TooLarge": ("413", "More bytes, pixels or files than one request may have"),
    "UnknownKind": ("415", "No picture of a kind that is read"),
    "ManyHeaders": ("431", "The headers are too large"),
    "Mistake": ("500", "A mistake of the server; please report it"),
    "Busy": ("503", "Too much at once; come again in a moment"),
}
_OF_BODIES = ("Timeout", "LengthRequired", "TooLarge", "UnknownKind")

_TEXT: Json = {"type": "string"}
_SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_NUMBER: Json = {"type": "number"}
_YES: Json = {"type": "boolean"}
_BASE64: Json = {"type": "string", "contentEncoding": "base64"}
_VISITOR: Json = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_RECORD: Json = {"type": "string", "pattern": "^([0-9]{1,9}|latest)$"}
_STAGE = _object(name=_TEXT, parameters={"type": "object"}, reason=_TEXT)
_READ = {"path": {"type": ["string", "null"]}, "activations": _list(_NUMBER, minItems=1), "network": _TEXT}
_READ_OPTIONAL = {
    "digit": _whole(0, 9),
    "class": _whole(0, 255),
    "label": _TEXT,
    "is_digit": _YES,
    "reason": _TEXT,
    "familiarity": _SHARE,
    "confidence": _SHARE,
}
_PLACE = {"left": _whole(), "top": _whole(), "width": _whole(1), "height": _whole(1)}
_ALTERNATIVES = _list({"type": "array", "prefixItems": [_TEXT, _SHARE], "minItems": 2, "maxItems": 2})
_NUMERAL = _object(
    {"confidence": _SHARE, "alternatives": _ALTERNATIVES, "doubtful": _YES, "fits": _YES},
    **_PLACE,
    text=_TEXT,
    line=_whole(),
)
_BOX = _object(
    {"label": _TEXT, "familiarity": _SHARE, "is_digit": _YES, "confidence": _SHARE, "alternatives": _ALTERNATIVES},
    **_PLACE,
    digit=_whole(0, 255),
    activation=_NUMBER,
    line=_whole(),
    number=_whole(),
    ink=_BASE64,
)
_READING = _object(_READ_OPTIONAL, **_READ, preparation=_list(_STAGE))
_PAGE = _object(
    path=_READ["path"],
    network=_TEXT,
    text=_TEXT,
    numbers=_list(_NUMERAL),
    boxes=_list(_BOX),
    turn=_NUMBER,
    notes=_list(_TEXT),
)
_NETWORK = _object(
    name=_TEXT,
    fingerprint=_TEXT,
    sizes=_list(_whole(1), minItems=2),
    parameters=_whole(1),
    activations=_list(_TEXT, minItems=1),
    accuracy={"type": ["number", "null"]},
    classes=_list(_TEXT, minItems=1),
    rows=_whole(1, 64),
    columns=_whole(1, 64),
    provenance={"type": "object"},
    bytes=_whole(1),
    default=_YES,
)
_HEALTH = _object(status={"const": "ok"}, version=_TEXT, engine=_TEXT, jobs=_whole(), pages=_whole(), data=_list(_TEXT))
_PICTURE = {"ink": _BASE64, "activation": _NUMBER}
_NEURON = _object(
    network=_TEXT,
    fingerprint=_TEXT,
    layer=_whole(1),
    neuron=_whole(),
    on=_TEXT,
    rows=_whole(1, 64),
    columns=_whole(1, 64),
    strongest=_list(_object(**_PICTURE, label=_TEXT, number=_whole())),
    exciting=_object(**_PICTURE),
    part={
        "anyOf": [
            {"type": "null"},
            _object(kind=_TEXT, explained=_NUMBER, expected=_NUMBER, p=_SHARE, weights=_BASE64),
        ]
    },
)
