import pytest

from weft.net import keys


@pytest.fixture(scope="session")
def pair() -> keys.KeyPair:
    return keys.generate()
