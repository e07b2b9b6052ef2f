"""Faces nobody chose: the same for everybody, different from each other, small."""

import io

import pytest
from PIL import Image

from weft.threads.faces import AVATAR_PX, HEADER_PX, ai_face, person_face, weave_header

# A timeline of forty shall not carry more than a quarter of a megabyte of faces.
FACE_BYTES = 7_000


@pytest.mark.parametrize("draw", [person_face, ai_face, weave_header])
def test_same_name_same_face_and_small(draw) -> None:
    assert draw("Ada@far.example") == draw("ada@far.example")
    faces = {draw(f"name{number}") for number in range(12)}
    assert len(faces) == 12
    assert max(map(len, faces)) < FACE_BYTES


def test_people_are_round_and_ais_are_square() -> None:
    person = Image.open(io.BytesIO(person_face("ada"))).convert("RGBA")
    machine = Image.open(io.BytesIO(ai_face("ada"))).convert("RGBA")
    header = Image.open(io.BytesIO(weave_header("ada")))
    assert person.size == machine.size == (AVATAR_PX, AVATAR_PX)
    assert header.size == HEADER_PX
    near_corner = AVATAR_PX // 10
    assert person.getpixel((near_corner, near_corner))[3] == 0
    assert machine.getpixel((near_corner, near_corner))[3] == 255
    for face in (person, machine):
        assert face.getpixel((0, 0))[3] == 0
        assert face.getpixel((AVATAR_PX // 2, AVATAR_PX // 2))[3] == 255
