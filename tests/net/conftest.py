import pytest

from weft.net import keys


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def pair() -> keys.KeyPair:
    return keys.generate()
