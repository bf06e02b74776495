using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

public sealed class BlobJournalTests : JournalContractTests, IAsyncLifetime
{
    private readonly BlobUnderTest _storage;

    public BlobJournalTests(AzuriteServer server) : this(new BlobUnderTest(server))
    {
    }

    private BlobJournalTests(BlobUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
