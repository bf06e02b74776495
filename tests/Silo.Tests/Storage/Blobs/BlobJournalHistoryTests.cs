using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

public sealed class BlobJournalHistoryTests : JournalHistoryContractTests, IAsyncLifetime
{
    private readonly BlobUnderTest _storage;

    public BlobJournalHistoryTests(AzuriteServer server) : this(new BlobUnderTest(server))
    {
    }

    private BlobJournalHistoryTests(BlobUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
