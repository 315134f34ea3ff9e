"""What every artifact store must do."""

from __future__ import annotations

from zen.testing._artifact_files import ArtifactFilesContract
from zen.testing._artifact_folders import ArtifactFoldersContract
from zen.testing._artifact_moves import ArtifactMovesContract
from zen.testing._artifact_search import ArtifactSearchContract
from zen.testing._artifact_sharing import ArtifactSharingContract

__all__ = ["ArtifactStoreContract"]


class ArtifactStoreContract(
    ArtifactFilesContract,
    ArtifactFoldersContract,
    ArtifactMovesContract,
    ArtifactSearchContract,
    ArtifactSharingContract,
):
    """Check an artifact store; subclass it with one fixture.

    ```python
    class TestAcmeArtifactStore(ArtifactStoreContract):
        @pytest.fixture
        def artifact_store(self, tmp_path: Path) -> BaseArtifactStore:
            return AcmeArtifactStore(name="store", path=str(tmp_path / "artifacts"))
    ```

    The store is empty, and its `path` is the test's own. There are capabilities:

    - `folders`: a folder is there once it has been made, also while it is empty.
      Object stores, where names only seem to have folders, do without.

    A store whose `shared` is True is held to it: a process of its own reads the files
    and writes another. One whose `shared` is False promises nothing; that test is
    skipped, and says so.
    """
