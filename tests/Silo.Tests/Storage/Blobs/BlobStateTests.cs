using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

public sealed class BlobStateTests : StateContractTests, IAsyncLifetime
{
    private readonly BlobUnderTest _storage;

    public BlobStateTests(AzuriteServer server) : this(new BlobUnderTest(server))
    {
    }

    private BlobStateTests(BlobUnderTest storage) : base(storage) => _storage = storage;

    public async ValueTask InitializeAsync() => await _storage.Open();
}
