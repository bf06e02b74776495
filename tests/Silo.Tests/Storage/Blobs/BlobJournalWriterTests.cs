using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

public sealed class BlobJournalWriterTests : JournalWriterContractTests, IAsyncLifetime
{
    private readonly BlobUnderTest _storage;

    public BlobJournalWriterTests(AzuriteServer server) : this(new BlobUnderTest(server))
    {
    }

    private BlobJournalWriterTests(BlobUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
