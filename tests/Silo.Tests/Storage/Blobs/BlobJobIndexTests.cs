using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

public sealed class BlobJobIndexTests : JobIndexContractTests, IAsyncLifetime
{
    private readonly BlobUnderTest _storage;

    public BlobJobIndexTests(AzuriteServer server) : this(new BlobUnderTest(server))
    {
    }

    private BlobJobIndexTests(BlobUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
