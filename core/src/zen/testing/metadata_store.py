"""What every metadata store must do."""

from __future__ import annotations

from zen.testing._metadata_runs import MetadataRunsContract
from zen.testing._metadata_sharing import MetadataSharingContract
from zen.testing._metadata_steps import MetadataStepsContract

__all__ = ["MetadataStoreContract"]


class MetadataStoreContract(
    MetadataRunsContract, MetadataStepsContract, MetadataSharingContract
):
    """Check a metadata store; subclass it with one fixture.

    ```python
    class TestAcmeMetadataStore(MetadataStoreContract):
        @pytest.fixture
        def metadata_store(self, tmp_path: Path) -> BaseMetadataStore:
            return AcmeMetadataStore(name="store", file=str(tmp_path / "runs"))
    ```

    The store holds no run.
    """
